"""Dialogues to audio: speak samples/dialogues/*.yaml as two-channel telephone calls with their transcripts.

The voices are espeak-ng's (no person was recorded). It needs Debian's `espeak-ng` and the packages av, numpy, pypinyin
and pyyaml. The dice are seeded with the call's id, so the same espeak-ng gives the same samples every time.
Run it from the project's root: python -m samples.make_calls
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import yaml
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin

HERE = Path(__file__).parent
RATE = 8000
BAND = (300.0, 3400.0)
BIT_RATES = {"libmp3lame": 24000, "libopus": 22000, "aac": 22000, "libopencore_amrnb": 12200}
# Joint stereo would smear one speaker into the other channel: mp3 can turn it off, opus keeps them apart in voice mode.
OPTIONS = {"libmp3lame": {"joint_stereo": "0"}, "libopus": {"application": "voip"}}
SPEAKERS = {"A": "agent", "C": "customer"}
# What each side sounds like: level of the speech and of the line noise, in dB below full scale.
LEVELS = {"agent": (-20.0, -58.0), "customer": (-22.0, -55.0)}
# Half of the calls don't say where the agent sits, so that the program has to find out.
TELLS_CHANNEL = {"S01", "S03", "S06", "S08", "S10", "S12", "S15", "S17"}
# The table's columns, in this order; the last one is a custom column.
COLUMNS = (
    "file", "call_id", "started_at", "direction", "agent_id", "agent_name", "team", "case_id", "customer_id", "product",
    "card_tail", "amount_due", "days_overdue", "institution", "agency", "region", "agreed_plan", "stage",
    "contact_relation", "answered", "agent_channel", "批次",
)  # fmt: skip
# Two attempts that nobody answered: they count in how often a customer was called, and have no recording.
ATTEMPTS: tuple[dict[str, Any], ...] = (
    {"call_id": "S18", "started_at": "2026-10-19T09:40:12+08:00", "like": "S09"},
    {"call_id": "S19", "started_at": "2026-10-20T16:02:33+08:00", "like": "S12"},
)

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Turn:
    """One utterance: who speaks, the phrases and the text as written."""

    speaker: str
    phrases: list[str]
    text: str


def turns_of(dialogue: dict[str, Any]) -> list[Turn]:
    """The utterances; a phrase ends at a comma and is spoken in one breath."""
    turns = []
    for entry in dialogue["utterances"]:
        ((side, text),) = entry.items()
        turns.append(Turn(SPEAKERS[side], text.rstrip("。？").split("，"), text))
    return turns


def pinyin(text: str) -> str:
    """Tone-numbered syllables, which the pinyin voice reads more reliably than hanzi."""
    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    return " ".join(syllable.replace("ü", "v") for syllable in syllables)


def speak(text: str, voice: dict[str, Any]) -> Sound:
    """One phrase at 8 kHz without the silence around it, peaks near 1."""
    command = [
        "espeak-ng",
        "-v",
        f"cmn-latn-pinyin{voice['voice']}",
        "-s",
        str(voice["rate"]),
        "-p",
        str(voice["pitch"]),
    ]
    wav = subprocess.run([*command, "--stdout", pinyin(text)], capture_output=True, check=True).stdout
    # espeak-ng writes to a pipe, so its header has no true length: read the samples behind the 44 bytes.
    body = wav[44 : len(wav) - len(wav) % 2]
    frame = av.AudioFrame.from_ndarray(np.frombuffer(body, np.int16)[None], format="s16", layout="mono")
    frame.sample_rate = 22050
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    pieces = [piece.to_ndarray()[0] for piece in (*resampler.resample(frame), *resampler.resample(None))]
    sound = np.concatenate(pieces).astype(np.float32) / 32768
    loud = np.nonzero(np.abs(sound) > 0.002)[0]
    sound = sound[max(0, loud[0] - 160) : loud[-1] + 320]
    peak = float(np.abs(sound).max())
    return np.asarray(sound / peak, np.float32)


def telephone(sound: Sound) -> Sound:
    """Keep the telephone band, with soft edges so that it doesn't ring."""
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    low = np.clip((hertz - BAND[0] + 60) / 120, 0, 1)
    high = np.clip((BAND[1] + 100 - hertz) / 200, 0, 1)
    return np.fft.irfft(np.fft.rfft(sound) * low * high, len(sound)).astype(np.float32)


