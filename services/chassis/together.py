"""Work that is asked for at the same time commits together: one transaction, one write to the outbox, one flush to disk."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chassis.database import GROUPS, Database, Transaction
from chassis.passing import is_passing

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[T]]
MOST = 64  # works in one transaction


@dataclass
class Asked:
    """A piece of work, where it was asked for (its trace), and who waits for it."""

    work: Work[Any]
    context: Context = field(default_factory=copy_context)
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Together:
    """Commits works in groups. What fails, fails alone: its group is rolled back, and each is done anew by itself.

    So a work may be done twice, and must do nothing outside its transaction that can't be done twice.
    """

    def __init__(self, database: Database) -> None:
        self.begin = database.transaction
        self.waiting: deque[Asked] = deque()
        self.groups = 0
        self.tasks: set[asyncio.Task[None]] = set()

    async def do(self, work: Work[T]) -> T:
        """What `work` returns, once it is committed. Who is cancelled before it began has asked for nothing."""
        asked = Asked(work)
        self.waiting.append(asked)
        if self.groups < GROUPS:
            self.groups += 1
            self._start(self._in_groups())
        answer: T = await asked.answer
        return answer

    def _start(self, doing: Any, context: Context | None = None) -> None:
        task = asyncio.create_task(doing, context=context)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _in_groups(self) -> None:
        try:
            while self.waiting:
                group = [self.waiting.popleft() for _ in range(min(MOST, len(self.waiting)))]
                await self._commit([asked for asked in group if not asked.answer.done()])
        finally:
            self.groups -= 1

    async def _commit(self, group: Sequence[Asked]) -> None:
        try:
            async with self.begin(hurried=True) as tx:
                answers = [await tx.part(asked.work, asked.context) for asked in group]
        except Exception as error:
            if len(group) == 1 and not is_passing(error):
                _tell(group[0], error)
                return
            for asked in group:
                self._start(self._alone(asked), asked.context)
            return
        for asked, answer in zip(group, answers, strict=True):
            if not asked.answer.done():
                asked.answer.set_result(answer)

    async def _alone(self, asked: Asked) -> None:
        try:
            async with self.begin() as tx:
                answer = await asked.work(tx)
        except Exception as error:
            _tell(asked, error)
        else:
            if not asked.answer.done():
                asked.answer.set_result(answer)


def _tell(asked: Asked, error: Exception) -> None:
    if not asked.answer.done():
        asked.answer.set_exception(error)
