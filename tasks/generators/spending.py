"""Budgets: what was spent, what is promised to calls under way, and whether one more call may be made."""

import asyncio
import time
from collections import defaultdict

from tasks.generators.settings import Budget
from testwright.model import Usage


class Spending:
    """What a campaign spent. Lives in one event loop, so nothing is locked.

    A call reserves the most that it can use and waits while others hold what it needs; so no budget of tokens or money is ever passed.
    """

    def __init__(self, budget: Budget, now: float | None = None) -> None:
        self.budget = budget
        self.total = Usage()
        self.by_file: dict[str, Usage] = defaultdict(Usage)
        self.end = (time.monotonic() if now is None else now) + (budget.minutes or 0) * 60
        self._reserved_tokens = 0
        self._reserved_cost = 0.0
        self._reserved_by_file: dict[str, int] = defaultdict(int)
        self._changed = asyncio.Condition()

    async def reserve(self, file: str, tokens: int, cost: float) -> str:
        """Promise this much to a call; '' when it may be made, else the budget that is spent."""
        async with self._changed:
            while True:
                spent, waiting = self._objection(file, tokens, cost)
                if not spent or not waiting:
                    break
                await self._changed.wait()
            if not spent:
                self._reserved_tokens += tokens
                self._reserved_cost += cost
                self._reserved_by_file[file] += tokens
            return spent

    async def settle(self, file: str, tokens: int, cost: float, used: Usage) -> None:
        """The call ended: what it used takes the place of what was promised."""
        async with self._changed:
            self._reserved_tokens -= tokens
            self._reserved_cost -= cost
            self._reserved_by_file[file] -= tokens
            self.add(file, used)
            self._changed.notify_all()

    def add(self, file: str, used: Usage) -> None:
        """Count what was used for a file."""
        self.total += used
        self.by_file[file] += used

    def late(self) -> str:
        """The named reason when the minutes are over."""
        if self.budget.minutes is not None and time.monotonic() >= self.end:
            return f"budget spent: {self.budget.minutes:g} minutes for models"
        return ""

    def _objection(self, file: str, tokens: int, cost: float) -> tuple[str, bool]:
        """The budget that one more call could pass, and whether waiting for others may help."""
        b = self.budget
        if late := self.late():
            return late, False
        if b.tokens is not None and self.total.tokens + self._reserved_tokens + tokens > b.tokens:
            return f"budget spent: {b.tokens} tokens a campaign", self.total.tokens + tokens <= b.tokens
        if b.cost is not None and self.total.cost + self._reserved_cost + cost > b.cost:
            return f"budget spent: {b.cost:g} dollars a campaign", self.total.cost + cost <= b.cost
        mine = self.by_file[file].tokens
        if b.tokens_per_file is not None and mine + self._reserved_by_file[file] + tokens > b.tokens_per_file:
            return f"budget spent: {b.tokens_per_file} tokens a file", mine + tokens <= b.tokens_per_file
        return "", False
