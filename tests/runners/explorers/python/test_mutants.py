"""All mutants of a file in one module, and cases tried against them."""

import ast
import importlib
import importlib.util
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from runners.explorers.python.cases import Case, Outcome
from runners.explorers.python.execute import received
from runners.explorers.python.mutants import SWITCH, SwitchedExpression, SwitchedStatement, mutants, switched
from runners.explorers.python.mutants_load import Finder, Loader, compiled
from runners.explorers.python.mutants_run import Budget, MutantRun
from runners.explorers.python.probe import Log
from runners.explorers.python.subjects import Subject
from runners.explorers.python.values import Atom, Call, Clock, Member, Name, Variable, literal


class Original(ast.NodeTransformer):
    """Takes the switches out again."""

    def visit_SwitchedExpression(self, node: SwitchedExpression) -> Any:
        return self.visit(node.orelse)

    def visit_SwitchedStatement(self, node: SwitchedStatement) -> Any:
        return [self.visit(part) for part in node.orelse]

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Any:
        self.generic_visit(node)
        return node.value if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Any]:
    names = []

    def load(source: str) -> tuple[ModuleType, MutantRun]:
        name = f"sample{len(names)}"
        path = tmp_path / f"{name}.py"
        path.write_text(textwrap.dedent(source))
        module = ModuleType(name)
        module.__file__ = str(path)
        sys.modules[name] = module
        names.append(name)
        loader = Loader(name, str(path), Log())
        loader.exec_module(module)
        return module, MutantRun(module, loader)

    yield load
    for name in names:
        del sys.modules[name]


def call(module: ModuleType, name: str, *values: Any) -> Case:
    made = [literal(value) for value in values]
    return Case(name, "function", Call(Name(module.__name__, name), tuple(m for m in made if m is not None)))


def survivors(run: MutantRun, *cases: Case) -> list[str]:
    for case in cases:
        run.add(case)
    run.sweep(Budget(10_000, 60))
    return [run.mutants[index].id.partition(":")[2].partition(":")[2] for index in run.survivors()]


@pytest.mark.parametrize("module", ["textwrap", "difflib", "argparse", "dataclasses", "asyncio.base_events", "typing"])
def test_without_its_switches_the_tree_is_the_source(module: str) -> None:
    __import__(module)
    text = Path(str(sys.modules[module].__file__)).read_text()
    tree, found = switched(text)
    assert len(found) > 100
    assert len({mutant.id for mutant in found}) == len(found)
    assert ast.dump(Original().visit(tree)) == ast.dump(ast.parse(text))


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("a < b", ["<→<=", "<→>="]),
        ("a == b", ["==→!="]),
        ("a not in b", ["not in→in"]),
        ("a is b", ["is→is not"]),
        ("a and b", ["and→or"]),
        ("not a", ["not left out"]),
        ("a + b", ["+→-"]),
        ("a[1:]", ["1→2", "1→0", "lower bound left out"]),
        ("3", ["3→4", "3→2"]),
        ("True", ["True→False"]),
        ("'ab'", ["'ab'→'abX'", "'ab'→''"]),
        ("''", ["''→'X'"]),
        ("1.5", ["1.5→2.5"]),
        ("f'{a}b'", ["'b'→'bX'", "'b'→''"]),
        ("None", []),
        ("'%s' % a", ["'%s'→'%sX'", "'%s'→''"]),
        ("a if b else c", ["not b"]),
    ],
)
def test_an_expression_has_the_standard_mutants(code: str, what: list[str]) -> None:
    found = [m.id.split(":", 2)[2] for m in mutants(f"def f(a, b, c):\n    x = {code}")]
    assert sorted(found) == sorted(what)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("return a", ["return a→None"]),
        ("return None", []),
        ("a(b)", ["a(b) left out"]),
        ("a += b", ["+=→-="]),
        ("while a: break", ["not a", "break→continue"]),
        ("'only documentation'", []),
        ("x: 'Text' = a", []),
        ("super().__init__(a)", []),
    ],
)
def test_a_statement_has_the_standard_mutants(code: str, what: list[str]) -> None:
    assert sorted(m.id.split(":", 2)[2] for m in mutants(f"def f(a, b):\n    {code}")) == sorted(what)


