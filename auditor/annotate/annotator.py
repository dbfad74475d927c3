"""Many calls, asked about one after the other or several at once: what is kept already is not asked again, and trouble stops nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime

from auditor.annotate.answers import Reading, read
from auditor.annotate.client import Client, Reply
from auditor.annotate.prompt import Ask, Line, Question, conversation, questions, sent
from auditor.errors import NotFoundError, ReaderError
from auditor.models import Call, Region
from auditor.rules.pack import Pack
from auditor.store.annotations import Annotation, has_annotation, heard_hash, keep_annotation
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store

MOST_CHARACTERS = 40_000
"""Of one call; a longer one is not sent."""

_GIVE_UP = 5
"""Questions without an answer, one after the other, after which the server counts as away."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the questions about some calls.

    ``answered`` are new, ``known`` were answered before under the same key, ``failed`` counts questions without an answer by reason,
    ``unasked`` those given up because the server was away (``away`` says how, in one sentence), ``silent`` calls without a word of the
    agent. ``dropped`` counts what answers held that was not accepted. Tokens are the server's own count; ``seconds`` is the time
    spent waiting, over all questions, ``tries`` how often the server was asked for what it answered.
    """

    calls: int
    answered: int
    known: int
    failed: Mapping[str, int]
    unasked: int
    silent: int
    suspicions: int
    dropped: Mapping[str, int]
    tokens_in: int
    tokens_out: int
    seconds: float
    tries: int
    away: str | None
    troubles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Task:
    """One question about one transcript."""

    transcript: str
    reader: str
    question: Question
    lines: Sequence[Line]


def annotate(
    home: Home,
    call_ids: Sequence[str],
    *,
    client: Client,
    pack: Pack,
    now: Callable[[], datetime],
    ask: Ask = "all",
    at_once: int = 1,
    public: Collection[str] = (),
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Tally:
    """Ask a large model about calls of the home and keep its answers beside their audits.

    Each answer is kept as it comes: killed at any moment, only the questions under way are lost, and asked again next time.
    Ctrl-C waits for those, for ``client.timeout`` at most.

    Args:
        home: holds the calls and keeps the answers.
        call_ids: stored calls; one that is gone is left out.
        client: whom to ask.
        pack: what to ask for, and what an answer may rest on.
        now: the clock, with an offset.
        ask: one question about a call for all categories, or one for each.
        at_once: how many questions may be under way.
        public: numbers that are nobody's own and need not be masked.
        progress: told after each call how many were looked at, of how many.

    Raises:
        HomeError: the home can't be read or written.
        UsageError: the server stands outside the institution's network and may not be asked.
    """
    with Ledger(home) as ledger, Store(home) as store, ThreadPoolExecutor(at_once) as threads:
        current = _Annotator(ledger, store, threads, client, pack, now, ask, at_once, public)
        try:
            for number, call_id in enumerate(call_ids, 1):
                current.call(call_id)
                progress(number, len(call_ids))
            current.settle(0)
        except KeyboardInterrupt:
            current.settle(0)
            raise
        return current.tally(len(call_ids))


class _Annotator:
    """What is under way, and what became of the questions so far."""

    def __init__(
        self, ledger: Ledger, store: Store, threads: ThreadPoolExecutor, client: Client, pack: Pack,
        now: Callable[[], datetime], ask: Ask, at_once: int, public: Collection[str],
    ) -> None:  # fmt: skip
        self.ledger, self.store, self.threads, self.client = ledger, store, threads, client
        self.pack, self.now, self.ask, self.at_once, self.public = pack, now, ask, at_once, public
        self.by_region: dict[Region | None, tuple[tuple[Question, str], ...]] = {}
        self.under_way: dict[Future[tuple[Reply, Reading]], _Task] = {}
        self.begun: set[tuple[str, str]] = set()
        self.failed: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.troubles: dict[str, str] = {}
        self.away: str | None = None
        self.in_a_row = 0
        self.answered = self.known = self.unasked = self.silent = self.suspicions = 0
        self.tokens_in = self.tokens_out = self.tries = 0
        self.seconds = 0.0

    def call(self, call_id: str) -> None:
        """Ask about one call all that is not known yet."""
        try:
            call = self.store.stored_call(call_id)
        except NotFoundError:
            return
        if not any(u.speaker == "agent" and u.text.strip() and not u.quarantined for u in call.utterances):
            self.silent += 1
            return
        for task in self._tasks(call):
            self.settle(self.at_once - 1)
            if self.away is None:
                self.under_way[self.threads.submit(self._answer, task)] = task
            else:
                self.unasked += 1

    def _tasks(self, call: Call) -> Iterator[_Task]:
        transcript = heard_hash(call.utterances)
        wanted = []
        with self.ledger.reading() as db:
            for question, reader in self._questions(call.metadata.region):
                if (transcript, reader) in self.begun or has_annotation(db, transcript, reader):
                    self.known += 1
                else:
                    wanted.append((question, reader))
        if not wanted:
            return
        lines = sent(call, self.public)
        if sum(len(line.text) for line in lines) > MOST_CHARACTERS:
            self._failure(ReaderError("too_long", f"有通话超过 {MOST_CHARACTERS} 字，没有发给大模型。"), len(wanted))
            return
        for question, reader in wanted:
            self.begun.add((transcript, reader))
            yield _Task(transcript, reader, question, lines)

    def _questions(self, region: Region | None) -> tuple[tuple[Question, str], ...]:
        if region not in self.by_region:
            server = self.client.server
            self.by_region[region] = tuple(
                (q, q.fingerprint(server.url, server.model)) for q in questions(self.pack, region, self.ask)
            )
        return self.by_region[region]

    def _answer(self, task: _Task) -> tuple[Reply, Reading]:
        reply = self.client.ask(task.question, conversation(task.lines))
        return reply, read(reply.text, task.question, task.lines)

    def settle(self, leave: int) -> None:
        """Take in answers until no more than ``leave`` questions are under way."""
        while len(self.under_way) > leave:
            done, _ = wait(self.under_way, return_when=FIRST_COMPLETED)
            for future in done:
                task = self.under_way.pop(future)
                try:
                    reply, reading = future.result()
                except ReaderError as error:
                    self._failure(error)
                else:
                    self._keep(task, reply, reading)

    def _failure(self, error: ReaderError, questions: int = 1) -> None:
        self.failed[error.reason] += questions
        self.troubles.setdefault(error.reason, str(error))
        if error.reason != "too_long":
            self.in_a_row += 1
            if self.away is None and (error.lasting or self.in_a_row >= _GIVE_UP):
                self.away = str(error)

    def _keep(self, task: _Task, reply: Reply, reading: Reading) -> None:
        server = self.client.server
        annotation = Annotation(
            task.transcript, task.reader, server.url, server.model, task.question.asked, self.pack.id, self.now(),
            reading.suspicions, reading.dropped, reply.tokens_in, reply.tokens_out, round(reply.seconds, 3), reply.tries,
        )  # fmt: skip
        with self.ledger.writing() as db:
            keep_annotation(db, annotation)
        self.in_a_row = 0
        self.answered += 1
        self.suspicions += len(reading.suspicions)
        self.dropped.update(reading.dropped)
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out
        self.seconds += reply.seconds
        self.tries += reply.tries

    def tally(self, calls: int) -> Tally:
        """What became of it all."""
        return Tally(
            calls=calls, answered=self.answered, known=self.known, failed=dict(self.failed), unasked=self.unasked,
            silent=self.silent, suspicions=self.suspicions, dropped=dict(self.dropped), tokens_in=self.tokens_in,
            tokens_out=self.tokens_out, seconds=self.seconds, tries=self.tries, away=self.away, troubles=self.troubles,
        )  # fmt: skip
