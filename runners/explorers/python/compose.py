"""Makes whole cases: a receiver, calls that set it up, and the call of a subject."""

from __future__ import annotations

import ast
import inspect
import random
import re
import textwrap
from collections.abc import Callable
from typing import Any

from runners.explorers.python.builders import Builder
from runners.explorers.python.cases import Case
from runners.explorers.python.maker import Maker
from runners.explorers.python.subjects import BINARY, CALLED, REFLECTED, UNARY, Parameter, Subject, parameters_of
from runners.explorers.python.values import Atom, Call, Member, Name, Node, Operation, Variable

DEPTH = 3


def snake(name: str) -> str:
    """`TimeLex` → `time_lex`, `furl` → `the_furl`: the variable that holds an instance of a class, and does not hide it."""
    plain = name.strip("_")
    made = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain).lower()
    if made == plain:
        return f"the_{made}"
    return made + "_" if made in ("list", "dict", "set", "str", "int", "type", "range", "class", "def", "if", "result") else made


def calls(func: Node, subject: Subject, names: dict[str, Any]) -> bool:
    """Whether that is a subject: itself by its name, or its method on a variable that holds an instance of its class."""
    if isinstance(func, Name):
        return isinstance(subject.callee, Name) and subject.callee.path == func.path
    if not isinstance(func, Member) or not isinstance(func.owner, Variable) or subject.owner is None:
        return False
    return subject.name == func.name and isinstance(names.get(func.owner.name), subject.owner)


