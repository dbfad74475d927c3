"""A recording → what was heard on it: decode, voice activity, channel health, recognition, quarantine, voices told apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auditor.errors import RecordingError
from auditor.models import Acoustics, CallWarning, Recording, Utterance
from auditor.speech.audio import LISTENING_RATE, RawFormat, Sound, decode, resample
from auditor.speech.diarize import Diarizer, by_voice
from auditor.speech.health import examine, is_duplicated
from auditor.speech.quarantine import quarantine
from auditor.speech.transcribe import Transcriber, voice_spans


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What one recording gave.

    ``utterances`` are in order of time, every speaker ``unknown``, ``channel`` set where the recording has one
    channel a side, or where voices on one channel were told apart, which ``diarized`` says. ``sound`` is the decoded
    recording, for the canonical copy.
    """

    utterances: tuple[Utterance, ...]
    acoustics: Acoustics
    sound: Sound
    warnings: tuple[CallWarning, ...]
    diarized: bool = False


def hear(
    recording: Recording,
    transcriber: Transcriber,
    *,
    raw: RawFormat | None = None,
    diarizer: Diarizer | None = None,
) -> Heard:
    """Hears a recording; decodes it once.

    Args:
        recording: the recording; its own warnings are not repeated.
        transcriber: who recognises the words.
        raw: how to read a recording without a header.
        diarizer: what tells voices apart where everybody is on one channel; without it they stay together.

    Raises:
        ModelError: the diarizer's model can't be loaded.
        RecordingError: the recording can't be decoded, or an engine failed on it.
    """
    sound = decode(Path(recording.path), raw=raw)
    try:
        return listen(sound, transcriber, diarizer)
    except RuntimeError as error:
        trouble = f"语音识别引擎出错（{str(error).splitlines()[0][:200] or type(error).__name__}）"
        remedy = "若是内存或显存不足，请换小一些的模型，或用 --device cpu；否则请重试。"
        raise RecordingError(recording.path, trouble, remedy) from error


def listen(sound: Sound, transcriber: Transcriber, diarizer: Diarizer | None = None) -> Heard:
    """What was heard on a decoded recording, what was measured of it, and what is wrong with it."""
    audible = resample(sound, LISTENING_RATE)
    speech = voice_spans(audible)
    acoustics, warnings = examine(sound, speech)
    if is_duplicated(sound):
        # Heard twice it would be two people saying the same.
        audible, speech = audible.only(0), speech[:1]
    heard = quarantine(transcriber.transcribe(audible, speech), acoustics, transcriber.hotwords)
    if diarizer is None or len(audible.samples) > 1 or not heard:
        return Heard(heard, acoustics, sound, warnings)
    told_apart = by_voice(heard, diarizer.diarize(audible.samples[0], LISTENING_RATE, speech[0]))
    if len({u.channel for u in told_apart}) == 1:
        warnings = (*warnings, CallWarning("one_voice", "单声道录音里只分辨出一个人的声音。"))
    return Heard(told_apart, acoustics, sound, warnings, diarized=True)
