"""What a campaign is to do: flags, then TESTWRIGHT_… variables, then a campaign file. A source may only narrow it."""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, InitSettingsSource, PydanticBaseSettingsSource

from tasks import sources
from tasks.ingest import Patterns, spec
from tasks.sources.patterns import bounded
from testwright.campaign import Campaign
from testwright.errors import InvalidCampaign
from testwright.model import Workspace

PREFIX = "TESTWRIGHT_"
NARROWING = ("include", "exclude", "max_files")
"""All that a source may say about its own campaign."""

_FLAGS = {"sources": "SOURCE", "languages": "--language"}
_LISTS = frozenset(name for name, field in Campaign.model_fields.items() if str(field.annotation).startswith("tuple"))
_LARGEST = 2**20
_Settings = dict[str, Any]


def resolve(flags: Mapping[str, Any], environ: Mapping[str, str], campaign_file: Path | None = None) -> Campaign:
    """The campaign that the caller asks for. A flag that was not given is left out or None.

    Raises:
        InvalidCampaign: a setting is unknown or has a value that cannot be; the line says where it stands.
    """
    given = _listed({name: value for name, value in flags.items() if value is not None})
    written = _read(campaign_file) if campaign_file else {}
    _check_variables(environ)

    class Settings(Campaign, BaseSettings):  # type: ignore[misc]  # both have a model_config; pydantic merges them
        """A campaign, put together."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, _Variables(settings_cls, environ), InitSettingsSource(settings_cls, written)

    try:
        merged = Settings(**given)
    except ValidationError as error:
        raise InvalidCampaign("; ".join(dict.fromkeys(_line(e, given, environ, written, campaign_file) for e in error.errors()))) from None
    spec(merged.include)
    spec(merged.exclude)
    for source in merged.sources:
        sources.parse(source)
    return Campaign(**{name: getattr(merged, name) for name in Campaign.model_fields})


def narrow(campaign: Campaign, workspace: Workspace) -> tuple[Patterns, Patterns, int | None, tuple[str, ...]]:
    """Include, exclude and most files for one source: what the caller said, narrowed by [tool.testwright] of its pyproject.toml.

    Whatever else stands there is noted and ignored: a source never chooses its sandbox, limits, engine or where things are written.
    """
    notes: list[str] = []
    table = _table(Path(workspace.root) / "pyproject.toml", notes)
    for name in table:
        if name not in NARROWING:
            notes.append(f"pyproject.toml: {_setting(name)} is ignored: a source may only set {', '.join(NARROWING)}")
    include, exclude = (_patterns(table, name, notes) for name in NARROWING[:2])
    return (
        (*campaign.include, include) if include else campaign.include,
        (*campaign.exclude, exclude) if exclude else campaign.exclude,
        _most(campaign.max_files, table, notes),
        tuple(notes),
    )


class _Variables(EnvSettingsSource):
    """`TESTWRIGHT_MAX_FILES=5`; a list is one item a line, or JSON."""

    def __init__(self, settings: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings, case_sensitive=False, env_prefix=PREFIX.lower())
        self.env_vars = {name.lower(): value for name, value in environ.items() if value}

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        text = str(value).strip()
        if text.startswith("["):
            try:
                return super().decode_complex_value(field_name, field, value)
            except ValueError:
                raise InvalidCampaign(f"{PREFIX}{field_name.upper()} begins like JSON and is none; write one item a line.") from None
        return [line.strip() for line in text.splitlines() if line.strip()]


def _check_variables(environ: Mapping[str, str]) -> None:
    """A variable that is almost a setting's is a typing error, and would be ignored in silence."""
    known = [PREFIX + name.upper() for name in Campaign.model_fields]
    for name in environ:
        if name.startswith(PREFIX) and name not in known and (near := difflib.get_close_matches(name, known, 1, 0.9)):
            raise InvalidCampaign(f"{name} is no setting; did you mean {near[0]}?")


