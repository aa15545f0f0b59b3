"""Archives are unpacked within bounds; hostile ones are refused or lose what is hostile."""

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tasks.sources import archive
from tests.tasks.sources.conftest import Check, listing
from testwright.errors import CheckoutFailed

FILES = {"shop-1.0/shop/__init__.py": b"", "shop-1.0/shop/a b.py": b"A = 1\n"}


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0, mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size, info.mode = kind, link, size, mode
    return info


def tar(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as out:  # type: ignore[call-overload]
        for info, content in members:
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
    return path


def plain(path: Path, mode: str, files: dict[str, bytes] = FILES) -> Path:
    return tar(path, *((member(name), content) for name, content in files.items()), mode=mode)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("s.tar", "w"),
        ("s.tar.gz", "w:gz"),
        ("s.TGZ", "w:gz"),
        ("s.tar.bz2", "w:bz2"),
        ("s.tbz2", "w:bz2"),
        ("s.tar.xz", "w:xz"),
        ("s.txz", "w:xz"),
    ],
)
def test_each_kind_of_tar_is_unpacked_without_its_only_folder(tmp_path: Path, check: Check, name: str, mode: str) -> None:
    workspace = check(plain(tmp_path / name, mode))
    assert listing(workspace) == ["shop/__init__.py", "shop/a b.py"]
    assert (workspace.name, workspace.notes) == ("s", ())


def test_a_zip_is_unpacked(tmp_path: Path, check: Check) -> None:
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as out:
        for name, content in FILES.items():
            out.writestr(name, content)
        out.writestr("shop-1.0\\docs\\x.md", "")
    assert listing(check(tmp_path / "s.zip")) == ["docs/x.md", "shop/__init__.py", "shop/a b.py"]


def test_an_only_folder_that_is_a_package_is_kept(tmp_path: Path, check: Check) -> None:
    assert listing(check(plain(tmp_path / "s.tar", "w", {"shop/__init__.py": b"", "shop/a.py": b""}))) == ["shop/__init__.py", "shop/a.py"]


