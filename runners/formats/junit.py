"""JUnit XML → cases. Streams through expat and builds no tree; refuses document types, so that no entity can grow."""

from dataclasses import dataclass, field
from xml.parsers import expat

from runners.formats.text import clean, one_line
from testwright.model import Case, Status

MAX_BYTES = 32 * 2**20
MAX_CASES = 200_000
MAX_DEPTH = 32
_MESSAGE = 4000
_STATUS = {"failure": Status.FAILED, "error": Status.ERROR, "skipped": Status.SKIPPED}


def parse(data: bytes) -> tuple[Case, ...]:
    """The cases of a report, in its order. `name` is the class path within the file, a dot, and the name, as pytest and Jest mean it.

    Raises:
        ValueError: one line that says why this is not such a report.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"JUnit report of {len(data)} bytes: more than {MAX_BYTES} are not read")
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 2**16
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"JUnit report is not well-formed XML: {one_line(str(error))}") from None
    if not reader.suites:
        raise ValueError("JUnit report has no test suite")
    return tuple(reader.cases)


@dataclass(slots=True)
class _Reader:
    cases: list[Case] = field(default_factory=list)
    suites: int = 0
    _depth: int = 0
    _attributes: dict[str, str] | None = None
    _status: Status = Status.PASSED
    _message: str = ""
    _body: list[str] | None = None
    _room: int = 0

    def doctype(self, *_: object) -> None:
        raise ValueError("JUnit report declares a document type, which is refused")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError(f"JUnit report is nested deeper than {MAX_DEPTH}")
        if tag in ("testsuite", "testsuites"):
            self.suites += 1
        elif tag == "testcase":
            if len(self.cases) >= MAX_CASES:
                raise ValueError(f"JUnit report has more than {MAX_CASES} cases")
            self._attributes, self._status, self._message = attributes, Status.PASSED, ""
        elif tag in _STATUS and self._attributes is not None and self._status in (Status.PASSED, Status.FAILED):
            # A case can fail and then break in its teardown: the error is the graver news.
            self._status = _STATUS[tag]
            self._message = clean(attributes.get("message", ""), _MESSAGE)
            self._body, self._room = [], 4 * _MESSAGE

    def text(self, text: str) -> None:
        if self._body is not None and self._room > 0:
            self._body.append(text[: self._room])
            self._room -= len(text)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if tag in _STATUS and self._body is not None:
            body = clean("".join(self._body), _MESSAGE)
            first = self._message if self._message and self._message not in body else ""
            self._message = clean("\n".join(part for part in (first, body) if part), _MESSAGE)
            self._body = None
        elif tag == "testcase" and self._attributes is not None:
            self.cases.append(_case(self._attributes, self._status, self._message))
            self._attributes = None


def _case(attributes: dict[str, str], status: Status, message: str) -> Case:
    file = one_line(attributes.get("file", "").replace("\\", "/"), 1000)
    name, bracket, rest = attributes.get("name", "").partition("[")
    return Case(
        name=".".join(part for part in (_class_path(attributes.get("classname", ""), file), one_line(name, 1000)) if part),
        status=status,
        file=file,
        parameters=one_line(rest.removesuffix("]"), 1000) if bracket else "",
        message=message,
        seconds=_seconds(attributes.get("time", "")),
    )


def _class_path(class_name: str, file: str) -> str:
    """pytest writes `tests.test_x.TestFoo`: the module is in `file` already. Without a file all of it is kept."""
    class_name = one_line(class_name, 1000)
    module = file.removesuffix(".py").replace("/", ".").lstrip(".")
    if not file.endswith(".py"):
        return class_name
    if class_name == module:
        return ""
    return class_name.removeprefix(module + ".") if class_name.startswith(module + ".") else ""


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < 1e9 else 0.0
