"""A database that does not answer, and comes back."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, make_url

from lakemend.errors import RecordsError
from records import Records, open_records
from records.engine import CONNECT_TIMEOUT_S
from tests.records.conftest import database


class Relay:
    """Takes connections for a server's socket, and passes nothing on until it is `back`."""

    def __init__(self, server: str) -> None:
        self.back = Event()
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            self.back.wait()
            server.connect(self._server)
            answers = Thread(target=_pump, args=(server, client), daemon=True)
            answers.start()
            _pump(client, server)
            answers.join()

    def close(self) -> None:
        self.back.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        try:
            while part := source.recv(65536):
                target.sendall(part)
        finally:
            target.shutdown(socket.SHUT_WR)


@pytest.fixture
def relay(postgresql: Engine) -> Iterator[Relay]:
    folder = postgresql.url.query["host"]
    relay = Relay(f"{folder}/.s.PGSQL.5432")
    yield relay
    relay.close()


@pytest.fixture
def records(relay: Relay, postgresql: Engine, migrated_postgresql: str) -> Iterator[Records]:
    with database(postgresql, "relayed", migrated_postgresql) as url:
        over_tcp = make_url(url).set(host="127.0.0.1", port=relay.port, query={})
        records = open_records(over_tcp.render_as_string(hide_password=False))
        yield records
        records.close()


def seconds_of_a_failure(records: Records) -> float:
    began = time.monotonic()
    with pytest.raises(RecordsError):
        records.ping()
    return time.monotonic() - began


def test_while_it_is_away_one_waits_for_it_and_the_others_fail_at_once(records: Records) -> None:
    seconds_of_a_failure(records)

    with ThreadPoolExecutor(4) as pool:
        *others, one = sorted(pool.map(seconds_of_a_failure, [records] * 4))

    assert one > CONNECT_TIMEOUT_S / 2
    assert max(others) < CONNECT_TIMEOUT_S / 2


def test_who_finds_it_back_lets_all_others_in(records: Records, relay: Relay) -> None:
    seconds_of_a_failure(records)
    relay.back.set()

    records.ping()

    with ThreadPoolExecutor(4) as pool:
        for ping in [pool.submit(records.ping) for _ in range(4)]:
            ping.result()
