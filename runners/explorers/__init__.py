"""The search programs that run inside a sandbox beside the code under test. They import nothing of the house.

An explorer is started as `RUNTIME FOLDER/python request.json` in its scratch folder and appends JSON lines to `observations.jsonl`
as it finds them, so that what it has said survives its death. Each line is an object with a `type`:

- `observation`: the fields of `testwright.model.Observation` (sets and tuples as lists)
- `finding`: the fields of `testwright.model.Finding`
- `unreached`: `{"line": 12, "why": "…"}`
- `progress`: `{"seconds": 1.2, "executions": 4000, "branches": 31, "lines": 80}`: the curve of the search
- `end`: `{"ending": "all reached", "mutants": 120, "executions": 9000, "seconds": 21.5}`

The request holds `module`, `file`, `roots` (folders put first on the import path), `seed`, `seconds`, `executions`
(when not null they are the budget, and the seconds only its ceiling), `texts` (files with example calls:
README, the project's own tests), `covered_lines` and `covered_branches` (what the project's own tests reach already).

The explorer of JavaScript and TypeScript is started as `NODE FOLDER/main.mjs request.json`. Its request also holds `root` (the workspace),
`tools` (the `node_modules` with the pinned tools) and `style` ('cjs', 'esm': how tests import the module). Texts are JavaScript. An import
is (path of the module from the root with its suffix, or the name of a package, e.g. `node:fs`; what is taken from it): `name`, or
`default as local` for a default export, or `* as local` for the whole: the namespace of an ES module, what `require` gives of CommonJS.
Of an argument, `name` is '' where no parameter tells it. `node/instrument.cjs` counts lines and branches for the explorer and for whoever
judges tests: an arc is (line, n), the n-th arm, counted from 1, over all branch points that start on the line.
"""