def decibels(level: float) -> float:
    return float(10 ** (level / 20))


def lay_out(
    turns: list[Turn], audio: dict[str, Any], dice: random.Random
) -> tuple[dict[str, Sound], list[tuple[float, float]]]:
    """Both speakers' channels and when each turn starts and ends."""
    placed: list[tuple[str, int, Sound]] = []
    times: list[tuple[float, float]] = []
    position, free = int(dice.uniform(0.5, 1.2) * RATE), 0
    for number, turn in enumerate(turns):
        start = position
        for i, phrase in enumerate(turn.phrases):
            if i:
                position += int(dice.uniform(0.5, 0.8) * RATE)
            sound = speak(phrase, audio[turn.speaker])
            placed.append((turn.speaker, position, sound))
            position += len(sound)
        times.append((round(start / RATE, 2), round(position / RATE, 2)))
        interrupts = not audio.get("mono") and 2 < number < len(turns) - 2 and dice.random() < 0.1
        gap = dice.uniform(-0.35, -0.15) if interrupts and number + 1 - free > 3 else dice.uniform(0.3, 1.1)
        free = number + 1 if gap < 0 else free
        # A speaker doesn't interrupt themself.
        if gap < 0 and turns[number + 1].speaker == turn.speaker:
            gap = 0.5
        position += int(gap * RATE)
    length = position + RATE // 2
    channels = {}
    for speaker, (level, _) in LEVELS.items():
        channel = np.zeros(length, np.float32)
        for who, at, sound in placed:
            if who == speaker:
                channel[at : at + len(sound)] += sound
        spoken = channel[channel != 0]
        if len(spoken):
            channel *= decibels(level + dice.uniform(-2, 2)) / float(np.sqrt(np.mean(spoken**2)))
        channels[speaker] = channel
    return channels, times


def samples_of(dialogue: dict[str, Any]) -> tuple[NDArray[np.int16], list[tuple[float, float]]]:
    """The call's 16-bit samples, one row a channel, and its timing."""
    audio, seed = dialogue["audio"], int(dialogue["call_id"][1:])
    dice, noise = random.Random(seed), np.random.default_rng(seed)
    channels, times = lay_out(turns_of(dialogue), audio, dice)
    sides = ["agent", "customer"] if audio.get("agent_side", "left") == "left" else ["customer", "agent"]
    rows = []
    for side in sides:
        hiss = noise.standard_normal(len(channels[side])).astype(np.float32) * decibels(
            audio.get("hiss", LEVELS[side][1])
        )
        row = telephone(channels[side] + hiss)
        rows.append(np.zeros_like(row) if audio.get("dead") == side else row)
    mix = np.stack([rows[0] + rows[1]] if audio.get("mono") else rows)
    return (np.clip(mix, -0.98, 0.98) * 32767).astype(np.int16), times