def test_an_id_is_stable_and_says_line_column_and_change() -> None:
    source = "LIMIT = 3\n\ndef f(a):\n    '''Doc.'''\n    return a < 2\n"
    assert [m.id for m in mutants(source)] == ["5:16:2→3", "5:16:2→1", "5:12:<→<=", "5:12:<→>=", "5:12:return a < 2→None"]


def test_one_number_brings_one_mutant_to_life() -> None:
    source = "def f(a, b):\n    return f'{a + b:>4}' if a < b else a - b\n"
    code, found = compiled(source, "<sample>", log=False)
    space: dict[str, Any] = {SWITCH: 0}
    exec(code, space)  # noqa: S102
    results = {}
    for mutant in found:
        space[SWITCH] = mutant.index
        results[mutant.id.split(":", 2)[2]] = (space["f"](1, 20), space["f"](2, 2))
    space[SWITCH] = 0
    assert (space["f"](1, 20), space["f"](2, 2)) == ("  21", 0)
    assert results["+→-"] == (" -19", 0)
    assert results["<→<="] == ("  21", "   4")
    assert results["<→>="] == (-19, "   4")
    assert results["-→+"] == ("  21", 4)
    assert [what for what, result in results.items() if result == ("  21", 0)] == []


def test_names_in_classes_closures_and_generators_still_work() -> None:
    source = """
    class A:
        def __private(self, n=2):
            return [i + n for i in range(3) if i > 0]

        def go(self):
            total = 0
            def add():
                nonlocal total
                total += 1
                yield from self.__private()
            return list(add()), total
    """
    code, _ = compiled(textwrap.dedent(source), "<sample>")
    space: dict[str, Any] = {SWITCH: 0}
    from runners.explorers.python.probe import probes

    space.update(probes(Log()))
    exec(code, space)  # noqa: S102
    assert space["A"]().go() == ([3, 4], 1)


def test_a_case_kills_what_its_checks_can_tell(loaded: Any) -> None:
    module, run = loaded("""
        def grade(points):
            if points < 50:
                return "failed"
            return "passed"
    """)
    assert survivors(run, call(module, "grade", 10), call(module, "grade", 90)) == ["50→51", "50→49", "<→<="]
    assert survivors(run, call(module, "grade", 49), call(module, "grade", 50)) == []


def test_unreached_mutants_are_no_survivors(loaded: Any) -> None:
    module, run = loaded("""
        def f(a):
            if a:
                return 1
            return 2
    """)
    left = survivors(run, call(module, "f", True))
    assert left == []
    assert {run.mutants[i].line for i, killers in run.killers.items() if killers} == {3, 4}


def test_an_endless_loop_is_killed_by_timeout(loaded: Any) -> None:
    module, run = loaded("""
        def count(n):
            while n > 0:
                n -= 1
            return n
    """)
    assert "-=→+=" not in survivors(run, call(module, "count", 2))


def test_changed_state_of_the_receiver_kills(loaded: Any) -> None:
    module, run = loaded("""
        class Counter:
            def __init__(self):
                self.value = 0
            def up(self):
                self.value += 2
    """)
    made = Call(Name(module.__name__, "Counter"))
    case = Case("Counter.up", "method", Call(Member(Variable("counter"), "up")), (("counter", made),))
    assert survivors(run, case) == []


def test_a_call_in_the_set_up_that_raises_kills_nothing_for_the_call_under_test(loaded: Any) -> None:
    module, run = loaded("""
        class Shop:
            def size(self):
                return len([1] + [2])
            def name(self):
                return "Shop"
    """)
    steps = (("shop", Call(Name(module.__name__, "Shop"))), ("", Call(Member(Variable("shop"), "size"))))
    case = Case("Shop.name", "method", Call(Member(Variable("shop"), "name")), steps)

    assert "+→-" in survivors(run, case)


def test_a_call_without_its_receiver_is_no_case_of_the_method() -> None:
    class Shop:
        pass

    subject = Subject("Shop.__str__", "operator", None, Shop, (1, 2))
    outcome = Outcome()
    outcome.names = {"shop": Shop()}
    steps = (("", Clock("time.time", (1.0,))), ("shop", Call(Name("shops", "Shop"))))
    cases = [Case("Shop.__str__", "operator", Call(Name("builtins", "str"), given), steps) for given in ((Variable("shop"),), ())]

    assert [received(case, outcome, subject) for case in cases] == [True, False]