class Composer:
    """Makes cases for subjects."""

    def __init__(self, maker: Maker, subjects: list[Subject], rng: random.Random, builder: Builder) -> None:
        self.maker = maker
        self.builder = builder
        self.rng = rng
        self.subjects = subjects
        self.by_unit = {(s.unit, s.kind): s for s in subjects}
        self.known_methods: dict[type, list[tuple[str, list[Parameter]]]] = {}
        self.known_setters: dict[type, dict[str, tuple[str, list[Parameter], int]]] = {}
        self.methods: dict[type, list[Subject]] = {}
        self.wanted: Callable[[type], bool] = lambda _cls: False
        """Whether something of a class is not reached yet."""
        for subject in subjects:
            if subject.owner is not None:
                self.methods.setdefault(subject.owner, []).append(subject)
                subject.heirs = self.heirs(subject, subject.owner)

    def heirs(self, subject: Subject, owner: type) -> list[type]:
        """Classes of the module that inherit a method as it is."""
        world = self.maker.world
        below = [cls for cls in world.concrete if cls is not owner and owner in cls.__mro__ and cls.__module__ == world.module.__name__]
        return [cls for cls in below if inspect.getattr_static(cls, subject.name, None) is vars(owner).get(subject.name)]

    def members(self, cls: type) -> list[Subject]:
        """Subjects that an instance of a class can receive."""
        return [s for owner, found in self.methods.items() if issubclass(cls, owner) for s in found]

    def fresh(self, subject: Subject) -> Case:
        """A new case for a subject."""
        self.maker.literals_for(subject)
        if subject.callee is not None:
            call = self.maker.call(subject.callee, subject.parameters, DEPTH)
            return self.prepared(Case(subject.unit, subject.kind, call, asynchronous=subject.asynchronous))
        assert subject.owner is not None
        variable = snake(subject.owner.__name__)
        receiver = self.maker.construct(self.heir(subject), DEPTH - 1)
        steps: list[tuple[str, Node]] = [(variable, receiver)]
        for _ in range(self.rng.choice((0, 0, 0, 0, 1, 1, 2, 3))):
            steps += self.setup(subject, variable)
        self.maker.literals_for(subject)
        steps_more, call = self.final(subject, variable)
        return self.prepared(Case(subject.unit, subject.kind, call, tuple(steps + steps_more), asynchronous=subject.asynchronous))

    def heir(self, subject: Subject) -> type:
        """The class of a receiver: often one of those that inherit the method, if something in them is not reached yet."""
        assert subject.owner is not None
        wanted = [cls for cls in subject.heirs if self.wanted(cls)] if subject.heirs and self.rng.random() < 0.6 else []
        return self.rng.choice(wanted) if wanted else subject.owner

    def prepared(self, case: Case) -> Case:
        """The case with one of its objects made in steps: constructed, then changed by calls of its methods."""
        call = case.call
        if not isinstance(call, Call) or self.rng.random() > 0.3:
            return case
        places = [(i, arg) for i, arg in enumerate(call.args) if isinstance(arg, Call) and self.class_of(arg) is not None]
        if not places:
            return case
        index, node = self.rng.choice(places)
        cls = self.class_of(node)
        variable = snake(cls.__name__) if cls is not None else ""
        if cls is None or variable in {name for name, _ in case.steps}:
            return case
        steps: list[tuple[str, Node]] = [(variable, node)]
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            step = self.change(cls, variable)
            if step is not None:
                steps.append(step)
        if len(steps) == 1:
            return case
        args = list(call.args)
        args[index] = Variable(variable)
        at = len(case.steps) - (1 if case.kind == "setter" else 0)
        return case.copy(steps=(*case.steps[:at], *steps, *case.steps[at:]), call=Call(call.func, tuple(args), call.keywords))

    def change(self, cls: type, variable: str) -> tuple[str, Node] | None:
        """One more step that changes an object: a call of a method, an attribute assigned, a list filled."""
        methods = self.foreign_methods(cls)
        if methods and self.rng.random() < 0.5:
            name, parameters = self.rng.choice(methods)
            return "", self.maker.call(Member(Variable(variable), name), parameters, DEPTH - 1)
        return self.builder.step(cls, variable)

    def class_of(self, node: Node) -> type | None:
        """The class of the package that a call constructs."""
        if not isinstance(node, Call) or not isinstance(node.func, Name):
            return None
        func = node.func
        return next((c for c, n in self.maker.world.names.items() if n.path == func.path and n.module == func.module), None)

    def foreign_methods(self, cls: type) -> list[tuple[str, list[Parameter]]]:
        """Public methods of a class of the package, with their parameters."""
        if cls not in self.known_methods:
            package = self.maker.world.package
            found = {n: v for c in reversed(cls.__mro__) if c.__module__.split(".")[0] == package for n, v in vars(c).items()}
            self.known_methods[cls] = [
                (n, parameters_of(v, 1, None, self.maker.world.module)[0])
                for n, v in found.items()
                if inspect.isfunction(v) and not n.startswith("_") and not inspect.iscoroutinefunction(v)
            ]
        return self.known_methods[cls]

    def setter(self, cls: type, name: str) -> tuple[str, list[Parameter], int] | None:
        """A public method that keeps one of its arguments as an attribute: its name, its parameters, and which of them."""
        if cls not in self.known_setters:
            self.known_setters[cls] = {
                attribute: (method, parameters, index)
                for method, parameters in self.foreign_methods(cls)
                for index, attribute in kept_arguments(getattr(cls, method), parameters)
            }
        return self.known_setters[cls].get(name)

    def setup(self, subject: Subject, variable: str) -> list[tuple[str, Node]]:
        """One more step that changes the receiver; late also by a method that is not public."""
        inner = self.maker.stubs and self.rng.random() < 0.25
        choices = [
            s
            for s in self.methods.get(subject.owner, ())
            if s.kind in ("method", "setter", "context", "operator") and not s.asynchronous and (s.public or inner)
        ]  # type: ignore[arg-type]
        if not choices:
            return []
        chosen = self.rng.choice(choices)
        self.maker.literals_for(chosen)
        if chosen.kind == "setter":
            return [(f"{variable}.{chosen.name}", self.argument(chosen))]
        if chosen.kind == "operator" and chosen.name not in ("__setitem__", "__delitem__"):
            if chosen.name == "__getitem__":
                return [("", Operation("[]", (Variable(variable), self.argument(chosen))))]
            return []
        return [("", self.maker.call(Member(Variable(variable), chosen.name), chosen.parameters, DEPTH - 1))]

    def argument(self, subject: Subject) -> Node:
        return self.maker.for_parameter(subject.parameters[0], DEPTH - 1) if subject.parameters else Atom(None)

    def final(self, subject: Subject, variable: str) -> tuple[list[tuple[str, Node]], Node]:
        """The last steps and the call of a subject that has a receiver."""
        receiver, name = Variable(variable), subject.name
        if subject.kind == "property":
            return [], Member(receiver, name)
        if subject.kind == "setter":
            return [(f"{variable}.{name}", self.argument(subject))], Member(receiver, name)
        if name in BINARY:
            other = self.other(subject)
            return [], Operation(BINARY[name], (other, receiver) if name in REFLECTED else (receiver, other))
        if name in UNARY:
            return [], Operation(UNARY[name], (receiver,))
        if name in CALLED:
            inner: Node = Call(Name("builtins", CALLED[name]), (receiver,))
            if name == "__next__":
                return [], Call(Name("builtins", "next"), (receiver,))
            return [], Call(Name("builtins", "list"), (inner,)) if name == "__reversed__" else inner
        if name == "__exit__":
            return [("", Call(Member(receiver, "__enter__")))], self.leave(receiver)
        if name == "__call__":
            return [], self.maker.call(receiver, subject.parameters, DEPTH)
        return [], self.maker.call(Member(receiver, name), subject.parameters, DEPTH)

    def leave(self, receiver: Node) -> Node:
        """Leave a context, with or without an exception."""
        if self.rng.random() < 0.6:
            return Call(Member(receiver, "__exit__"), (Atom(None), Atom(None), Atom(None)))
        error = Name("builtins", self.rng.choice(("ValueError", "KeyError", "RuntimeError")))
        return Call(Member(receiver, "__exit__"), (error, Call(error, (Atom("abc"),)), Atom(None)))

    def other(self, subject: Subject) -> Node:
        """The second operand: often of the same class."""
        if subject.owner is not None and subject.name not in ("__getitem__", "__contains__") and self.rng.random() < 0.5:
            return self.maker.construct(subject.owner, DEPTH - 1)
        if not subject.parameters:
            return self.maker.scalar()  # type: ignore[no-any-return]
        return self.maker.for_parameter(subject.parameters[0], DEPTH - 1)

    def subject_of(self, case: Case) -> Subject | None:
        """The subject that a case exercises."""
        return self.by_unit.get((case.unit, case.kind)) or next((s for s in self.subjects if s.unit == case.unit), None)

    def as_call(self, case: Case, at: int, names: dict[str, Any]) -> Case | None:
        """The case that a step of the arrangement would be, with the live variables by name; None when it calls nothing that is exercised."""
        node = case.steps[at][1]
        if not isinstance(node, Call):
            return None
        subject = next((subject for subject in self.subjects if calls(node.func, subject, names)), None)
        if subject is None:
            return None
        return Case(subject.unit, subject.kind, node, case.steps[:at], asynchronous=subject.asynchronous)

    def parameters_of_call(self, case: Case) -> list[Parameter]:
        subject = self.subject_of(case)
        return subject.parameters if subject is not None else []

    def follow(self, case: Case, function: Any) -> Case:
        """A case that calls what a case returned."""
        parameters, _ = parameters_of(function, 0, None, self.maker.world.module)
        return case.copy(call=self.maker.call(case.call, parameters, DEPTH - 1))

    def received(self, node: Node, live: Any, case: Case) -> Case | None:
        """The case that exercises a documented call: `node` is the call, `live` gives the live value of a tree."""
        if isinstance(node, Call):
            return self.received_call(node, live, case)
        if isinstance(node, Member):
            return self.on_receiver(node.owner, node.name, live, lambda v: Member(v, node.name), ("property",))
        if isinstance(node, Operation) and len(node.operands) == 2:
            names = [n for n, o in BINARY.items() if o == node.operator]
            for name in names:
                owner, other = (node.operands[1], node.operands[0]) if name in REFLECTED else (node.operands[0], node.operands[1])
                made = self.on_receiver(
                    owner,
                    name,
                    live,
                    lambda v, o=other, n=name: Operation(node.operator, (o, v) if n in REFLECTED else (v, o)),
                    ("operator",),
                )
                if made is not None:
                    return made
        return None

    def received_call(self, node: Call, live: Any, case: Case) -> Case | None:
        if isinstance(node.func, Name):
            wanted = live(node.func)
            for subject in self.subjects:
                if subject.callee is not None and (same_name(subject.callee, node.func) or live(subject.callee) is wanted):
                    return Case(
                        subject.unit, subject.kind, Call(subject.callee, node.args, node.keywords), asynchronous=subject.asynchronous
                    )
            if node.func.module == "builtins" and len(node.args) == 1:
                for name in [n for n, f in CALLED.items() if f == node.func.path]:
                    made = self.on_receiver(node.args[0], name, live, lambda v: Call(node.func, (v,)), ("operator", "iteration"))
                    if made is not None:
                        return made
            return None
        if isinstance(node.func, Member):
            name = node.func.name
            return self.on_receiver(
                node.func.owner, name, live, lambda v: Call(Member(v, name), node.args, node.keywords), ("method", "context")
            )
        return None

    def on_receiver(self, owner: Node, name: str, live: Any, build: Any, kinds: tuple[str, ...]) -> Case | None:
        if isinstance(owner, (Variable, Name, Atom)) and not isinstance(owner, Name):
            return None
        cls = type(live(owner))
        for subject in self.members(cls):
            if subject.name == name and subject.kind in kinds:
                variable = snake(cls.__name__)
                return Case(subject.unit, subject.kind, build(Variable(variable)), ((variable, owner),), asynchronous=subject.asynchronous)
        return None


def kept_arguments(function: Any, parameters: list[Parameter]) -> list[tuple[int, str]]:
    """Which arguments a method keeps as which attributes of its object: `self.text = text`."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
    names = {p.name: index for index, p in enumerate(parameters)}
    return [
        (names[node.value.id], target.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in names
        for target in node.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    ]


def same_name(one: Node, other: Node) -> bool:
    return isinstance(one, Name) and isinstance(other, Name) and (one.module, one.path) == (other.module, other.path)
