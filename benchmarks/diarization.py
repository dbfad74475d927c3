"""What is lost where both sides share one channel: the two-channel samples mixed down, against themselves.

    python benchmarks/diarization.py [--diarizer builtin] [--calls S01 S02 …] [--sound-only]
    python benchmarks/diarization.py --calibrate TRANSCRIPTS…

The samples' voices are synthetic (espeak-ng): each is steadier than a person's, and two of them differ more evenly. The
figures show that the parts work and how they degrade; they are no promise for people.

Printed, for each way in which the recording is made worse:

- **DER**, the diarization error rate of NIST's Rich Transcription evaluations (RT-09 plan, 2009): missed, falsely alarmed and
  confused speech ÷ speech, overlaps counted, a collar of 0.25 s around each reference boundary left out. The reference is
  each channel's own voice activity.
- **voices**: how many calls gave two voices; and for each channel alone, how often a second voice was invented.
- **role accuracy by time** (goal ≥ 95 %, clean): of the time in which exactly one side speaks and something was
  recognised, the share whose speaker is right; a speaker left unknown is wrong. On worsened sound the words are those heard
  on the two channels, so that only the voices are tested.
- **verdicts**: findings and steps of the mixed call, heard anew from one channel, that differ from those of the two channels.

``--calibrate`` mixes up the speakers of dialogues on purpose, fits the two constants of ``conversation.roles`` to them, and
prints how the confidence compares with what was right.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from rich.console import Console
from rich.table import Table

from auditor.conversation.roles import BASE_ODDS, CUE_ODDS, decide_roles
from auditor.models import Audit, Call, Recording, Span, Utterance
from auditor.pipeline import audit_call, with_roles
from auditor.rules.pack import DEFAULT, Pack, load_pack
from auditor.speech.audio import LISTENING_RATE, Sound, decode, resample
from auditor.speech.diarize import Diarizer, VoiceTurn, by_voice
from auditor.speech.diarizers import diarizer_named
from auditor.speech.hear import Heard, listen
from auditor.speech.ingest import find
from auditor.speech.transcribe import FasterWhisper, voice_spans
from auditor.speech.transcripts import read_calls

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
LEAST_ROLES = 0.95
FRAMES, COLLAR = 100, 25  # frames a second; frames on each side of a boundary
SIDES = {"left": 0, "right": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A two-channel call at ``LISTENING_RATE``, where each channel speaks, and which is the agent's."""

    recording: Recording
    samples: Samples
    sides: tuple[tuple[Span, ...], ...]


@dataclass(slots=True)
class Score:
    """Sums over calls, in frames."""

    wrong: int = 0
    speech: int = 0
    two_voices: int = 0
    calls: int = 0
    right_role: int = 0
    role: int = 0
    unsure: int = 0


def noisy(decibels: float) -> Callable[[Samples], Samples]:
    """White noise that many decibels below the call's loud speech."""

    def worsen(channels: Samples) -> Samples:
        mixed = channels.sum(axis=0)
        level = float(np.sqrt(np.mean(np.square(mixed[np.abs(mixed) > 0.01]))))
        noise = np.random.default_rng(0).standard_normal(len(mixed)).astype(np.float32)
        return np.asarray(mixed + noise * level * 10 ** (-decibels / 20), np.float32)

    return worsen


def quieter(channel: int, decibels: float) -> Callable[[Samples], Samples]:
    """One side that many decibels quieter."""

    def worsen(channels: Samples) -> Samples:
        gains = np.ones(2, np.float32)
        gains[channel] = 10 ** (-decibels / 20)
        return np.asarray(gains @ channels, np.float32)

    return worsen


def narrow(channels: Samples) -> Samples:
    """A bad line: nothing above 2.4 kHz, and µ-law's 8 bits."""
    mixed = channels.sum(axis=0)
    hertz = np.fft.rfftfreq(len(mixed), 1 / LISTENING_RATE)
    kept = np.fft.irfft(np.fft.rfft(mixed) * np.clip((2400 - hertz) / 200, 0, 1), len(mixed)).clip(-1, 1)
    coded = np.sign(kept) * np.round(127 * np.log1p(255 * np.abs(kept)) / math.log(256)) / 127
    return np.asarray(np.sign(coded) * (256 ** np.abs(coded) - 1) / 255, np.float32)


