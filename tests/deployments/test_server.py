"""The local Prefect server: ours alone, on this machine alone, and on whatever port is free."""

import json
import socket
import threading
from collections.abc import Collection, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from deployments import ports, server
from deployments.services import Service

CALLER = {
    "PATH": "/usr/bin",
    "PREFECT_PROFILE": "work",
    "PREFECT_API_KEY": "secret",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql://user:secret@db/prefect",
    "PREFECT_SERVER_API_AUTH_STRING": "admin:secret",
    "GIT_ASKPASS": "/usr/bin/askpass",
}


def test_a_port_that_was_lost_or_cannot_be_is_not_found_again() -> None:
    first = ports.free(0, 4200)

    assert ports.free(first, first, {first}) != first
    assert ports.free(70_000, first) in range(first, first + 100)


def test_a_worker_is_given_no_setting_of_the_server() -> None:
    given = server.child_environment(CALLER, "http://127.0.0.1:4321/api")

    assert not [name for name in given if name.startswith("PREFECT_SERVER_")]
    assert given["PREFECT_API_URL"] == "http://127.0.0.1:4321/api"
    assert given["GIT_ASKPASS"] == "/usr/bin/askpass"


def test_the_server_takes_nothing_from_the_callers_prefect(tmp_path: Path) -> None:
    given = server.server_environment(CALLER, tmp_path, 4321)

    assert "secret" not in json.dumps(given)
    assert given["PREFECT_HOME"] == str(tmp_path / "home")
    assert given["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


class Stranger(BaseHTTPRequestHandler):
    """A Prefect server of somebody else, as far as anybody can tell who only asks for its health."""

    def do_GET(self) -> None:
        body = json.dumps({"home": "/home/stranger/.prefect"} if self.path == "/api/admin/settings" else True).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class Race:
    """Finds a free port as the server does, but the first one that is found is taken before it can be used."""

    def __init__(self) -> None:
        self.found: list[int] = []
        self.stranger: HTTPServer | None = None
        self._free = ports.free

    def __call__(self, wanted: int, first: int, lost: Collection[int] = ()) -> int:
        self.found.append(self._free(wanted, first, lost))
        if self.stranger is None:
            self.stranger = HTTPServer(("127.0.0.1", self.found[0]), Stranger)
            threading.Thread(target=self.stranger.serve_forever, daemon=True).start()
        return self.found[-1]


@pytest.fixture(scope="module")
def race() -> Iterator[Race]:
    made = Race()
    yield made
    if made.stranger:
        made.stranger.shutdown()
        made.stranger.server_close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, race: Race) -> Iterator[tuple[server.Server, Service]]:
    """A real server, started while its usual port is taken, and the next one is taken when it has just been found free."""
    folder = tmp_path_factory.mktemp("state")
    own = server.service(folder)
    with pytest.MonkeyPatch.context() as patch, socket.socket() as taken:
        patch.delenv("PREFECT_API_URL", raising=False)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        patch.setattr(server, "FIRST_PORT", taken.getsockname()[1])
        patch.setattr(ports, "free", race)
        try:
            yield server.ensure(folder=folder), own
        finally:
            own.stop()
            patch.undo()
            _forget()


def _forget() -> None:
    from prefect.context import refresh_global_settings_context

    refresh_global_settings_context()


@pytest.mark.slow
def test_it_answers_on_another_port_when_the_usual_one_is_taken(running: tuple[server.Server, Service]) -> None:
    found, _ = running

    assert found.ours
    assert not found.api.startswith(f"http://127.0.0.1:{server.FIRST_PORT}/")
    assert server.answers(found.api)


@pytest.mark.slow
def test_it_takes_the_next_port_when_another_server_takes_its_own_first(running: tuple[server.Server, Service], race: Race) -> None:
    found, own = running
    lost, used = race.found

    assert lost != used
    assert found.api == f"http://127.0.0.1:{used}/api"
    assert server.answers(f"http://127.0.0.1:{lost}/api")
    assert (own.folder / "port").read_text() == str(used)


@pytest.mark.slow
def test_its_pages_ask_the_port_it_has(running: tuple[server.Server, Service]) -> None:
    found, _ = running

    assert httpx.get(f"{found.ui}/ui-settings").json()["api_url"] == found.api


@pytest.mark.slow
def test_a_second_call_finds_the_same_server(running: tuple[server.Server, Service]) -> None:
    found, own = running

    assert server.ensure(folder=own.folder.parent) == found


@pytest.mark.slow
def test_a_page_of_another_origin_can_start_nothing(running: tuple[server.Server, Service]) -> None:
    found, _ = running
    answer = httpx.post(f"{found.api}/flows/", json={"name": "stranger"}, headers={"Origin": "https://example.org"})

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.slow
def test_only_this_machine_is_listened_to(running: tuple[server.Server, Service]) -> None:
    found, _ = running
    port = int(found.ui.rpartition(":")[2])
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(5)

        # every address 127.x.x.x is this machine, so one that only a wildcard would answer tells
        assert probe.connect_ex(("127.0.0.2", port)) != 0


@pytest.mark.slow
def test_a_server_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    _forget()
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "home").write_text("a file where the folder should be")

    with pytest.raises(server.ServiceFailed, match="the Prefect server ended at once"):
        server.ensure(folder=tmp_path)


def test_a_named_server_that_does_not_answer_is_said_and_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "configured", lambda: "http://127.0.0.1:9/api")
    monkeypatch.setattr(server, "NAMED_PATIENCE", 0.1)

    with pytest.raises(server.ServiceFailed, match=r"PREFECT_API_URL names \(http://127.0.0.1:9/api\) does not answer"):
        server.ensure(folder=tmp_path)

    assert not list(tmp_path.iterdir())