def encode(samples: NDArray[np.int16], path: Path, codec: str) -> None:
    """Write the samples with PyAV; bit-exact mode leaves out dates and random stream numbers."""
    layout = "mono" if len(samples) == 1 else "stereo"
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream(codec, rate=RATE)
        assert isinstance(stream, av.AudioStream)
        stream.layout = layout
        if codec in BIT_RATES:
            stream.bit_rate = BIT_RATES[codec]
        stream.codec_context.options = OPTIONS.get(codec, {})
        frame = av.AudioFrame.from_ndarray(samples.T.reshape(1, -1).copy(), format="s16", layout=layout)
        frame.sample_rate, frame.pts = RATE, 0
        fifo = av.AudioFifo()
        resampler = av.AudioResampler(
            format=stream.codec_context.format, layout=layout, rate=stream.codec_context.sample_rate
        )
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            piece.pts = None
            fifo.write(piece)
        stream.codec_context.open(strict=False)
        size = stream.codec_context.frame_size or 1024
        sent = 0
        while fifo.samples:
            part = fifo.read(min(size, fifo.samples))
            assert part is not None
            part.pts, sent = sent, sent + part.samples
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def gold_of(raw: dict[str, Any]) -> dict[str, Any]:
    """The reference answer; a step's list of indexes means that it was done there."""
    steps = raw["steps"]
    return {
        **raw,
        "steps": {step: "done" if isinstance(value, list) else value for step, value in steps.items()},
        "step_utterances": {step: value for step, value in steps.items() if isinstance(value, list)},
    }


def transcript_of(dialogue: dict[str, Any], times: list[tuple[float, float]]) -> dict[str, Any]:
    dead = dialogue["audio"].get("dead")
    utterances = []
    for turn, (start, end) in zip(turns_of(dialogue), times, strict=True):
        said: dict[str, Any] = {"speaker": turn.speaker, "start": start, "end": end, "text": turn.text}
        # On a dead channel these words were said and not recorded: no recogniser can be blamed for missing them.
        utterances.append({**said, "audible": False} if turn.speaker == dead else said)
    head = {"call_id": dialogue["call_id"], "title": "合成样例：" + dialogue["title"]}
    metadata = {**dialogue["metadata"], "synthetic": True}
    return {
        **head,
        "metadata": metadata,
        "script": dialogue["script"],
        "utterances": utterances,
        "gold": gold_of(dialogue["gold"]),
    }


def row_of(dialogue: dict[str, Any]) -> dict[str, Any]:
    audio, call = dialogue["audio"], dialogue["call_id"]
    side = "" if audio.get("mono") or call not in TELLS_CHANNEL else audio["agent_side"]
    row = {"file": dialogue["file"], "call_id": call, **dialogue["metadata"], "answered": "true", "agent_channel": side}
    return {**row, "agreed_plan": str(row["agreed_plan"]).lower()}


def write_table(dialogues: list[dict[str, Any]], path: Path) -> None:
    rows = [row_of(dialogue) for dialogue in dialogues]
    for attempt in ATTEMPTS:
        like = next(row for row in rows if row["call_id"] == attempt["like"])
        changed = {
            "file": "",
            "call_id": attempt["call_id"],
            "started_at": attempt["started_at"],
            "answered": "false",
            "agent_channel": "",
            "contact_relation": "",
        }
        rows.append({**like, **changed})
    with path.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dialogues", type=Path, default=HERE / "dialogues", help="folder of YAML dialogues")
    parser.add_argument(
        "--out", type=Path, default=HERE, help="folder that receives calls/, transcripts/ and metadata.csv"
    )
    parser.add_argument(
        "--only", nargs="*", default=[], metavar="ID", help="make only these calls (the table is always whole)"
    )
    options = parser.parse_args()
    dialogues = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(options.dialogues.glob("*.yaml"))]
    for folder in ("calls", "transcripts"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    for dialogue in dialogues:
        if options.only and dialogue["call_id"] not in options.only:
            continue
        samples, times = samples_of(dialogue)
        target = options.out / "calls" / dialogue["file"]
        encode(samples, target, dialogue["audio"]["codec"])
        text = json.dumps(transcript_of(dialogue, times), ensure_ascii=False, indent=2)
        (options.out / "transcripts" / f"{dialogue['call_id']}.json").write_text(text + "\n", encoding="utf-8")
        size = target.stat().st_size / 1024
        print(f"{target.name}: {samples.shape[1] / RATE:.1f} s, {len(samples)} channel(s), {size:.0f} KiB")
    write_table(dialogues, options.out / "metadata.csv")


if __name__ == "__main__":
    main()
