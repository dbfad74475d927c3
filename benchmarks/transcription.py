"""Our speech step against bare faster-whisper: same model, windows, options, threads, decoded channels, one run.

    python benchmarks/transcription.py [--model FOLDER] [--window single|packed] [--rounds 2] [--calls 4]

Rows of the table:

- ``auditor``: all that is done to a decoded call: voice activity, loudness and channel health, windows, recognition,
  utterances cut at the pauses, quarantine;
- ``bare loop, batched class``: ``BatchedInferencePipeline.transcribe`` once a window, with the very options that we
  pass;
- ``bare loop, plain class``: ``WhisperModel.transcribe`` once a window; with the model's timestamps on, its default,
  since without them this class hears the end of every window twice;
- ``vad_filter=True``: ``WhisperModel.transcribe`` on whole channels, as its README shows it. For information.

The loops are handed the windows for nothing; finding them counts on our side only. All rows include word times. The
bar: our total is at most 1.05 times that of the faster loop, in processor time, so that whatever else the machine is
doing has no say (with one thread and no waiting it is the wall time of an idle machine, which is shown too). Rounds
rotate the order; each row's time is the sum over calls of the best round. Error rates are of Chinese characters, per
channel, against the reference transcripts.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from numpy.typing import NDArray

from auditor.speech.audio import LISTENING_RATE, Sound, decode, resample
from auditor.speech.health import is_duplicated
from auditor.speech.hear import listen
from auditor.speech.transcribe import FasterWhisper, voice_spans
from auditor.speech.windows import Policy, Window, plan

ROOT = Path(__file__).resolve().parent.parent
BAR = 1.05
HAN = re.compile(r"[^\u3400-\u9fff]+")


def distance(heard: str, said: str) -> int:
    """Levenshtein distance."""
    row = list(range(len(said) + 1))
    for number, character in enumerate(heard, 1):
        diagonal, row[0] = row[0], number
        for place, wanted in enumerate(said, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (character != wanted))
    return row[-1]


class Contest:
    """One model in all its guises, and what each of them does with a call."""

    def __init__(self, model: Path, window: Policy, beam: int, threads: int) -> None:
        self.ours = FasterWhisper(
            model, device="cpu", compute_type="int8", window=window, beam_size=beam, cpu_threads=threads
        )
        self.plain = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=threads)
        self.batched = BatchedInferencePipeline(self.plain)
        self.window = window
        self.options: dict[str, Any] = {"language": "zh", "beam_size": beam, "word_timestamps": True}
        self.ways: dict[str, Callable[[Sound, Sequence[Window]], list[str]]] = {
            "auditor": self.auditor,
            "bare loop, batched class": self.loop_batched,
            "bare loop, plain class": self.loop_plain,
            "vad_filter=True": self.whole_channels,
        }

    def windows(self, sound: Sound) -> tuple[Window, ...]:
        """The windows that our policy plans."""
        audible = resample(sound, LISTENING_RATE)
        return plan(audible.samples, audible.rate, voice_spans(audible), self.window)

    def auditor(self, sound: Sound, _: Sequence[Window]) -> list[str]:
        """Our way."""
        texts = [""] * len(sound.samples)
        for utterance in listen(sound, self.ours).utterances:
            texts[utterance.channel or 0] += utterance.text
        return texts

    def loop_batched(self, sound: Sound, windows: Sequence[Window]) -> list[str]:
        """A call of the batched class a window."""

        def hear(samples: NDArray[np.float32]) -> str:
            clip = [{"start": 0.0, "end": len(samples) / LISTENING_RATE}]
            segments, _ = self.batched.transcribe(
                samples, clip_timestamps=clip, batch_size=1, without_timestamps=True, **self.options
            )
            return "".join(segment.text for segment in segments)

        return self._loop(sound, windows, hear)

    def loop_plain(self, sound: Sound, windows: Sequence[Window]) -> list[str]:
        """A call of the plain class a window."""

        def hear(samples: NDArray[np.float32]) -> str:
            segments, _ = self.plain.transcribe(
                samples, temperature=0.0, condition_on_previous_text=False, **self.options
            )
            return "".join(segment.text for segment in segments)

        return self._loop(sound, windows, hear)

    def whole_channels(self, sound: Sound, _: Sequence[Window]) -> list[str]:
        """A call of the plain class a channel."""
        texts = []
        for samples in resample(sound, LISTENING_RATE).samples:
            segments, _ = self.plain.transcribe(
                samples, vad_filter=True, temperature=0.0, condition_on_previous_text=False, **self.options
            )
            texts.append("".join(segment.text for segment in segments))
        return texts

    def _loop(self, sound: Sound, windows: Sequence[Window], hear: Callable[[NDArray[np.float32]], str]) -> list[str]:
        channels = resample(sound, LISTENING_RATE).samples
        texts = [""] * len(channels)
        for window in windows:
            texts[window.pieces[0].channel] += hear(window.samples(channels, LISTENING_RATE))
        return texts


def reference(path: Path, agent_left: bool, channels: int) -> list[str]:
    """What was said on each channel, Chinese characters only."""
    texts = [""] * channels
    for utterance in json.loads(path.read_text(encoding="utf-8"))["utterances"]:
        channel = 0 if channels == 1 or (utterance["speaker"] == "agent") == agent_left else 1
        texts[channel] += HAN.sub("", utterance["text"])
    return texts


def errors(heard: Sequence[str], calls_reference: tuple[list[str], list[str]]) -> tuple[int, int]:
    """Wrong characters and characters said, for the seating of the two sides that fits better."""
    return min(
        (sum(distance(HAN.sub("", h), s) for h, s in zip(heard, said, strict=True)), sum(map(len, said)))
        for said in calls_reference
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "samples/models/demo-whisper")
    parser.add_argument("--window", choices=("single", "packed"), default="single")
    parser.add_argument("--samples", type=Path, default=ROOT / "samples")
    parser.add_argument("--calls", type=int, default=4, help="how many stereo calls to use")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    contest = Contest(options.model, options.window, options.beam, options.threads)
    work: list[tuple[str, Sound, tuple[Window, ...], tuple[list[str], list[str]]]] = []
    for path in sorted((options.samples / "calls").iterdir()):
        transcript = options.samples / "transcripts" / f"{path.stem}.json"
        sound = decode(path)
        two_sided = len(sound.samples) == 2 and not is_duplicated(sound)
        if transcript.is_file() and two_sided and len(work) < options.calls:
            sides = tuple(reference(transcript, left, 2) for left in (True, False))
            work.append((path.stem, sound, contest.windows(sound), (sides[0], sides[1])))
    seconds = sum(sound.duration for _, sound, _, _ in work)
    count = sum(len(windows) for _, _, windows, _ in work)
    print(f"{len(work)} calls, {seconds:.0f} s, {count} windows ({options.window}), {contest.ours.fingerprint}")

    contest.auditor(work[0][1], ())  # the first run loads libraries
    best: dict[tuple[str, str], tuple[float, float]] = {}
    wrong: dict[str, int] = dict.fromkeys(contest.ways, 0)
    said = 0
    for round_number in range(options.rounds):
        order = list(contest.ways)
        order = order[round_number % len(order) :] + order[: round_number % len(order)]
        for name, sound, windows, sides in work:
            for way in order:
                wall, processor = time.perf_counter(), time.process_time()
                heard = contest.ways[way](sound, windows)
                took = time.process_time() - processor, time.perf_counter() - wall
                best[name, way] = min(took, best.get((name, way), took))
                if round_number == 0:
                    missed, length = errors(heard, sides)
                    wrong[way] += missed
                    said += length if way == "auditor" else 0
    totals = {
        way: [sum(t[clock] for (_, w), t in best.items() if w == way) for clock in (0, 1)] for way in contest.ways
    }
    loop = min(totals["bare loop, batched class"][0], totals["bare loop, plain class"][0])

    print(f"{'':26}{'CPU s':>8}{'wall s':>8}{'x real time':>13}{'ratio':>8}{'CER':>8}")
    for way, (cpu, elapsed) in totals.items():
        print(f"{way:26}{cpu:8.2f}{elapsed:8.2f}{cpu / seconds:13.4f}{cpu / loop:8.3f}{wrong[way] / said:8.1%}")
    ratio = totals["auditor"][0] / loop
    print(f"ours / faster bare loop: {ratio:.3f} (at most {BAR}): {'holds' if ratio <= BAR else 'DOES NOT HOLD'}")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
