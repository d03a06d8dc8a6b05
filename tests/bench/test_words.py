"""What is learned from labelled texts tells other texts of the same kind apart."""

from pathlib import Path

import pytest

from bench.words import FOLDERS, labelled, learn, rarities, read_texts, shares, write
from bench.words import features as features_of
from lakemend.diagnosis import Cause

TEXTS = [
    ("disk_full", "the volume has no room left for the spill"),
    ("disk_full", "no room left on the volume"),
    ("auth_expired", "the ticket of the caller ran out"),
    ("auth_expired", "the caller's ticket ran out long ago"),
]


def guess(text: str) -> Cause:
    texts = [labelled(*row) for row in TEXTS]
    rarity = rarities(texts)
    told = shares(learn(texts, rarity), features_of(labelled("unknown", text).words, rarity))
    return max(zip(told, Cause, strict=True))[1]


def test_a_text_is_told_by_words_that_stood_in_others():
    assert guess("volume without room") is Cause.DISK_FULL
    assert guess("your ticket ran out") is Cause.AUTH_EXPIRED


def test_a_word_of_one_text_only_is_left_out():
    rarity = rarities([labelled(*row) for row in TEXTS])

    assert "spill" not in rarity
    assert "volume" in rarity


def test_the_table_is_written_as_it_is_read(tmp_path: Path):
    texts = [labelled(*row) for row in TEXTS]
    rarity = rarities(texts)

    write(tmp_path / "words.tsv", learn(texts, rarity), rarity)

    head, any_word, *words = (tmp_path / "words.tsv").read_text("utf-8").splitlines()
    assert head == "word\trarity\tspeaks for"
    assert any_word.startswith("*\t1.0\t")
    assert {line.split("\t")[0] for line in words} <= rarity.keys()


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_all_labelled_texts_are_read(folder: Path):
    assert len(read_texts(folder)) > 1000
