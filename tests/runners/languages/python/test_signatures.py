"""What the target's source says about its units."""

from pathlib import Path

from runners.languages.python.signatures import signatures


def test_a_dataclass_is_given_its_fields_but_no_variable_of_the_class(tmp_path: Path) -> None:
    (tmp_path / "timers.py").write_text("""
@dataclass
class Timer:
    timers: ClassVar[dict] = {}
    name: str = ""
    started: float = field(default=0.0, init=False)
    text: str = "done"
""")

    assert signatures(tmp_path / "timers.py").of_call("Timer") == ("name", "text")