def test_hashes_are_compared_with_those_of_objects_made_in_the_same_way(loaded: Any) -> None:
    module, run = loaded("""
        class Key:
            def __init__(self, name):
                self.name = name
            def __hash__(self):
                return hash((self.name, None))
    """)
    made = Call(Name(module.__name__, "Key"), (Atom("a"),))
    case = Case("Key.__hash__", "operator", Call(Name("builtins", "hash"), (Variable("key"),)), (("key", made),))
    assert survivors(run, case) == []
    assert [check["expected"] for check in run.trials[0].seen.checks] == ["hash(Key('a'))"]


def test_raised_messages_kill(loaded: Any) -> None:
    module, run = loaded("""
        def f(n):
            if n > 3:
                raise ValueError(f"{n} is over {3} words")
    """)
    assert survivors(run, call(module, "f", 4), call(module, "f", 3)) == []


def test_what_a_mutant_leaves_in_the_module_does_not_reach_the_next(loaded: Any) -> None:
    module, run = loaded("""
        import functools
        SEEN = []

        @functools.lru_cache
        def square(n):
            return n * n

        def f(n):
            if n > 1:
                SEEN.append(n)
            return square(n) + len(SEEN)
    """)
    left = survivors(run, call(module, "f", 1), call(module, "f", 3))
    assert module.SEEN == []
    assert left == ["1→2"]


def test_a_result_that_differs_each_time_kills_nothing(loaded: Any) -> None:
    module, run = loaded("""
        import itertools
        numbers = itertools.count()
        def f(a):
            return next(numbers) + a
    """)
    run.add(call(module, "f", 1))
    run.sweep(Budget(1000, 30))
    assert not any(run.killers.values())


def test_a_package_that_imports_its_module_itself_has_one_loader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "__init__.py").write_text("from bundle.part import f\n")
    (tmp_path / "bundle" / "part.py").write_text("def f(a):\n    return a + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", [Finder("bundle.part", None), *sys.meta_path])
    importlib.util.find_spec("bundle.part")
    module = importlib.import_module("bundle.part")
    loader = module.__spec__.loader if module.__spec__ else None
    assert isinstance(loader, Loader)
    assert [mutant.what for mutant in loader.mutants] == ["1→2", "1→0", "+→-", "return a + 1→None"]


def test_killers_are_several_and_the_plainest_comes_first(loaded: Any) -> None:
    module, run = loaded("""
        def f(text):
            return text + "!"
    """)
    for text in ("a" * 30, "abc", "b", *(f"c{i}" for i in range(20))):
        run.add(call(module, "f", text))
    run.sweep(Budget(10_000, 60))
    assert all(len(killers) == 8 for killers in run.killers.values())
    assert all(killers[0].case.text().endswith("f('b')") for killers in run.killers.values())


def test_the_budget_is_kept(loaded: Any) -> None:
    module, run = loaded("""
        def f(a, b):
            return a * b + 1 - 2
    """)
    for n in range(50):
        run.add(call(module, "f", n, 3))
    before = run.executions
    run.sweep(Budget(10, 60))
    assert run.executions - before < 20


def test_what_is_printed_logged_or_warned_of_kills(loaded: Any) -> None:
    module, run = loaded("""
        import logging
        import warnings

        def greet(name):
            print("hello", name)

        def load(name):
            logging.getLogger(__name__).warning("no file %s", name)

        def old(name):
            warnings.warn("use greet", DeprecationWarning)
            return name
    """)

    assert survivors(run, call(module, "greet", "a"), call(module, "load", "a"), call(module, "old", 7)) == []


def test_what_is_the_same_in_every_run_kills_beside_what_is_not(loaded: Any) -> None:
    module, run = loaded("""
        import itertools

        COUNT = itertools.count()

        def numbered(name):
            print("a " + name)
            return next(COUNT) + 0.5
    """)

    assert "'a '→''" not in "".join(survivors(run, call(module, "numbered", "b")))
    assert not run.trials[0].flaky
