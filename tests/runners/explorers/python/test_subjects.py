"""What signatures tell about parameters."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runners.explorers.python.subjects import hints_of

TYPED = """
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal as Number

    from .shop import Shop


def street(shop: Shop, limit: Number | None, other: Unknown) -> str:
    return shop.name
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed/__init__.py").write_text("from packed import shop\n")
    (tmp_path / "packed/shop.py").write_text("class Shop:\n    name = 'abc'\n")
    (tmp_path / "packed/visits.py").write_text(TYPED)
    monkeypatch.syspath_prepend(tmp_path)
    yield "packed"
    for name in [name for name in sys.modules if name.partition(".")[0] == "packed"]:
        del sys.modules[name]


def test_names_imported_for_annotations_only_are_resolved(package: str) -> None:
    visits = importlib.import_module(f"{package}.visits")

    hints = hints_of(visits.street, visits)

    assert hints["shop"] is sys.modules["packed.shop"].Shop
    assert "Decimal" in str(hints["limit"])
    assert "other" not in hints
