"""A package comes as its source distribution, from the index that the user's settings name; nothing of it is run."""

import hashlib
import http.server
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from tasks.sources import archive, checkout, package
from tests.tasks.sources.conftest import Check, listing
from testwright.errors import CheckoutFailed


def sdist(files: dict[str, str]) -> bytes:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as out:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content.encode()))
    return raw.getvalue()


def wheel() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as out:
        out.writestr("a.py", "")
    return raw.getvalue()


class Index(http.server.ThreadingHTTPServer):
    """A package index on loopback."""

    files: ClassVar[dict[str, dict[str, bytes]]] = {}
    wrong: ClassVar[set[str]] = set()
    requires: ClassVar[dict[str, str]] = {}
    status: ClassVar[dict[str, list[int]]] = {}
    """Package → what is answered before it is served."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple/"


class Answer(http.server.BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        _, place, name, *rest = self.path.split("/")
        waiting = self.server.status.get(name, [])
        status = waiting.pop(0) if waiting else 200 if name in self.server.files else 404
        if status != 200:
            self.send_error(status)
            return
        files = self.server.files[name]
        body = files[rest[0]] if place == "files" else self.page(name, files)
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json" if place == "simple" else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, name: str, files: dict[str, bytes]) -> bytes:
        def entry(file: str, content: bytes) -> dict[str, object]:
            digest = "0" * 64 if file in self.server.wrong else hashlib.sha256(content).hexdigest()
            hashes = {} if name == "unchecked" else {"sha256": digest}
            found: dict[str, object] = {"filename": file, "url": f"/files/{name}/{file}", "hashes": hashes}
            return found | ({"requires-python": self.server.requires[file]} if file in self.server.requires else {})

        return json.dumps({"meta": {"api-version": "1.0"}, "name": name, "files": [entry(*item) for item in files.items()]}).encode()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    setup = {"setup.py": f"open({str(tmp_path / 'sprung')!r}, 'w')\n", "p.py": ""}
    with Index(("127.0.0.1", 0), Answer) as server:
        server.files = {
            "shop": {f"shop-{v}.tar.gz": sdist({f"shop-{v}/{n}": c for n, c in setup.items()}) for v in ("1.0", "2.0", "3.0rc1")}
            | {"shop-2.0-py3-none-any.whl": wheel()},
            "wheels-only": {"wheels_only-1.0-py3-none-any.whl": wheel()},
            "mixed": {"mixed-2.0-py3-none-any.whl": wheel(), "mixed-1.0.tar.gz": sdist({"mixed-1.0/a.py": ""})},
            "tampered": {"tampered-1.0.tar.gz": sdist({"tampered-1.0/a.py": ""})},
            "unchecked": {"unchecked-1.0.tar.gz": sdist({"unchecked-1.0/a.py": ""})},
            "future": {"future-1.0.tar.gz": sdist({"future-1.0/a.py": ""}), "future-2.0.tar.gz": sdist({"future-2.0/a.py": ""})},
            "hostile": {"hostile-1.0.tar.gz": sdist({"hostile-1.0/a.py": "", "../../evil.py": ""})},
        }
        server.wrong, server.requires = {"tampered-1.0.tar.gz"}, {"future-2.0.tar.gz": ">=99"}
        server.status = {"broken": [503] * 9, "locked": [403] * 9}
        for name in (
            "PIP_FIND_LINKS",
            "PIP_EXTRA_INDEX_URL",
            "UV_INDEX",
            "UV_DEFAULT_INDEX",
            "UV_INDEX_URL",
            "UV_EXTRA_INDEX_URL",
            "UV_FIND_LINKS",
        ):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_INDEX_URL", server.url)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(("named", "version"), [("shop", "2.0"), ("shop==1.0", "1.0"), ("Shop<2", "1.0"), ("shop==3.0rc1", "3.0rc1")])
def test_the_best_source_distribution_is_unpacked_and_nothing_runs(
    index: Index, check: Check, tmp_path: Path, named: str, version: str
) -> None:
    workspace = check(f"pypi:{named}")
    assert listing(workspace) == ["p.py", "setup.py"]
    assert (workspace.name.lower(), workspace.revision, workspace.notes) == (f"shop {version}", version, ())
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("nothing-like-it", "no package is called nothing-like-it; check the spelling"),
        ("shop==9", r"there is no such version; there are 3\.0rc1, 2\.0, 1\.0\."),
        ("wheels-only", "it has no source distribution; name its git URL"),
        ("mixed==2.0", r"it has no source distribution; version 1\.0 has one; or name its git URL"),
        ("tampered", "has not the checksum that the index promised"),
        ("hostile", "leads outside; it is not unpacked"),
        ("broken", r"the package index cannot be used \(127\.0\.0\.1 answers 503"),
        ("locked", r"the package index cannot be used \(127\.0\.0\.1 answers 403"),
    ],
)
def test_what_cannot_be_had_is_one_clear_line(index: Index, check: Check, named: str, says: str) -> None:
    with pytest.raises(CheckoutFailed, match=says) as caught:
        check(f"pypi:{named}")
    assert str(caught.value).startswith(f"pypi:{named}: ")
    assert "\n" not in str(caught.value)


def test_a_version_without_source_gives_way_to_one_that_has_it(index: Index, check: Check) -> None:
    assert check("pypi:mixed").revision == "1.0"


def test_a_version_for_another_python_is_taken_only_when_it_is_named(index: Index, check: Check) -> None:
    assert check("pypi:future").revision == "1.0"
    assert check("pypi:future==2.0").revision == "2.0"


def test_a_missing_checksum_is_noted(index: Index, check: Check) -> None:
    assert check("pypi:unchecked").notes == ("unchecked-1.0.tar.gz: the index gave no checksum, so none was checked",)


def test_a_source_distribution_beyond_bounds_is_not_fetched(index: Index, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 10)
    with pytest.raises(CheckoutFailed, match="larger than"):
        check("pypi:shop")


def test_an_index_that_nobody_serves_is_one_line_without_credentials(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "PAUSES", (0.0,))
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:hunter2@127.0.0.1:9/simple")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(CheckoutFailed, match=r"pypi:shop: the package index cannot be reached \(.*refused.*\)") as caught:
        check("pypi:shop")
    assert "hunter2" not in str(caught.value)


def test_archives_in_a_folder_serve_where_no_index_may_be_asked(tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "shop-1.0.tar.gz").write_bytes(sdist({"shop-1.0/a.py": ""}))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "links"))
    assert listing(check("pypi:shop")) == ["a.py"]
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(CheckoutFailed, match="allow no package index"):
        check("pypi:shop")


@pytest.mark.network
def test_a_real_package_is_fetched(tmp_path: Path) -> None:
    workspace = checkout("pypi:python-string-utils==1.0.0", tmp_path / "0")
    assert (workspace.name, workspace.revision) == ("python-string-utils 1.0.0", "1.0.0")
    assert "string_utils/manipulation.py" in listing(workspace)


@pytest.mark.network
def test_a_real_package_without_source_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckoutFailed, match="it has no source distribution"):
        checkout("pypi:nvidia-cublas-cu12==12.4.5.8", tmp_path / "0")
