"""The local Prefect server: ours alone, on this machine alone, and on whatever port is free."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deployments import server
from deployments.services import Service

CALLER = {
    "PATH": "/usr/bin",
    "PREFECT_PROFILE": "work",
    "PREFECT_API_KEY": "secret",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql://user:secret@db/prefect",
    "PREFECT_SERVER_API_AUTH_STRING": "admin:secret",
    "GIT_ASKPASS": "/usr/bin/askpass",
}


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


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[server.Server, Service]]:
    """A real server, started while its usual port is taken."""
    folder = tmp_path_factory.mktemp("state")
    own = server.service(folder)
    with pytest.MonkeyPatch.context() as patch, socket.socket() as taken:
        patch.delenv("PREFECT_API_URL", raising=False)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        patch.setattr(server, "FIRST_PORT", port)
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
