"""What code reaches outside of itself: names that open files, sockets or processes, or that ask the clock, the environment or chance."""

import ast
from collections.abc import Iterable, Iterator, Mapping

_KINDS = {
    "files": (
        "open", "io.open", "codecs.open", "gzip.open", "zipfile.ZipFile", "tarfile.open", "shutil", "tempfile", "glob",
        "os.listdir", "os.walk", "os.remove", "os.unlink", "os.rename", "os.replace", "os.makedirs", "os.mkdir", "os.stat", "os.scandir",
        "os.path.exists", "os.path.isfile", "os.path.isdir", "os.path.getsize", "os.path.getmtime",
    ),
    "network": ("socket", "ssl", "urllib.request", "http.client", "requests", "httpx", "aiohttp", "smtplib", "ftplib", "urllib3"),
    "processes": ("subprocess", "os.system", "os.popen", "os.kill", "os.fork", "multiprocessing", "asyncio.create_subprocess_exec"),
    "clock": (
        "time.time", "time.sleep", "time.monotonic", "time.perf_counter", "time.localtime", "time.strftime", "asyncio.sleep",
        "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
    ),
    "environment": ("os.environ", "os.getenv", "sys.argv", "sys.stdin", "input", "os.getcwd", "os.uname", "platform", "getpass"),
    "chance": ("random", "secrets", "uuid.uuid1", "uuid.uuid4", "os.urandom"),
}  # fmt: skip
_METHODS = frozenset({"read_text", "write_text", "read_bytes", "write_bytes", "mkdir", "unlink", "iterdir", "rglob", "is_file", "is_dir"})
MOST = 6


def touched(tree: ast.Module, nodes: Iterable[ast.AST]) -> tuple[str, ...]:
    """`kind: names` for each kind of outside world that these parts of a module reach."""
    bound = dict(_bound(tree))
    found: dict[str, dict[str, None]] = {}
    for node in nodes:
        for inner in ast.walk(node):
            name = _dotted(inner, bound)
            for kind in _kinds(name) if name else ():
                found.setdefault(kind, {})[name.lstrip(".")] = None
    return tuple(f"{kind}: {', '.join(list(names)[:MOST])}" for kind, names in found.items())


def _kinds(name: str) -> Iterator[str]:
    for kind, known in _KINDS.items():
        if any(name == one or name.startswith(f"{one}.") for one in known):
            yield kind
    if name.startswith(".") and name[1:] in _METHODS:
        yield "files"


def _dotted(node: ast.AST, bound: Mapping[str, str]) -> str:
    """What a name or attribute means, as a dotted name; '.method' for a method of something unknown."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()) if name in ("open", "input") or "." in bound.get(name, ""):
            return bound.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            parts = [attr]
            while isinstance(value, ast.Attribute):
                parts.append(value.attr)
                value = value.value
            if isinstance(value, ast.Name) and value.id in bound:
                return ".".join([bound[value.id], *reversed(parts)])
            return f".{attr}"
    return ""


def _bound(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
