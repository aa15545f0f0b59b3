"""Changes cases: by the operands that were seen, by small edits of the trees, by other set-up."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

from runners.explorers.python.cases import Case
from runners.explorers.python.compose import DEPTH, Composer, snake
from runners.explorers.python.maker import FLOATS, INTS, WORDS, Maker
from runners.explorers.python.strings import FORMATS, line_of, matching, nudge, spliced, strewn
from runners.explorers.python.values import Atom, Call, Function, Group, Member, Name, Node, Table, Variable, literal, substitute, walk

Entry = tuple  # (line, kind, a, b)
LETTERS = {"isdigit": "123", "isalpha": "abc", "isalnum": "a1", "isupper": "ABC", "islower": "abc", "isspace": "  ", "isidentifier": "abc"}


class Mutator:
    """Makes a case like another one."""

    def __init__(self, composer: Composer, maker: Maker, rng: random.Random) -> None:
        self.composer = composer
        self.maker = maker
        self.world = maker.world
        self.rng = rng
        self.texts: list[str] = []
        """Texts of cases that were kept: parts for others."""

    def mutate(self, case: Case, log: list[Any], line: int) -> Case:
        """One changed case; half of the changes use operands logged on the line of the goal."""
        rng = self.rng
        subject = self.composer.subject_of(case)
        if subject is not None:
            self.maker.literals_for(subject)
        if line and rng.random() < 0.6:
            self.maker.literals_at(line)
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            made = None
            if log and rng.random() < 0.55:
                made = self.by_operands(case, log, line)
            if made is None and case.steps and rng.random() < 0.25:
                made = self.steps_changed(case)
            case = made or self.tree_changed(case)
        return case

    # ---- operands ----

    def by_operands(self, case: Case, log: list[Any], line: int) -> Case | None:
        """Make one logged comparison come out the other way."""
        here = [entry for entry in log if entry[0] == line]
        entry = self.rng.choice(here) if here and self.rng.random() < 0.75 else self.rng.choice(log)
        if entry[1] == "attribute":
            return self.by_attribute(case, entry, here)
        pairs = list(self.wishes(entry))
        self.rng.shuffle(pairs)
        for old, new in pairs[:4]:
            made = self.put(case, old, new)
            if made is not None:
                return made
        return None

    def by_attribute(self, case: Case, entry: Any, here: list[Any]) -> Case | None:
        """Give another value to an attribute that was read: by the constructor of its object, or by assigning it."""
        _, _, owner, (name, value) = entry
        cls = next((c for c in type(owner).__mro__ if c in self.world.names), None)
        if cls is None:
            return None
        if isinstance(value, (list, tuple)) or isinstance(getattr(type(owner), name, None), property):
            return self.filled(case, type(owner), name)
        node = self.wished_value(value, here) or self.hinted_value(type(owner), name, value) or self.other_value(value, here)
        trees = case.trees()
        places = []
        for index, tree in enumerate(trees):
            for path, part in walk(tree):
                if isinstance(part, Call) and isinstance(part.func, Name) and self.made_by(part.func, type(owner)):
                    places.append((index, path, part))
        self.rng.shuffle(places)  # type: ignore[arg-type]
        for index, path, part in places:
            made = self.with_keyword(part, type(owner), name, node)
            if made is not None:
                trees[index] = substitute(trees[index], path, made)
                return case.with_trees(trees)
        return self.assigned(case, type(owner), name, node) or self.default_replaced(case, type(owner), name, node)

    def filled(self, case: Case, cls: type, name: str) -> Case | None:
        """One more step that puts something into a list of an object, or changes what a property is computed from."""
        held = self.held(case, cls)
        if held is None:
            return None
        case, at, variable = held
        builder = self.composer.builder
        lists = type(builder.shape(cls).get(name)) is list
        step = builder.appended(cls, variable, name) if lists else builder.for_property(cls, variable, name)
        if step is None or len(case.steps) > 9:
            return None
        return case.copy(steps=(*case.steps[: at + 1], step, *case.steps[at + 1 :]))

    def held(self, case: Case, cls: type) -> tuple[Case, int, str] | None:
        """The case with an object of a class in a variable; the index of that step and its name."""
        for at, (name, node) in enumerate(case.steps):
            if name.isidentifier() and isinstance(node, Call) and isinstance(node.func, Name) and self.made_by(node.func, cls):
                return case, at, name
        call = case.call
        for index, node in enumerate(call.args if isinstance(call, Call) else ()):
            if isinstance(call, Call) and isinstance(node, Call) and isinstance(node.func, Name) and self.made_by(node.func, cls):
                variable = snake(cls.__name__)
                if any(name == variable for name, _ in case.steps):
                    return None
                args = (*call.args[:index], Variable(variable), *call.args[index + 1 :])
                at = len(case.steps) - (1 if case.kind == "setter" else 0)
                steps = (*case.steps[:at], (variable, node), *case.steps[at:])
                return case.copy(steps=steps, call=Call(call.func, args, call.keywords)), at, variable
        return None

    def wished_value(self, value: Any, here: list[Any]) -> Node | None:
        """What would make something come out the other way that the value of an attribute was seen in."""
        if self.rng.random() < 0.3:
            return None
        found = [
            new
            for entry in here
            if entry[1] != "attribute" and (entry[2] is value or entry[3] is value)
            for old, new in self.wishes(entry)
            if old is value
        ]
        return self.rng.choice(found) if found else None

    def hinted_value(self, cls: type, name: str, value: Any) -> Node | None:
        """Something in place of None, of the type that the attribute is said to have."""
        hint = self.composer.builder.hints(cls).get(name) if value is None and self.rng.random() < 0.7 else None
        return self.maker.hinted(hint, 2) if hint is not None else None

    def other_value(self, value: Any, here: list[Any]) -> Node:
        """Something else than the value that an attribute had: what it was compared with, if it was."""
        rng = self.rng
        for _, kind, a, b in rng.sample(here, len(here)):
            if kind in ("==", "!=", "in", "not in", "<", ">", "<=", ">=") and rng.random() < 0.6:
                other = b if a is value else a if b is value else None
                if isinstance(other, (list, tuple, set, frozenset, dict)) and other:
                    other = rng.choice(list(other))
                node = self.world.name_of(other) if other is not None else None
                if node is not None:
                    return node
        if isinstance(value, bool):
            return Atom(not value)
        if value is None:
            return self.maker.make_any(2, None)
        if isinstance(value, str):
            return self.maker.text()
        if isinstance(value, (int, float)):
            return Atom(0 if value and rng.random() < 0.5 else rng.choice(INTS))
        return rng.choice((Atom(None), Atom(True), self.maker.make_any(2, None)))

    def made_by(self, name: Name, cls: type) -> bool:
        return any(
            known.module == name.module and known.path == name.path for c in cls.__mro__ for known in [self.world.names.get(c)] if known
        )

    def with_keyword(self, call: Call, cls: type, name: str, node: Node) -> Call | None:
        """The constructor call with the keyword that sets an attribute."""
        parameters = self.maker.constructor_parameters(cls)
        wanted = next((p for p in parameters if p.name in (name, name.lstrip("_"))), None)
        if wanted is None:
            if not any(p.kind.name == "VAR_KEYWORD" for p in parameters) or name.startswith("_"):
                return None
        elif wanted.kind.name == "POSITIONAL_ONLY" or parameters.index(wanted) < len(call.positional):
            at = parameters.index(wanted)
            positional = list(call.positional)
            if at >= len(positional):
                return None
            positional[at] = node
            return Call(call.func, (*positional, *(v for _, v in call.named)), call.keywords)
        key = wanted.name if wanted is not None else name
        named = [(k, v) for k, v in call.named if k != key] + [(key, node)]
        return Call(call.func, (*call.positional, *(v for _, v in named)), tuple(k for k, _ in named))

    def assigned(self, case: Case, cls: type, name: str, node: Node) -> Case | None:
        """One more step that assigns an attribute of an object."""
        if name.startswith("_") or isinstance(getattr(cls, name, None), property):
            return None
        held = self.held(case, cls)
        if held is None:
            return None
        case, at, variable = held
        last = len(case.steps) - (1 if case.kind == "setter" else 0)
        setter = self.composer.setter(cls, name) if self.rng.random() < 0.7 else None
        if setter is not None:
            method, parameters, index = setter
            call = self.maker.call(Member(Variable(variable), method), parameters[: index + 1], 1)
            if len(call.positional) > index:
                call = Call(call.func, (*call.positional[:index], node))
                steps = [step for step in case.steps[at + 1 : last] if not calls(step[1], variable, method)]
                return case.copy(steps=(*case.steps[: at + 1], ("", call), *steps, *case.steps[last:]))
        steps = [step for step in case.steps[at + 1 : last] if step[0] != f"{variable}.{name}"]
        return case.copy(steps=(*case.steps[: at + 1], *steps, (f"{variable}.{name}", node), *case.steps[last:]))

    def default_replaced(self, case: Case, cls: type, name: str, node: Node) -> Case | None:
        """Give the argument whose default is such an object."""
        call = case.call
        if not isinstance(call, Call):
            return None
        parameters = self.composer.parameters_of_call(case)
        named = self.world.name_of(cls)
        for at, p in enumerate(parameters):
            fits = type(p.default) is cls or p.hint is cls
            if (
                fits
                and named is not None
                and at >= len(call.positional)
                and p.name not in call.keywords
                and p.kind.name != "POSITIONAL_ONLY"
            ):
                made = self.with_keyword(Call(named), cls, name, node)
                if made is not None:
                    return case.copy(call=Call(call.func, (*call.args, made), (*call.keywords, p.name)))
        return None

    def wishes(self, entry: Any) -> Iterator[tuple[Any, Any]]:
        """Pairs (value seen, tree to put in its place)."""
        _, kind, a, b = entry
        rng = self.rng
        if kind in ("==", "!=", "is", "is not"):
            yield from self.wish(a, b)
            yield from self.wish(b, a)
            if isinstance(a, str) and isinstance(b, str):
                yield a, Atom(b + rng.choice(WORDS))
        elif kind in ("<", "<=", ">", ">="):
            for one, other in ((a, b), (b, a)):
                if isinstance(other, (int, float)) and isinstance(one, (int, float)):
                    yield one, Atom(other + rng.choice((0, 1, -1)))
                else:
                    yield from self.wish(one, other)
        elif kind in ("in", "not in"):
            yield from self.wish_member(a, b)
        elif kind == "truth":
            yield from self.wish_truth(a)
        elif kind in ("startswith", "endswith", "split", "partition", "find", "index"):
            yield from self.wish_affix(kind, a, b)
        elif kind == "pattern":
            yield from self.wish_pattern(a, b[0], b[2])
        elif kind == "item":
            yield from self.wish_item(a, b)
        elif kind in ("isinstance", "issubclass"):
            yield from self.wish_class(kind, a, b)
        elif kind in ("int", "float") and isinstance(a, str):
            yield a, Atom(str(rng.choice(INTS)))
            yield a, Atom(rng.choice(("abc", "1.5", "")))
        elif kind in ("len", "iterate", "any", "all", "next", "iter"):
            yield from self.wish_size(a)
        elif kind in ("hasattr", "getattr") and isinstance(b, str):
            made = self.maker.with_attribute(b)
            if made is not None:
                yield a, made
            known = [name for name in dir(a) if not name.startswith("_")]
            if known:
                yield b, Atom(rng.choice(known))
        elif kind == "count":
            yield from self.wish_count(a, b)
        elif kind == "callable":
            yield a, self.maker.make_callable(1, None)
        elif kind in LETTERS:
            yield a, Atom(rng.choice((LETTERS[kind], "a1 -", "")))

    def wish(self, old: Any, value: Any) -> Iterator[tuple[Any, Node]]:
        node = self.world.name_of(value)
        if node is None and type(value) in self.world.names:
            node = self.maker.construct(type(value), 1)
        if node is not None:
            yield old, node

    def wish_member(self, a: Any, b: Any) -> Iterator[tuple[Any, Node]]:
        rng = self.rng
        if isinstance(b, str) and isinstance(a, str):
            at = rng.randint(0, len(b))
            yield b, Atom(b[:at] + a + b[at:])
            if b:
                yield a, Atom(rng.choice((b, rng.choice(b))))
            return
        if isinstance(b, (dict, list, tuple, set, frozenset)) or hasattr(b, "__iter__") and hasattr(b, "__len__"):
            try:
                members = list(b)[:300]
            except Exception:
                return
            if members:
                yield from self.wish(a, rng.choice(members))
            if isinstance(a, str) and a:
                texts = [m for m in members if isinstance(m, str) and m and m != a]
                if texts:
                    one = rng.choice(texts)
                    yield one, Atom(rng.choice((f"{one} {a}", f"{a} {one}", f"{one} {a} {one}", f"{one}{a}", f"{one}\n{a}", f"{one},{a}")))
            node = literal(a)
            grown = literal(b)
            if node is not None and isinstance(grown, Group):
                yield b, Group(grown.kind, (*grown.items, node))
            elif node is not None and isinstance(grown, Table):
                yield b, Table((*grown.items, node, self.maker.make_any(1, None)))

    def wish_truth(self, a: Any) -> Iterator[tuple[Any, Node]]:
        rng = self.rng
        if isinstance(a, bool):
            yield a, Atom(not a)
        elif isinstance(a, str):
            yield a, Atom("" if a else rng.choice(WORDS))
        elif isinstance(a, (int, float)):
            yield a, Atom(0 if a else rng.choice((1, 2, -1)))
        elif a is None:
            yield a, self.maker.make_any(2, None)
        elif isinstance(a, (list, tuple, dict, set, frozenset)):
            yield from self.wish_size(a)
            yield a, Atom(None)
        else:
            yield a, Atom(None)

    def wish_affix(self, kind: str, a: Any, b: Any) -> Iterator[tuple[Any, Node]]:
        if isinstance(b, tuple) and b:
            b = self.rng.choice(b)
        if not isinstance(a, (str, bytes)) or type(a) is not type(b):
            return
        if a.startswith(b) or a.endswith(b):
            yield a, Atom(a[len(b) :] if a.startswith(b) else a[: -len(b) or None])
        at = len(a) if kind == "endswith" else 0 if kind == "startswith" else self.rng.randint(0, len(a))
        yield a, Atom(a[:at] + b + a[at:])
        yield a, Atom(b)

    def wish_pattern(self, subject: Any, pattern: re.Pattern[Any], start: int) -> Iterator[tuple[Any, Node]]:
        if not isinstance(subject, (str, bytes)):
            return
        made = self.matching(pattern)
        if made is None:
            return
        new = made.encode("latin-1", "replace") if isinstance(subject, bytes) else made
        yield subject, Atom(new)
        if isinstance(subject, str) and 0 < start < 2000:
            yield subject, Atom(subject.ljust(start)[:start] + made)
        if isinstance(subject, str) and self.rng.random() < 0.6:
            yield subject, Atom(self.rng.choice((subject + "\n" + made, made + subject, subject + made, made + "\n" + subject)))

    def matching(self, pattern: re.Pattern[Any]) -> str | None:
        """A text in which a pattern is found: in a usual format when there is one, for patterns know less than what reads the text next."""
        if isinstance(pattern.pattern, str) and self.rng.random() < 0.4:
            found = [text for text in FORMATS if (match := pattern.search(text)) and match.end() > match.start()]
            if found:
                return self.rng.choice(found)
        return matching(pattern, self.rng)

    def wish_item(self, key: Any, owner: Any) -> Iterator[tuple[Any, Node]]:
        if isinstance(owner, dict):
            if owner:
                yield from self.wish(key, self.rng.choice(list(owner)[:200]))
            node, grown = literal(key), literal(owner)
            if node is not None and isinstance(grown, Table):
                yield owner, Table((*grown.items, node, self.maker.make_any(1, None)))
        elif isinstance(owner, (list, tuple)):
            yield from self.wish_size(owner)
        elif isinstance(owner, str) and isinstance(key, int):
            yield owner, Atom(nudge(owner, self.rng, []))
        elif isinstance(key, str):
            yield owner, Table((Atom(key), self.maker.make_any(1, None)))

    def wish_class(self, kind: str, a: Any, b: Any) -> Iterator[tuple[Any, Node]]:
        classes = [c for c in (b if isinstance(b, tuple) else (b,)) if isinstance(c, type)]
        if not classes:
            return
        cls = self.rng.choice(classes)
        if kind == "issubclass":
            yield a, self.maker.class_for(cls)
        else:
            yield a, self.maker.hinted(cls, 2)
            yield a, self.maker.make_any(1, None)

    def wish_count(self, a: Any, part: Any) -> Iterator[tuple[Any, Node]]:
        """More of a part, or none of it."""
        rng = self.rng
        if isinstance(a, str) and isinstance(part, str) and part:
            yield a, Atom(a.replace(part, ""))
            yield a, Atom(strewn(a, part, rng))
        elif isinstance(a, (list, tuple)) and isinstance(part, str):
            texts = [item for item in a if isinstance(item, str) and item and item != part]
            if texts:
                one = rng.choice(texts)
                yield one, Atom(part.join([one] * rng.choice((2, 3, 4, 9))))
                yield one, Atom(rng.choice((one + part, part + one)))

    def wish_size(self, a: Any) -> Iterator[tuple[Any, Node]]:
        rng = self.rng
        if isinstance(a, (str, bytes)):
            yield (
                a,
                Atom(
                    rng.choice(
                        (
                            a[:-1],
                            a[:1],
                            a[:0],
                            a + a,
                            a + (a[:1] or type(a)(rng.choice(WORDS), "ascii") if isinstance(a, bytes) else rng.choice(WORDS)),
                        )
                    )
                ),
            )
            return
        grown = literal(a)
        if isinstance(grown, Group):
            items = grown.items
            more = items[-1] if items else self.maker.make_any(1, None)
            yield a, Group(grown.kind, rng.choice((items[:-1], items[:1], (), (*items, more), (*items, self.maker.scalar()))))
        elif isinstance(grown, Table):
            yield (
                a,
                Table(
                    grown.items[2:]
                    if grown.items and rng.random() < 0.5
                    else (*grown.items, self.maker.scalar(), self.maker.make_any(1, None))
                ),
            )

    def put(self, case: Case, old: Any, new: Any) -> Case | None:
        """The case with `new` where its trees hold `old`: as a leaf, inside a text, or as a container."""
        trees = case.trees()
        whole = literal(old) if isinstance(old, (list, tuple, dict, set, frozenset)) else None
        places: list[tuple[int, tuple[int, ...], Node]] = []
        for index, tree in enumerate(trees):
            for path, node in walk(tree):
                made = self.fits(node, old, new, whole)
                if made is not None:
                    places.append((index, path, made))
        if not places:
            return self.put_anywhere(case, new) if self.rng.random() < 0.3 else None
        index, path, made = self.rng.choice(places)
        trees[index] = substitute(trees[index], path, made)
        return case.with_trees(trees)

    def fits(self, node: Node, old: Any, new: Node, whole: Node | None) -> Node | None:
        """What comes in place of a node that holds the value seen; None when it does not."""
        if isinstance(node, Atom):
            value = node.value
            if (
                type(value) in (str, bytes)
                and type(old) is int
                and len(value) == old
                and isinstance(new, Atom)
                and type(new.value) is int
                and self.rng.random() < 0.5
            ):
                return self.stretched(value, new.value)
            if type(value) is type(old) and (
                value == old or (isinstance(old, str) and value and value.strip().lower() == old.strip().lower())
            ):
                return new
            if (
                isinstance(old, (str, bytes))
                and type(value) is type(old)
                and old
                and old in value
                and isinstance(new, Atom)
                and type(new.value) is type(old)
            ):
                return Atom(value.replace(old, new.value, 1))
            if (
                isinstance(old, str)
                and isinstance(value, str)
                and len(old) > 2
                and value in old
                and value
                and isinstance(new, Atom)
                and isinstance(new.value, str)
            ):
                return new
            return None
        if isinstance(node, (Group, Table)):
            if (
                isinstance(old, int)
                and not isinstance(old, bool)
                and len(node.children()) // (2 if isinstance(node, Table) else 1) in (old, old - 1)
                and isinstance(new, Atom)
                and isinstance(new.value, int)
            ):
                return self.resized(node, new.value)
            return new if whole is not None and whole.size() == node.size() and whole.dump() == node.dump() else None
        if (
            isinstance(node, (Call, Member))
            and old is not None
            and type(old) in self.world.names
            and isinstance(node, Call)
            and isinstance(node.func, Name)
        ):
            return new if self.world.names[type(old)].path == node.func.path else None
        return None

    def stretched(self, value: Any, size: int) -> Node | None:
        """A text with another length."""
        if not 0 <= size <= 20_000:
            return None
        if size > 60:
            return self.maker.long(size, type(value).__name__, Atom(value[:1] or (b"a" if isinstance(value, bytes) else "a")))
        return Atom(((value or (b"a" if isinstance(value, bytes) else "a")) * (size + 1))[:size])

    def resized(self, node: Node, size: int) -> Node | None:
        items = node.children()
        if isinstance(node, Group) and node.kind in ("list", "tuple") and 40 < size <= 20_000:
            plain = all(isinstance(item, Atom) and isinstance(item.value, int) for item in items)
            return self.maker.long(size, node.kind, None if plain and node.kind == "list" else items[0] if items else None)
        if isinstance(node, Table) or not 0 <= size <= 40:
            return None
        more = (
            tuple(self.maker.scalar() for _ in range(max(0, size - len(items))))
            if not items
            else tuple(items[i % len(items)] for i in range(len(items), size))
        )
        return node.replace((*items[:size], *more))

    def put_anywhere(self, case: Case, new: Node) -> Case | None:
        """Exchange any argument."""
        trees = case.trees()
        places = [
            (i, p)
            for i, tree in enumerate(trees)
            for p, n in walk(tree)
            if p and not isinstance(n, (Name, Variable, Function)) and changeable(tree, p)
        ]
        if not places:
            return None
        index, path = self.rng.choice(places)
        trees[index] = substitute(trees[index], path, new)
        return case.with_trees(trees)

    # ---- trees ----

    def tree_changed(self, case: Case) -> Case:
        """The case with one place of one tree changed."""
        rng = self.rng
        if rng.random() < 0.06:
            shared = self.shared(case)
            if shared is not None:
                return shared
        trees = case.trees()
        index = len(trees) - 1 if rng.random() < 0.65 or len(trees) == 1 else rng.randrange(len(trees) - 1)
        tree = trees[index]
        if isinstance(tree, Call) and rng.random() < 0.35:
            trees[index] = self.arguments_changed(case, tree)
            return case.with_trees(trees)
        places = [(p, n) for p, n in walk(tree) if (p or index < len(trees) - 1) and changeable(tree, p)]
        if not places:
            return self.composer.fresh(self.composer.subject_of(case) or rng.choice(self.composer.subjects))
        path, node = rng.choice(places)
        trees[index] = substitute(tree, path, self.node_changed(node))
        return case.with_trees(trees)

    def shared(self, case: Case) -> Case | None:
        """The case with one of its values in a second place: for inputs that have to agree."""
        trees = case.trees()
        atoms = [
            (index, path, node)
            for index, tree in enumerate(trees)
            for path, node in walk(tree)
            if isinstance(node, Atom) and type(node.value) in (str, int, bytes) and (path or index < len(trees) - 1)
        ]
        if len(atoms) < 2:
            return None
        index, path, node = self.rng.choice(atoms)
        others = [one for one in atoms if type(one[2].value) is type(node.value) and one[2].value != node.value]
        if not others:
            return None
        other = self.rng.choice(others)[2]
        trees[index] = substitute(trees[index], path, other)
        return case.with_trees(trees)

    def node_changed(self, node: Node) -> Node:
        rng, maker = self.rng, self.maker
        if isinstance(node, Atom):
            return self.atom_changed(node)
        if isinstance(node, Group):
            return self.group_changed(node)
        if isinstance(node, Table):
            return self.table_changed(node)
        if isinstance(node, Call) and isinstance(node.func, Name) and rng.random() < 0.6:
            for cls, name in self.world.names.items():
                if name.module == node.func.module and name.path == node.func.path:
                    return maker.construct(cls, 2) if rng.random() < 0.4 else self.call_changed(node, cls)
        if isinstance(node, Member):
            live = node.owner
            if isinstance(live, Name):
                for cls, name in self.world.names.items():
                    if name.path == live.path:
                        return maker.construct(cls, 1)
        return maker.make_any(2, None)

    def call_changed(self, node: Call, cls: type) -> Node:
        parameters = self.maker.constructor_parameters(cls)
        return self.rearranged(node, parameters)

    def atom_changed(self, node: Atom) -> Node:
        rng, maker, value = self.rng, self.maker, node.value
        if rng.random() < 0.1:
            return maker.make_any(2, None)
        if isinstance(value, bool):
            return Atom(not value)
        if isinstance(value, str):
            choice = rng.random()
            if choice < 0.25:
                return maker.text()
            if choice < 0.4 and self.texts:
                other = rng.choice(self.texts)
                if rng.random() < 0.5:
                    return Atom(spliced(value, other, rng))
                return Atom(rng.choice((value + "\n" + other, value + other, other + value, value + " " + other, other)))
            if choice < 0.5:
                words = [v for v in maker.local if isinstance(v, str)] or self.world.literals.get(str, [])
                if self.world.words and rng.random() < (0.2 if maker.stubs else 0.07):
                    words = rng.sample(self.world.words, min(8, len(self.world.words)))
                other = rng.choice(self.world.texts) if self.world.texts and rng.random() < 0.3 else line_of(rng, words)
                return Atom(spliced(value, other, rng)[:2000])
            words = [v for v in maker.local if isinstance(v, str)] or self.world.literals.get(str, [])
            return Atom(
                nudge(value, rng, self.world.words if self.world.words and rng.random() < (0.15 if maker.stubs else 0.05) else words)
            )
        if isinstance(value, bytes):
            return Atom(nudge(value.decode("latin-1"), rng, []).encode("latin-1", "replace"))
        if isinstance(value, int):
            return Atom(rng.choice((value + 1, value - 1, -value, value * 2, value // 2))) if rng.random() < 0.6 else maker.integer()
        if isinstance(value, float):
            return Atom(rng.choice((value + 1, -value, value / 2, *FLOATS)))
        return maker.make_any(2, None)

    def group_changed(self, node: Group) -> Node:
        rng, items = self.rng, list(node.items)
        choice = rng.randrange(5)
        if items and choice == 0:
            del items[rng.randrange(len(items))]
        elif items and choice == 1:
            items.insert(rng.randint(0, len(items)), rng.choice(items))
        elif items and choice == 2:
            rng.shuffle(items)
        elif items and choice == 3 and node.kind == "list":
            items = items * 2 if len(items) < 30 else items[:3]
        else:
            new = self.node_changed(rng.choice(items)) if items and rng.random() < 0.6 else self.maker.make_any(1, None)
            items.insert(rng.randint(0, len(items)), new)
        return Group(node.kind, tuple(items[:60]))

    def table_changed(self, node: Table) -> Node:
        rng, items = self.rng, node.items
        if items and rng.random() < 0.4:
            at = rng.randrange(len(items) // 2) * 2
            return Table(items[:at] + items[at + 2 :])
        return Table((*items, self.maker.scalar(), self.maker.make_any(1, None)))

    def arguments_changed(self, case: Case, call: Call) -> Call:
        parameters = self.composer.parameters_of_call(case) if call is case.call else []
        return self.rearranged(call, parameters)

    def rearranged(self, call: Call, parameters: list[Any]) -> Call:
        """Another argument list: one argument made anew, added, or left out."""
        rng = self.rng
        positional, named = list(call.positional), call.named
        names = {n for n, _ in named}
        free = [
            p for p in parameters[len(positional) :] if p.name not in names and p.kind.name in ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
        ]
        choice = rng.random()
        if choice < 0.3 and free:
            chosen = rng.choice(free)
            named = [*named, (chosen.name, self.maker.for_parameter(chosen, DEPTH - 1))]
        elif choice < 0.45 and named:
            del named[rng.randrange(len(named))]
        elif choice < 0.5 and len(positional) > sum(1 for p in parameters if p.required):
            positional.pop()
        elif positional or named:
            at = rng.randrange(len(positional) + len(named))
            if at < len(positional):
                positional[at] = (
                    self.maker.for_parameter(parameters[at], DEPTH - 1) if at < len(parameters) else self.node_changed(positional[at])
                )
            else:
                name, node = named[at - len(positional)]
                found = [p for p in parameters if p.name == name]
                named[at - len(positional)] = (name, self.maker.for_parameter(found[0], DEPTH - 1) if found else self.node_changed(node))
        return Call(call.func, (*positional, *(n for _, n in named)), tuple(n for n, _ in named))

    # ---- steps ----

    def steps_changed(self, case: Case) -> Case | None:
        """More, fewer or doubled set-up steps, or another receiver."""
        rng = self.rng
        subject = self.composer.subject_of(case)
        if subject is None:
            return None
        if subject.owner is None or rng.random() < 0.3:
            return self.object_changed(case)
        steps = list(case.steps)
        choice = rng.random()
        last = len(steps) - (1 if subject.kind == "setter" else 0)
        if choice < 0.55:
            steps[rng.randint(1, max(1, last)) : 0] = []
            at = rng.randint(1, max(1, last))
            steps[at:at] = self.composer.setup(subject, steps[0][0])
        elif choice < 0.7 and last > 1:
            del steps[rng.randrange(1, last)]
        elif choice < 0.85 and last > 1:
            at = rng.randrange(1, last)
            steps.insert(at, steps[at])
        else:
            steps[0] = (steps[0][0], self.maker.construct(subject.owner, DEPTH - 1))
        return case.copy(steps=tuple(steps[:12]))

    def object_changed(self, case: Case) -> Case | None:
        """More or fewer steps that change an object of the arrangement."""
        rng = self.rng
        last = len(case.steps) - (1 if case.kind == "setter" else 0)
        changes = [at for at in range(last) if not case.steps[at][0].isidentifier()]
        if changes and rng.random() < 0.25:
            at = rng.choice(changes)
            return case.copy(steps=case.steps[:at] + case.steps[at + 1 :])
        held = [(at, name, self.composer.class_of(node)) for at, (name, node) in enumerate(case.steps[:last]) if name.isidentifier()]
        known = [(at, name, cls) for at, name, cls in held if cls is not None]
        if not known or last > 9:
            return None
        at, name, cls = rng.choice(known)
        step = self.composer.change(cls, name)
        at = rng.randint(at + 1, last)
        return case.copy(steps=(*case.steps[:at], step, *case.steps[at:])) if step is not None else None


def calls(node: Node, variable: str, method: str) -> bool:
    """True for `variable.method(…)`."""
    func = node.func if isinstance(node, Call) else None
    return isinstance(func, Member) and func.name == method and isinstance(func.owner, Variable) and func.owner.name == variable


def changeable(tree: Node, path: tuple[int, ...]) -> bool:
    """True when the place holds an argument or an item: not what is called, nor the owner of a member."""
    node = tree
    for depth, index in enumerate(path):
        last = depth == len(path) - 1
        if index == 0 and isinstance(node, (Call, Member)) and (last or isinstance(node.children()[0], (Name, Variable))):
            return False
        if isinstance(node, Function):
            return not last or True
        node = node.children()[index]
    return not isinstance(node, Variable)
