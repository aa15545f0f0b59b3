"""Which files of a source are worth searching."""

from pathlib import Path

from tasks.discover import discover
from testwright.model import Baseline, Environment, State, Workspace


def test_the_files_with_most_to_gain_come_first_and_those_over_the_number_asked_for_are_left_out_by_wish(
    workspace: Workspace, environment: Environment
) -> None:
    root = Path(workspace.root)
    (root / "empty.py").write_text('"""Nothing."""\n')
    (root / "small.py").write_text("def one():\n    return 1\n")

    targets, ended = discover.fn(workspace, environment, ("small.py", "numbers_.py", "empty.py"), Baseline("none"), 1)

    assert [target.path for target in targets] == ["numbers_.py"]
    assert {(file.path, file.state, file.reason) for file in ended if file.path == "small.py"} == {
        ("small.py", State.EXCLUDED, "--max-files is 1")
    }
    assert [file.state for file in ended if file.path == "empty.py"] == [State.NOTHING_TO_TEST]
