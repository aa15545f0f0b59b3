"""The commands that make an environment, and what they made: our tools once a machine, a project's dependencies once a set of manifests.

No script of a dependency is run: what it would have compiled is missing, and says so when it is imported.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from runners.formats.text import one_line
from runners.images import npmrc, pinned
from runners.languages import steps
from runners.languages.node.manifests import Manifest, manifests
from runners.languages.node.programs import programs
from testwright.model import Command, Ending, Environment, Limits, Output, Workspace

NAME = "javascript"
PREFIX = "npm:"
_LIMITS = Limits(seconds=600, memory=4096, processes=512, file_size=2048, scratch=4096, cpus=2.0)
# `$1`: the folder of our tools where there is no image.
_FIND = f"""
if [ -e {pinned.IN_IMAGE}/node_modules/vitest/package.json ]; then echo {pinned.IN_IMAGE} >tools.txt; exit 0; fi
echo "$1" >tools.txt
"""
_TOOLS = f"""tools={pinned.IN_IMAGE}; [ -e $tools/node_modules/vitest/package.json ] || tools=$1
export PATH="$tools/bin:$PATH" TESTWRIGHT_SCRATCH="$PWD" npm_config_userconfig="$PWD/npmrc"; here=$PWD; tree=$2; shift 2
"""
"""What every further command begins with: `$1` as above, `$2` the copy of the project."""
_COPY = 'rm -rf "$2" && cp -RP "$1/." "$2" && rm -rf "$2/node_modules"'
_INSTALL = _TOOLS + 'cd "$tree/$1" && shift && exec node "$here/install.mjs" "$tools" "$@"'
_NPM_INSTALL = "install --no-save --no-package-lock --legacy-peer-deps --ignore-scripts --no-audit --no-fund --loglevel=error"
_EXTRA = _TOOLS + f'cd "$tree" && exec node "$tools/node_modules/npm/bin/npm-cli.js" {_NPM_INSTALL} -- "$@"'
_SETUP = _TOOLS + 'cd "$tree" && exec sh -c "$1"'
# Only what is imported stays: the sources come fresh with every run.
_FINISH = """cd "$1" && find . -name node_modules -prune -o -type f ! -name package.json -exec rm -f {} + ; rm -rf "$2" """


def prepare(workspace: Workspace, folder: str, requirements: Sequence[str], setup: Sequence[str]) -> tuple[Command, ...]:
    """Commands that install dependencies into FOLDER/tree. Run them all: each does what it can, `environment` says what failed."""
    found = manifests(workspace)
    notes = [note if folder == "." else f"{folder}: {note}" for folder, each in found.items() for note in each.notes]
    steps = _Steps(workspace, folder)
    notes += steps.npm.notes
    tools = steps.command("installing the test tools", ("sh", "-c", _FIND + pinned.WITH_NPM, "sh", steps.tools), needed=True, notes=notes)
    copy = steps.command("copying the project", ("sh", "-c", _COPY, "sh", workspace.root, steps.tree), reads=(workspace.root,))
    commands = [tools, copy, *_dependencies(steps, found)]
    for line in setup:
        commands.append(steps.command(f"set-up command {one_line(line, 60)!r}", steps.shell(_SETUP, line)))
    if extra := [each.removeprefix(PREFIX) for each in requirements if each.startswith(PREFIX)]:
        commands.append(steps.command("installing the extra packages", steps.shell(_EXTRA, *extra)))
    commands.append(steps.command("cleaning up", ("sh", "-c", _FINISH, "sh", steps.tree, steps.cache), quiet=True))
    return tuple(commands)


def _dependencies(steps: "_Steps", found: Mapping[str, Manifest]) -> list[Command]:
    commands = []
    for folder, each in found.items():
        if each.needed:
            shell = steps.shell(_INSTALL, folder, each.manager, "yes" if each.locked else "no")
            name = "installing dependencies" + ("" if folder == "." else f" of {one_line(folder, 60)}")
            commands.append(steps.command(name, shell, programs=("install.mjs",)))
    return commands


class _Steps:
    """What all commands of one environment have in common."""

    def __init__(self, workspace: Workspace, folder: str) -> None:
        self.folder, self.tree, self.cache = folder, f"{folder}/tree", f"{folder}/cache"
        self.tools = pinned.folder("node", Path(folder).parent)
        self.npm = npmrc.access(os.environ)

    def shell(self, script: str, *arguments: str) -> tuple[str, ...]:
        return ("sh", "-c", script, "sh", self.tools, self.tree, *arguments)

    def command(
        self,
        name: str,
        argv: Sequence[str],
        *,
        quiet: bool = False,
        needed: bool = False,
        notes: Sequence[str] = (),
        reads: Sequence[str] = (),
        programs: Sequence[str] = (),
    ) -> Command:
        """Say what to run. `quiet`: it matters to nobody when it fails. `needed`: no test can run without it; runs no foreign code."""
        step = {"name": name, "quiet": quiet, "needed": needed, "notes": list(notes), "tools": self.tools}
        pins = pinned.pins("node") if needed else {}
        return Command(
            argv=tuple(argv),
            limits=_LIMITS,
            environment={
                **self.npm.environment,
                "npm_config_cache": f"{self.cache}/npm",
                "npm_config_store_dir": f"{self.cache}/pnpm",
                "YARN_CACHE_FOLDER": f"{self.cache}/yarn",
                "COREPACK_ENABLE_STRICT": "0",
                "npm_config_manage_package_manager_versions": "false",
                "NO_COLOR": "1",
            },
            files={
                "step.json": json.dumps(step).encode(),
                "npmrc": self.npm.scopes.encode(),
                **pins,
                **{each: _program(each) for each in programs},
            },
            reads=(*self.npm.reads, *(() if needed else (self.tools,)), *reads),
            writes=(self.folder, self.tools) if needed else (self.folder,),
            results=("step.json", "facts.json", "tools.txt"),
            network=True,
            image="node",
        )


def _program(name: str) -> bytes:
    return programs()[name]


def environment(workspace: Workspace, folder: str, key: str, outputs: Sequence[Output]) -> Environment:
    """What the commands made; a step that failed is a note, and makes the environment incomplete."""
    notes: list[str] = []
    complete = usable = True
    tools = ""
    for number, output in enumerate(outputs, 1):
        step = steps.said(output.files.get("step.json", b""))
        notes += steps.notes(step) + steps.notes(steps.said(output.files.get("facts.json", b"")))
        tools = tools or _tools(output, step)
        if (output.ending is Ending.EXITED and output.exit_code == 0) or step.get("quiet") is True:
            continue
        complete = False
        notes.append(
            f"{one_line(str(step.get('name', f'step {number}')), 120)} failed: {steps.why(output, ('error:', 'npm error', 'npm ERR'), 4)}"
        )
        if step.get("needed") is True:
            usable = False
            break
    runtime = f"{tools}/bin/node" if usable else ""
    return Environment(NAME, folder, runtime, key, (".",), complete, usable, tuple(dict.fromkeys(notes)))


def _tools(output: Output, step: dict[str, object]) -> str:
    """Where our tools are: in the image, or in the folder that was asked for. Nothing else is believed."""
    said = output.files.get("tools.txt", b"")[:1000].decode("utf-8", "replace").strip()
    return pinned.IN_IMAGE if said == pinned.IN_IMAGE else str(step.get("tools") or "")
