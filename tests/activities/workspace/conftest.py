"""A server that answers as it is told, to see what the gateway sends and makes of the answers."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from activities.workspace import Workspace
from lakemend.setting_types import WorkspaceConnection

TOKEN = "dapi0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Answer:
    """What the server says; without a status it hangs up."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Seen:
    """What the server was asked."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    headers: dict[str, str]


class Handler(BaseHTTPRequestHandler):
    """Takes the next answer for every call but the SDK's look at the host's metadata."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's signature
        """Say nothing on standard error."""

    @property
    def _told(self) -> "Answering":
        return cast("Answering", self.server)

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        if url.path.startswith("/.well-known/"):
            self._send(Answer({}))
            return
        body = json.loads(content) if content else None
        headers = dict(self.headers.items())
        self._told.seen.append(Seen(self.command, url.path, parse_qs(url.query), body, headers))
        self._send(self._told.answers.pop(0))

    def _send(self, answer: Answer) -> None:
        if answer.status == 0:
            self.close_connection = True
            return
        text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


class Answering(ThreadingHTTPServer):
    """Gives `answers` in turn and keeps what it was asked in `seen`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.seen: list[Seen] = []


@pytest.fixture
def server() -> Iterator[Answering]:
    """The server, on a free port."""
    server = Answering()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def workspace(server: Answering) -> Workspace:
    """A workspace at that server."""
    host = f"http://127.0.0.1:{server.server_address[1]}"
    return Workspace(WorkspaceConnection(host=host, token=SecretStr(TOKEN)))


@pytest.fixture
def answering(server: Answering) -> Callable[..., Answering]:
    """Sets the next answers, each an Answer or the JSON of a good one."""

    def answer(*answers: Any) -> Answering:
        server.answers += [each if isinstance(each, Answer) else Answer(each) for each in answers]
        return server

    return answer


@pytest.fixture
def failing(server: Answering) -> Callable[..., Answering]:
    """Sets the next answer to an error."""

    def fail(status: int, body: Any, **headers: str) -> Answering:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        server.answers.append(Answer(body, status, named))
        return server

    return fail