@pytest.mark.parametrize("name", ["../evil.py", "/abs/evil.py", "a/../../evil.py", "a/.."])
def test_a_member_that_leads_outside_refuses_the_archive(tmp_path: Path, check: Check, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as out:
        out.writestr(name, "x")
    for path in (tar(tmp_path / "t.tar", (member(name), b"x")), tmp_path / "z.zip"):
        with pytest.raises(CheckoutFailed, match="leads outside; it is not unpacked"):
            check(path)
    assert not list(tmp_path.rglob("evil.py"))


def test_nothing_is_written_through_a_link(tmp_path: Path, check: Check) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("safe")
    path = tar(
        tmp_path / "t.tar",
        (member("d", tarfile.SYMTYPE, str(victim)), b""),
        (member("d/evil.py"), b"x"),
        (member("f", tarfile.SYMTYPE, str(victim / "file")), b""),
        (member("f"), b"overwritten"),
        (member("h", tarfile.LNKTYPE, "f"), b""),
        (member("e", tarfile.SYMTYPE, str(victim)), b""),
        (member("e/deep", tarfile.SYMTYPE, "../a.py"), b""),
        (member("a.py"), b""),
    )
    workspace = check(path)
    assert [item.name for item in victim.iterdir()] == ["file"]
    assert (victim / "file").read_text() == "safe"
    assert listing(workspace) == ["a.py", "d/evil.py", "f", "h"]
    assert (Path(workspace.root) / "h").read_text() == "overwritten"


def test_links_out_are_left_out_and_links_inside_become_files(tmp_path: Path, check: Check) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as out:
        out.writestr("p/a.py", "A = 1\n")
        for name, target in {"p/in.py": "a.py", "p/out": "/etc/passwd", "p/up": "../../../../etc"}.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            out.writestr(info, target)
    links = [
        (member(f"p/{name}", tarfile.SYMTYPE, target), b"")
        for name, target in {"in.py": "a.py", "out": "/etc/passwd", "up": "../../../../etc"}.items()
    ]
    links.append((member("p/hard", tarfile.LNKTYPE, "p/nothing"), b""))
    for path in (tmp_path / "z.zip", tar(tmp_path / "t.tar", (member("p/a.py"), b"A = 1\n"), *links)):
        workspace = check(path)
        assert listing(workspace) == ["a.py", "in.py"]
        assert (Path(workspace.root) / "in.py").read_text() == "A = 1\n"
        assert {"out is a link out of the tree: left out", "up is a link out of the tree: left out"} <= set(workspace.notes)


def test_a_hard_link_may_not_lead_outside(tmp_path: Path, check: Check) -> None:
    with pytest.raises(CheckoutFailed, match="leads outside"):
        check(tar(tmp_path / "t.tar", (member("h", tarfile.LNKTYPE, "../../etc/passwd"), b"")))


def test_devices_and_pipes_are_left_out(tmp_path: Path, check: Check) -> None:
    kinds = {"fifo": tarfile.FIFOTYPE, "char": tarfile.CHRTYPE, "block": tarfile.BLKTYPE}
    workspace = check(tar(tmp_path / "t.tar", (member("a.py"), b""), *((member(name, kind), b"") for name, kind in kinds.items())))
    assert listing(workspace) == ["a.py"]
    assert workspace.notes == tuple(f"{name} is not a regular file: left out" for name in kinds)


def test_setuid_bits_do_not_survive(tmp_path: Path, check: Check) -> None:
    workspace = check(tar(tmp_path / "t.tar", (member("run", mode=0o6777), b""), (member("a.py", mode=0), b"")))
    assert [(Path(workspace.root) / name).stat().st_mode & 0o7777 for name in ("run", "a.py")] == [0o755, 0o644]


@pytest.mark.parametrize(("suffix", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_a_compressed_bomb_is_refused_while_it_is_small(
    tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 2**22)
    path = tmp_path / f"bomb.tar.{suffix}"
    path.write_bytes(compress(bytes(2**24)))
    assert path.stat().st_size < 2**16
    with pytest.raises(CheckoutFailed, match="unpacked it has more than"):
        check(path)


def test_a_zip_bomb_is_refused_whatever_it_says_of_its_size(tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_UNPACKED", 2**22)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as out:
        for number in range(8):
            out.writestr(f"{number}.py", bytes(2**20))
    with pytest.raises(CheckoutFailed, match="unpacked it is too large"):
        check(tmp_path / "bomb.zip")


def test_a_sparse_file_that_claims_a_terabyte_is_left_out(tmp_path: Path, check: Check) -> None:
    info = tarfile.TarInfo("huge.py")
    info.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1", "GNU.sparse.size": str(2**40)}
    with tarfile.open(tmp_path / "t.tar", "w", format=tarfile.PAX_FORMAT) as out:
        info.size = 1
        out.addfile(info, io.BytesIO(b"x"))
        out.addfile(member("a.py"))
    workspace = check(tmp_path / "t.tar")
    assert listing(workspace) == ["a.py"]
    assert workspace.notes == ("huge.py is not a regular file: left out",)


def test_a_header_of_many_megabytes_is_refused(tmp_path: Path, check: Check) -> None:
    info = member("././@PaxHeader", tarfile.XHDTYPE, size=2**24)
    raw = info.tobuf() + bytes(2**24) + member("a.py").tobuf() + bytes(1024)
    (tmp_path / "t.tar").write_bytes(raw)
    with pytest.raises(CheckoutFailed, match=r"damaged \(a header is too large\)"):
        check(tmp_path / "t.tar")


def test_a_table_of_contents_that_would_fill_the_memory_is_refused(tmp_path: Path, check: Check) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as out:
        out.writestr("a.py", "x")
    raw = bytearray((tmp_path / "z.zip").read_bytes())
    struct.pack_into("<L", raw, raw.rfind(b"PK\5\6") + 12, 2**31)
    (tmp_path / "z.zip").write_bytes(bytes(raw))
    with pytest.raises(CheckoutFailed, match="table of contents"):
        check(tmp_path / "z.zip")


def test_too_many_members_are_refused(tmp_path: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.sources.unpack.MOST_FILES", 5)
    with pytest.raises(CheckoutFailed, match="more than 5 files"):
        check(plain(tmp_path / "t.tar", "w", {f"{number}.py": b"" for number in range(6)}))


def test_the_last_of_two_members_of_a_name_wins(tmp_path: Path, check: Check) -> None:
    path = tar(tmp_path / "t.tar", (member("a.py"), b"1"), (member("a.py"), b"2"), (member("a.py/b.py"), b""))
    workspace = check(path)
    assert (Path(workspace.root) / "a.py").read_text() == "2"
    assert workspace.notes == ("a.py/b.py cannot be written (File exists): left out",)


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.tar.bz2", "x.tar.xz"])
@pytest.mark.parametrize("content", [b"", b"nonsense " * 200, None])
def test_a_damaged_archive_is_one_clear_line(tmp_path: Path, check: Check, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if content is None and name == "x.zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("a.py", "x = 1\n" * 1000)
        raw = bytearray(path.read_bytes())
        raw[50:60] = b"\xff" * 10
        path.write_bytes(bytes(raw))
    elif content is None:
        plain(path, {"x.tar": "w"}.get(name, f"w:{name.rpartition('.')[2]}"), {"a.py": bytes(range(256)) * 100})
        path.write_bytes(path.read_bytes()[:-5000] if name == "x.tar" else path.read_bytes()[:-20])
        if name == "x.tar":
            path.write_bytes(path.read_bytes()[:2000])
    else:
        path.write_bytes(content)
    with pytest.raises(CheckoutFailed, match=r"(damaged|there are no files)") as caught:
        check(path)
    assert "\n" not in str(caught.value)


def test_an_encrypted_zip_says_so(tmp_path: Path, check: Check) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as out:
        out.writestr("a.py", "x")
    raw = bytearray((tmp_path / "z.zip").read_bytes())
    raw[6] |= 1
    raw[raw.find(b"PK\1\2") + 8] |= 1
    (tmp_path / "z.zip").write_bytes(bytes(raw))
    with pytest.raises(CheckoutFailed, match="encrypted"):
        check(tmp_path / "z.zip")


def test_an_archive_that_is_not_there_says_so(tmp_path: Path, check: Check) -> None:
    with pytest.raises(CheckoutFailed, match="there is no such archive; check the spelling"):
        check(tmp_path / "gone.zip")