WORSE: dict[str, Callable[[Samples], Samples]] = {
    "clean": lambda channels: channels.sum(axis=0),
    "noise, 20 dB": noisy(20),
    "noise, 10 dB": noisy(10),
    "left 12 dB quieter": quieter(0, 12),
    "right 12 dB quieter": quieter(1, 12),
    "2.4 kHz, µ-law": narrow,
}
ALIKE = (
    ("S01", "S02"), ("S01", "S09"), ("S05", "S04"), ("S08", "S07"), ("S11", "S17"), ("S13", "S16"),
    ("S02", "S01"), ("S03", "S05"), ("S04", "S06"), ("S09", "S08"), ("S10", "S11"), ("S17", "S13"),
)  # fmt: skip
"""The first call's agent and the second one's customer: both women (first row) or both men, never the same voice."""


def active(spans: Sequence[Span], frames: int) -> NDArray[np.bool_]:
    """The frames in which somebody speaks."""
    mask = np.zeros(frames, bool)
    for start, end in spans:
        mask[round(start * FRAMES) : round(end * FRAMES)] = True
    return mask


def diarization_errors(sides: Sequence[Sequence[Span]], turns: Sequence[VoiceTurn], frames: int) -> tuple[int, int]:
    """Wrong and all frames of speech, voices matched to sides in the better of all ways; see the module's head."""
    reference = np.stack([active(side, frames) for side in sides])
    voices = sorted({t.voice for t in turns})
    heard = [active([(t.start, t.end) for t in turns if t.voice == voice], frames) for voice in voices]
    heard += [np.zeros(frames, bool)] * max(0, len(sides) - len(heard))
    scored = np.ones(frames, bool)
    for side in reference:
        for edge in np.flatnonzero(np.diff(side.astype(int), prepend=0, append=0)):
            scored[max(0, edge - COLLAR) : edge + COLLAR] = False
    said = np.minimum(np.sum(heard, axis=0), 2)
    most = np.maximum(reference.sum(axis=0), said)
    ways = ((i, j) for i in range(len(heard)) for j in range(len(heard)) if i != j)
    correct = max(
        int(((reference[0] & heard[i]).astype(int) + (reference[1] & heard[j]))[scored].sum()) for i, j in ways
    )
    return int(most[scored].sum()) - correct, int(reference.sum(axis=0)[scored].sum())


def role_time(
    sides: Sequence[Sequence[Span]], agent: int, utterances: Sequence[Utterance], frames: int
) -> tuple[int, int]:
    """Frames with the right speaker, and all that count; see the module's head."""
    alone = np.stack([active(side, frames) for side in sides])
    alone &= ~(alone[0] & alone[1])
    named = {
        who: active([(u.start, u.end) for u in utterances if u.speaker == who], frames) for who in ("agent", "customer")
    }
    spoken = active([(u.start, u.end) for u in utterances], frames)
    right = int((alone[agent] & named["agent"]).sum() + (alone[1 - agent] & named["customer"]).sum())
    return right, int(((alone[0] | alone[1]) & spoken).sum())