def _read(file: Path) -> _Settings:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidCampaign(f"{file}: there is no such campaign file; check the spelling.") from None
    except OSError as error:
        raise InvalidCampaign(f"{file}: the campaign file cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise InvalidCampaign(f"{file}: the campaign file is not UTF-8; save it as UTF-8.") from None
    except yaml.YAMLError as error:
        raise InvalidCampaign(
            f"{file}{_where(error)}: the campaign file is not YAML ({getattr(error, 'problem', None) or 'unreadable'})."
        ) from None
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content):
        raise InvalidCampaign(f"{file}: a campaign file is a list of settings such as `sources: [.]` and `minutes: 30`.")
    return _beside(_listed(content), file)


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f", line {mark.line + 1}" if mark else ""


def _listed(settings: Mapping[str, Any]) -> _Settings:
    """One item is a list of one."""
    return {name: [value] if name in _LISTS and isinstance(value, str) else value for name, value in settings.items()}


def _beside(settings: _Settings, file: Path) -> _Settings:
    """Paths of sources in a campaign file are relative to the file, wherever the campaign runs."""
    named = settings.get("sources")
    if not isinstance(named, list):
        return settings
    here = file.absolute().parent
    return settings | {"sources": [_place(here, text) if isinstance(text, str) else text for text in named]}


def _place(here: Path, text: str) -> str:
    place = here / text.strip()
    return str(place.resolve()) if text.strip() and "://" not in text and place.exists() else text


def _line(error: ErrorDetails, flags: _Settings, environ: Mapping[str, str], written: _Settings, file: Path | None) -> str:
    """One error of pydantic as one line for a person."""
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name.replace("-", "_"), Campaign.model_fields, 1, 0.5)
        place = f"{file}: " if name in written and file else ""
        return f"{place}{name} is no setting; {f'did you mean {near[0]}?' if near else 'allowed are ' + ', '.join(Campaign.model_fields)}"
    if name == "sources" and error["type"] in ("missing", "too_short"):
        return f"no source is named; name {sources.KINDS}."
    text = re.sub(r"^(Value error, |Input )", "", error["msg"]).replace("should ", "must ", 1).partition(", unable to")[0]
    return f"{_origin(name, flags, environ, written, file)} {text[:1].lower()}{text[1:]}, not {_short(error['input'])}"


def _origin(name: str, flags: _Settings, environ: Mapping[str, str], written: _Settings, file: Path | None) -> str:
    if name in flags:
        return _FLAGS.get(name, "--" + name.replace("_", "-"))
    if environ.get(PREFIX + name.upper()):
        return PREFIX + name.upper()
    return f"{file}: {name}" if name in written else name


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return sources.shown(text if len(text) <= 60 else text[:57] + "…") if text else "empty"


def _table(file: Path, notes: list[str]) -> _Settings:
    """[tool.testwright], or nothing. A stranger wrote it."""
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            notes.append("pyproject.toml: it is larger than 1 MiB, so [tool.testwright] was not looked for")
            return {}
        found = tomllib.loads(text.decode("utf-8")).get("tool", {})
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError):
        notes.append("pyproject.toml: it cannot be read as TOML, so [tool.testwright] was not looked for")
        return {}
    table = found.get("testwright", {}) if isinstance(found, dict) else {}
    return table if isinstance(table, dict) else {}


def _setting(name: str) -> str:
    return f"[tool.testwright] {sources.shown(name[:60])}"


def _patterns(table: _Settings, name: str, notes: list[str]) -> tuple[str, ...]:
    value = table.get(name, [])
    lines = [value] if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(line, str) and line.strip() for line in lines):
        notes.append(f"pyproject.toml: {_setting(name)} is ignored: it is no list of patterns")
        return ()
    good, bad = bounded(lines)
    notes += [
        f"pyproject.toml: {_setting(name)}: {sources.shown(line[:60])!r} is ignored: no pattern, or too costly a one" for line in bad[:5]
    ]
    return tuple(good)


def _most(most: int | None, table: _Settings, notes: list[str]) -> int | None:
    value = table.get("max_files")
    if value is None:
        return most
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        notes.append(f"pyproject.toml: {_setting('max_files')} is ignored: it is no number of at least 1")
        return most
    if most is not None and value > most:
        notes.append(f"pyproject.toml: {_setting('max_files')} is ignored: it may only be lower than {most}")
        return most
    return value
