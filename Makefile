.DEFAULT_GOAL := help
# a check whose output is shortened must fail all the same
SHELL := bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= python3
BIN := .venv/bin
LOCK := requirements.lock
UV_VERSION := 0.13.9
COMPILE := pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml

.PHONY: help setup browser demo test proof check format lock bench bench-diagnosis histories clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

setup: .venv/.installed ## set up .venv from the hash-pinned lock file

.venv/.installed: $(LOCK) pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r $(LOCK)
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

browser: ## look for a Chromium or Chrome, and install one where there is none
	@tests/browser.sh

demo: setup ## recover a dozen failing jobs of a simulated workspace
	@$(BIN)/lakemend demo

test: setup browser ## run all tests
	@$(BIN)/pytest -n 2 --dist loadfile

proof: setup ## 500 random trials: failures, faults, people, kills
	@$(BIN)/python -m bench.proof --examples 500

check: setup ## format, lint, types, import rules, lock file
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/lint-imports --no-cache | tail -n 3
	@$(BIN)/pyright --warnings | tail -n 1
	@$(BIN)/python tests/check_lock.py

format: setup ## put the code in shape
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

lock: ## pin the newest allowed versions with their hashes
	@$(BIN)/uv $(COMPILE) --group dev --upgrade --output-file $(LOCK)
	@$(BIN)/uv $(COMPILE) --no-annotate --constraint $(LOCK) --output-file deploy/$(LOCK)

bench: setup ## measure: events, acknowledgement, recoveries a second
	@$(BIN)/python -m bench

bench-diagnosis: setup ## measure the diagnosis on labelled failure texts
	@$(BIN)/python -m bench.diagnosis

histories: setup ## record the histories that the replay tests use
	@$(BIN)/python tests/histories/record.py

clean: ## remove what setup and runs made
	@rm -rf .venv .lakemend .pytest_cache .ruff_cache