def interleaved(agent: Sample, customer: Sample) -> tuple[Samples, tuple[tuple[Span, ...], ...]]:
    """One call's agent and another one's customer, taking turns with pauses of half a second."""
    sides: tuple[list[Span], list[Span]] = ([], [])
    parts: list[Samples] = []
    at = 0.0
    spans = [sample.sides[side] for sample, side in ((agent, agent_side(agent)), (customer, 1 - agent_side(customer)))]
    ratio = max(1, round(len(spans[0]) / max(1, len(spans[1]))))
    takes = [
        (i // ratio + 0.5, 0, s) if not who else (i + 0.75, 1, s) for who in (0, 1) for i, s in enumerate(spans[who])
    ]
    for _, who, (start, end) in sorted(takes):
        sample, channel = (agent, agent_side(agent)) if who == 0 else (customer, 1 - agent_side(customer))
        piece = sample.samples[channel, round(start * LISTENING_RATE) : round(end * LISTENING_RATE)]
        parts += [piece, np.zeros(LISTENING_RATE // 2, np.float32)]
        sides[who].append((at, at + len(piece) / LISTENING_RATE))
        at += len(piece) / LISTENING_RATE + 0.5
    return np.concatenate(parts), (tuple(sides[0]), tuple(sides[1]))


def agent_side(sample: Sample) -> int:
    """The agent's channel, as the samples were made."""
    return SIDES[sample.recording.agent_channel or "left"]


def told_apart(diarizer: Diarizer, samples: Samples) -> tuple[VoiceTurn, ...]:
    """Voice activity and turns of one channel."""
    (speech,) = voice_spans(Sound(samples[None], LISTENING_RATE))
    return diarizer.diarize(samples, LISTENING_RATE, speech)


def read(recording: Recording) -> Sample | None:
    """The recording, if it has two channels and somebody speaks on each."""
    sound = resample(decode(Path(recording.path)), LISTENING_RATE)
    sides = voice_spans(sound)
    return Sample(recording, sound.samples, sides) if len(sides) == 2 and all(sides) else None


def call_of(sample: Sample, heard: Sequence[Utterance], diarizer: Diarizer | None) -> Call:
    """What was heard, as a call."""
    recording = sample.recording
    by = "" if diarizer is None else diarizer.fingerprint
    return Call(recording.call_id, recording.metadata, tuple(heard), source=recording.path, diarized_by=by)


def audits(sample: Sample, stereo: Heard, mono: Heard, diarizer: Diarizer, pack: Pack) -> tuple[Audit, Audit, Call]:
    """The audit from two channels, that from one, and the one-channel call."""
    two = replace(
        call_of(sample, stereo.utterances, None), warnings=stereo.warnings, duration=stereo.acoustics.duration
    )
    one = replace(call_of(sample, mono.utterances, diarizer), warnings=mono.warnings, duration=mono.acoustics.duration)
    one = with_roles(one, pack)
    return audit_call(with_roles(two, pack, agent_side(sample)), pack), audit_call(one, pack), one


def differences(two: Audit, one: Audit) -> tuple[list[str], int]:
    """What the one-channel audit says otherwise, and of how many verdicts."""
    steps = {s.id: s.verdict for s in one.steps}
    lost = [f"{s.id}: {s.verdict} → {steps[s.id]}" for s in two.steps if steps[s.id] != s.verdict]
    told, now = (Counter((f.category, f.status) for f in audit.findings) for audit in (two, one))
    lost += [f"− {category} ({status})" for category, status in (told - now).elements()]
    lost += [f"+ {category} ({status})" for category, status in (now - told).elements()]
    return lost, len(two.steps) + len(two.findings)


def main() -> int:
    """Measure and print; say whether the goal is met."""
    options = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    options.add_argument("--diarizer", default="builtin")
    options.add_argument("--model", default=str(SAMPLES / "models" / "demo-whisper"))
    options.add_argument("--calls", nargs="*", default=[])
    options.add_argument("--sound-only", action="store_true", help="no recognition: DER and numbers of voices only")
    options.add_argument("--calibrate", nargs="+", type=Path, default=[], metavar="TRANSCRIPTS")
    given = options.parse_args()
    pack = load_pack(DEFAULT)
    if given.calibrate:
        calibrate(given.calibrate, pack)
        return 0
    diarizer = diarizer_named(given.diarizer)
    if diarizer is None:
        options.error("--diarizer none tells nobody apart")
    found = find([SAMPLES / "calls"], SAMPLES / "metadata.csv").recordings
    sides = {p.stem: _told_side(p) for p in (SAMPLES / "dialogues").glob("*.yaml")}
    wanted = [replace(r, agent_channel=sides[r.call_id]) for r in found if not given.calls or r.call_id in given.calls]
    samples = [sample for recording in wanted if (sample := read(recording)) is not None]
    console = Console(highlight=False, soft_wrap=True)
    heard: dict[str, Heard] = {}
    transcriber = None if given.sound_only else FasterWhisper(given.model, window="single")
    lines: list[str] = []
    whole = Score()
    changed = verdicts = 0
    for sample in samples if transcriber is not None else ():
        assert transcriber is not None
        print(f"{sample.recording.call_id} …", end=" ", file=sys.stderr, flush=True)
        stereo = heard[sample.recording.call_id] = listen(Sound(sample.samples, LISTENING_RATE), transcriber)
        mixed = sample.samples.sum(axis=0).clip(-1, 1)
        mono = listen(Sound(mixed[None], LISTENING_RATE), transcriber, diarizer)
        two, one, call = audits(sample, stereo, mono, diarizer, pack)
        right, all_time = role_time(
            sample.sides, agent_side(sample), call.utterances, len(mixed) * FRAMES // LISTENING_RATE
        )
        whole.right_role += right
        whole.role += all_time
        lost, of = differences(two, one)
        changed, verdicts = changed + len(lost), verdicts + of
        sure = call.roles.confidence if call.roles is not None else 0.0
        lines.append(
            f"{call.call_id}  roles {right / all_time:.1%}  confidence {sure:.0%}  {'; '.join(lost) or 'same verdicts'}"
        )
    print(file=sys.stderr)
    for line in lines:
        console.print(line, markup=False)
    console.print(table(samples, heard, diarizer, pack))
    invented = [len({t.voice for t in told_apart(diarizer, channel)}) > 1 for s in samples for channel in s.samples]
    print(f"{diarizer.fingerprint}; pack {pack.id}")
    print(f"one person alone: a second voice invented on {sum(invented)} of {len(invented)} channels")
    if transcriber is None:
        return 0
    print(f"{transcriber.fingerprint}")
    print(f"verdicts that differ from the two-channel audit: {changed} of {verdicts}")
    accuracy = whole.right_role / whole.role
    reached = accuracy >= LEAST_ROLES
    print(
        f"{'✓' if reached else '✗'} role accuracy by time, heard from one channel {accuracy:.1%} (goal ≥ {LEAST_ROLES:.0%})"
    )
    return 0 if reached else 1


def table(samples: Sequence[Sample], heard: dict[str, Heard], diarizer: Diarizer, pack: Pack) -> Table:
    """One row for each way in which the sound is made worse, and one for voices that are alike."""
    result = Table(box=None, pad_edge=False)
    for name in ("sound", "DER", "two voices", "role accuracy", "roles left open"):
        result.add_column(name, justify="left" if name == "sound" else "right")
    for name, worsen in WORSE.items():
        score = Score()
        for sample in samples:
            mixed = np.asarray(worsen(sample.samples).clip(-1, 1), np.float32)
            turns = told_apart(diarizer, mixed)
            frames = len(mixed) * FRAMES // LISTENING_RATE
            _add(score, diarization_errors(sample.sides, turns, frames), turns)
            if sample.recording.call_id in heard:
                plain = [replace(u, channel=None) for u in heard[sample.recording.call_id].utterances]
                call = with_roles(call_of(sample, by_voice(plain, turns), diarizer), pack)
                right, spoken = role_time(sample.sides, agent_side(sample), call.utterances, frames)
                score.right_role, score.role = score.right_role + right, score.role + spoken
                score.unsure += all(u.speaker == "unknown" for u in call.utterances)
        result.add_row(name, *_row(score))
    known = {s.recording.call_id: s for s in samples}
    alike = Score()
    for one, other in ALIKE:
        if one in known and other in known:
            mixed, sides = interleaved(known[one], known[other])
            turns = told_apart(diarizer, mixed)
            _add(alike, diarization_errors(sides, turns, len(mixed) * FRAMES // LISTENING_RATE), turns)
    result.add_row("both women, both men", *_row(alike))
    return result


def _add(score: Score, errors: tuple[int, int], turns: Sequence[VoiceTurn]) -> None:
    score.wrong += errors[0]
    score.speech += errors[1]
    score.calls += 1
    score.two_voices += len({t.voice for t in turns}) == 2


def _row(score: Score) -> tuple[str, str, str, str]:
    if not score.calls:
        return "", "", "", ""
    roles = (f"{score.right_role / score.role:.1%}", str(score.unsure)) if score.role else ("", "")
    return f"{score.wrong / score.speech:.1%}", f"{score.two_voices} of {score.calls}", *roles


def _told_side(dialogue: Path) -> Literal["left", "right"]:
    """Where the agent sits, as the dialogue's author wrote it; half of the metadata leaves it open."""
    return "right" if "agent_side: right" in dialogue.read_text(encoding="utf-8") else "left"


def calibrate(paths: Sequence[Path], pack: Pack) -> None:
    """Fit the confidence's two constants to dialogues mixed up on purpose, and print how they and those in use do."""
    from sklearn.linear_model import LogisticRegression

    dice = np.random.default_rng(0)
    calls = [call for path in paths for call in read_calls(path)]
    rows = np.array([row for call in calls for row in _mixed_up(call, pack, dice)])
    evidence, right = rows[:, :1], rows[:, 1]
    model = LogisticRegression(C=1e3)
    model.fit(np.tile(evidence, (2, 1)), np.repeat([1, 0], len(rows)), sample_weight=np.concatenate([right, 1 - right]))
    print(
        f"{len(rows)} calls mixed up from {len(calls)}; fitted: {model.intercept_[0]:.2f} + {model.coef_[0][0]:.2f} · ln(…)"
    )
    told = 1 / (1 + np.exp(-(BASE_ODDS + CUE_ODDS * evidence[:, 0])))
    print(f"in use: {BASE_ODDS} + {CUE_ODDS} · ln((agreeing + 1) / (contrary + 1))")
    print("confidence    calls  told   right")
    for low, high in ((0, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 1.01)):
        own = (told >= low) & (told < high)
        if own.any():
            print(f"{low:.2f}–{min(high, 1):.2f}  {own.sum():9}  {told[own].mean():.1%}  {right[own].mean():.1%}")


def _mixed_up(call: Call, pack: Pack, dice: np.random.Generator, times: int = 20) -> Iterator[tuple[float, float]]:
    """The evidence and the share of right characters, for the call with its speakers mixed up in several ways.

    Half are cut off early; three in five have few mistakes, as the built-in diarizer makes on clean sound, the others up to
    half of all utterances; one in seven has one voice only, and then half of those really have one speaker.
    """
    cues = pack.of(call.metadata.region or pack.default_region).roles
    names = [name for name in (call.metadata.institution, call.metadata.agency) if name]
    for _ in range(times):
        said = call.utterances
        if dice.random() < 0.5:
            said = said[: int(dice.integers(3, len(said) + 1))] if len(said) > 3 else said
        if dice.random() < 0.15:
            if dice.random() < 0.5:
                said = tuple(u for u in said if u.speaker == "agent")
            voices = [0] * len(said)
        else:
            share = dice.beta(1, 20) if dice.random() < 0.6 else dice.uniform(0, 0.5)
            voices = [int((u.speaker != "agent") ^ (dice.random() < share)) for u in said]
        mixed = [replace(u, speaker="unknown", channel=v) for u, v in zip(said, voices, strict=True)]
        roles = decide_roles(mixed, cues, names=names, diarized=True)
        if roles.agent_channel is None:
            continue
        right = sum(
            len(u.text)
            for u, v in zip(said, voices, strict=True)
            if (v == roles.agent_channel) == (u.speaker == "agent")
        )
        odds = math.log(roles.confidence / (1 - roles.confidence)) if roles.confidence < 1 else 10.0
        yield (odds - BASE_ODDS) / CUE_ODDS, right / max(1, sum(len(u.text) for u in said))


if __name__ == "__main__":
    sys.exit(main())
