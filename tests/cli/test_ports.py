import socket
from collections.abc import Iterator

import pytest

from cli.ports import LOOPBACK, free_port, free_port_from, is_free, require_free
from cli.problems import BadInputError


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def test_a_port_with_a_server_is_not_free(taken: int) -> None:
    assert not is_free(taken)
    assert is_free(free_port())


def test_the_next_free_port_is_taken_instead(taken: int) -> None:
    chosen = free_port_from(taken)

    assert chosen > taken
    assert is_free(chosen)


def test_a_port_that_is_promised_already_is_passed_over() -> None:
    port = free_port()

    assert free_port_from(port, frozenset({port})) > port


def test_a_port_in_use_names_the_variable_to_set(taken: int) -> None:
    with pytest.raises(BadInputError) as refused:
        require_free("LAKEMEND_API_PORT", taken)

    assert refused.value.problem == f"LAKEMEND_API_PORT={taken}: the port is in use on 127.0.0.1"
    assert "set LAKEMEND_API_PORT to a free port" in refused.value.remedy
    assert refused.value.exit_code == 2
