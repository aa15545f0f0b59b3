"""A package of npm comes as its archive, from the registry that the user's settings name; nothing of it is run."""

import base64
import hashlib
import http.server
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tasks.sources import checkout, npm
from tests.tasks.sources.conftest import listing
from testwright.errors import CheckoutFailed


def packed(files: dict[str, str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as out:
        for name, content in files.items():
            info = tarfile.TarInfo(f"package/{name}")
            info.size = len(content)
            out.addfile(info, io.BytesIO(content.encode()))
    return raw.getvalue()


class Registry(http.server.ThreadingHTTPServer):
    """A registry on loopback with one package of two versions."""

    answers: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[tuple[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("authorization", "")))
        body = self.server.answers.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Registry]:
    with Registry(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.answers = {}
        server.asked = []
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", server.url)
        monkeypatch.setattr(npm, "PAUSES", (0.0,))
        yield server
        server.shutdown()


def serve(server: Registry, name: str = "pad", **change: Any) -> None:
    versions = {}
    for version in ("1.0.0", "2.0.0-rc.1"):
        archive = packed({"package.json": json.dumps({"name": name, "version": version}), "index.js": f"// {version}"})
        server.answers[f"/{name}/-/{version}.tgz"] = archive
        integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
        versions[version] = {"dist": {"tarball": f"{server.url}{name}/-/{version}.tgz", "integrity": integrity, **change}}
    said = {"versions": versions, "dist-tags": {"latest": "1.0.0", "next": "2.0.0-rc.1"}}
    server.answers[f"/{name.replace('/', '%2F')}"] = json.dumps(said).encode()


@pytest.mark.parametrize(
    ("asked", "version"),
    [
        ("npm:pad", "1.0.0"),
        ("npm:pad@1.0.0", "1.0.0"),
        ("npm:pad@latest", "1.0.0"),
        ("npm:pad@next", "2.0.0-rc.1"),
        ("npm:pad@^1", "1.0.0"),
        ("npm:pad@>=2.0.0-rc.0", "2.0.0-rc.1"),
    ],
)
def test_a_version_tag_or_range_is_fetched_and_unpacked(asked: str, version: str, registry: Registry, tmp_path: Path) -> None:
    serve(registry)
    workspace = checkout(asked, tmp_path / "w")
    assert (workspace.name, workspace.revision) == (f"pad {version}", version)
    assert sorted(listing(workspace)) == ["index.js", "package.json"]
    assert (tmp_path / "w/index.js").read_text() == f"// {version}"
    assert workspace.notes == ()


def test_a_scope_has_a_registry_and_a_token_of_its_own(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(registry, "@me/pad")
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/")
    monkeypatch.setenv("TOKEN", "hunter2")
    place = registry.url.partition(":")[2]
    (tmp_path / ".npmrc").write_text(f"@me:registry={registry.url}\n{place}:_authToken=${{TOKEN}}\n//example.org/:_authToken=other\n")
    assert checkout("npm:@me/pad", tmp_path / "w").name == "@me/pad 1.0.0"
    assert {said for _, said in registry.asked} == {"Bearer hunter2"}


def test_a_token_goes_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / ".npmrc").write_text("//example.org/:_authToken=hunter2\n")
    found = npm.registry("pad", {"HOME": str(tmp_path), "npm_config_registry": "https://example.org/npm"})
    assert found.headers("https://example.org/npm/pad") == {"authorization": "Bearer hunter2"}
    assert found.headers("https://example.com/pad") == found.headers("https://example.org.evil.com/") == {}


@pytest.mark.parametrize(
    ("asked", "change", "says"),
    [
        ("npm:gone", {}, "no package is called gone"),
        ("npm:pad@3.0.0", {}, "there is no version, tag or range 3.0.0; there are 2.0.0-rc.1, 1.0.0."),
        ("npm:pad@^3", {}, r"there is no version, tag or range \^3; there are 2.0.0-rc.1, 1.0.0."),
        ("npm:pad@no-such-tag", {}, "there is no version, tag or range no-such-tag"),
        ("npm:pad", {"integrity": "sha512-AAAA"}, "has not the checksum"),
        ("npm:pad", {"integrity": "magic-AAAA"}, "a kind that is unknown"),
        ("npm:pad", {"tarball": "file:///etc/passwd"}, "is not fetched"),
        ("npm:pad", {"tarball": None}, "is not fetched|answers"),
    ],
)
def test_what_cannot_be_had_is_refused_in_one_line(
    asked: str, change: dict[str, Any], says: str, registry: Registry, tmp_path: Path
) -> None:
    serve(registry, **change)
    with pytest.raises(CheckoutFailed, match=says) as caught:
        checkout(asked, tmp_path / "w")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    "said", [b"", b"[]", b"{}", b'{"versions": {"1": {}}, "dist-tags": {"latest": "1"}}', b'{"versions": []}', b"<html>"]
)
def test_an_answer_that_is_no_package_is_refused(said: bytes, registry: Registry, tmp_path: Path) -> None:
    registry.answers["/pad"] = said
    with pytest.raises(CheckoutFailed, match=r"is no package|no version, tag or range"):
        checkout("npm:pad", tmp_path / "w")


def test_without_a_checksum_there_is_a_note(registry: Registry, tmp_path: Path) -> None:
    serve(registry, integrity=None)
    assert any("no checksum" in note for note in checkout("npm:pad", tmp_path / "w").notes)


def test_a_registry_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm, "PAUSES", ())
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:1/")
    with pytest.raises(CheckoutFailed, match="cannot be reached"):
        checkout("npm:pad", tmp_path / "w")
