"""Slows down who guesses passwords: after a few failures nobody gets further tries for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field

PERIOD = 15 * 60.0
PER_NAME_AND_ADDRESS, PER_NAME, PER_ADDRESS = 5, 30, 30
_REMEMBERED = 20_000


@dataclass
class Throttle:
    """Counts the tries of the last quarter of an hour, by name, by address, and by both; for any number of threads.

    A name alone is given more tries than name and address together, so that nobody is locked out by a stranger's few
    tries from somewhere else. It is kept in memory: a restart forgets.
    """

    _tries: OrderedDict[tuple[str, str], deque[float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, name: str, address: str, now: float) -> float:
        """How many seconds this name and address must wait; where it is 0, this try is counted.

        A try counts as failed until ``forgive``: many at once get no more than the same number one by one.
        """
        limits = {(name, address): PER_NAME_AND_ADDRESS, (name, ""): PER_NAME, ("", address): PER_ADDRESS}
        with self._lock:
            longest = 0.0
            for key, limit in limits.items():
                tries = self._tries.get(key, deque())
                while tries and tries[0] <= now - PERIOD:
                    tries.popleft()
                if len(tries) >= limit:
                    longest = max(longest, tries[-limit] + PERIOD - now)
            if not longest:
                for key in limits:
                    self._tries.setdefault(key, deque()).append(now)
                    self._tries.move_to_end(key)
                while len(self._tries) > _REMEMBERED:
                    self._tries.popitem(last=False)
            return longest

    def forgive(self, name: str, address: str) -> None:
        """The password was right: this person's tries from here no longer count, and this one not against others."""
        with self._lock:
            self._tries.pop((name, address), None)
            for key in ((name, ""), ("", address)):
                if tries := self._tries.get(key):
                    tries.pop()
