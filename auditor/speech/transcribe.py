"""Who turns sound into words: the ``Transcriber`` protocol, and faster-whisper behind it.

Three things are done here that the engine leaves undone. Utterances begin and end where each channel's voice
does, not where the model's timestamps say. Nothing is filtered: the batched engine ignores its own no-speech,
log-probability and compression thresholds, so the evidence goes to ``quarantine``. And a call is never
recognised together with another one, so that a resumed run gives the same words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from auditor.errors import ModelError
from auditor.models import Span, Utterance, Word
from auditor.speech.audio import LISTENING_RATE
from auditor.speech.health import audible, loudness
from auditor.speech.windows import Policy, Window, plan, unpacked

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from auditor.speech.audio import Sound

_MODEL_FILES = ("config.json", "model.bin", "tokenizer.json")
_LOOPING = 2.4
_MOST_HOTWORD_TOKENS = 80
_PAUSE_MS, _SHORTEST_SPEECH_MS, _SPEECH_PAD_MS = 400, 100, 50


@dataclass(frozen=True, slots=True)
class Guess:
    """An utterance as the recogniser heard it, and how sure it was: mean log probability, chance that nobody
    spoke.
    """

    utterance: Utterance
    avg_logprob: float | None = None
    no_speech: float | None = None


class Transcriber(Protocol):
    """Turns a recording into words."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same sound might give other words: engine, model, every option that bears on them."""

    @property
    def hotwords(self) -> tuple[str, ...]:
        """The words it was told to expect."""

    def transcribe(self, sound: Sound, speech: Sequence[Sequence[Span]]) -> tuple[Guess, ...]:
        """What was said, in order of time, every speaker ``unknown``.

        Args:
            sound: the recording at ``LISTENING_RATE``.
            speech: each channel's voice-activity spans in seconds; a channel without any is not heard.

        Raises:
            RuntimeError: the engine failed, for example for want of memory.
        """


def voice_spans(sound: Sound) -> tuple[tuple[Span, ...], ...]:
    """Where somebody speaks on each channel of a recording at ``LISTENING_RATE``, in seconds, by Silero VAD.

    Spans are apart by pauses of at least 0.4 s. Only what stands out of the channel's steady noise is looked at: half of
    each channel is the other side's turn, and the look costs up to a tenth of what a small model's recognition does.
    """
    return tuple(
        tuple(span for part in audible(loudness(samples, sound.rate)) for span in _voice_within(samples, part))
        for samples in sound.samples
    )


def _voice_within(samples: NDArray[np.float32], part: Span) -> Iterator[Span]:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        min_silence_duration_ms=_PAUSE_MS, min_speech_duration_ms=_SHORTEST_SPEECH_MS, speech_pad_ms=_SPEECH_PAD_MS
    )
    first, last = (round(t * LISTENING_RATE) for t in part)
    for speech in get_speech_timestamps(samples[first:last], options):
        yield (first + speech["start"]) / LISTENING_RATE, (first + speech["end"]) / LISTENING_RATE


def find_model(model: str | Path, *, download: bool = True) -> Path:
    """The folder of a CTranslate2 Whisper model.

    Args:
        model: a folder, which is never looked for anywhere else, or a size name such as ``small``, which is
            looked for in the local cache first.
        download: whether a size that isn't in the cache may be fetched from the internet.

    Raises:
        ModelError: it isn't there, or not complete; says how to get it.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _complete(folder)
    from faster_whisper import available_models

    if str(model) not in available_models():
        raise ModelError(
            f"找不到模型「{model}」：没有这个文件夹，也不是已知的模型名（{'、'.join(available_models())}）。"
            "请检查 --model 给出的路径。"
        )
    return _complete(Path(_from_hub(str(model), download)))


class FasterWhisper:
    """faster-whisper with one model, loaded once.

    Args:
        model: a folder or a size name; see ``find_model``.
        device: ``cpu``, ``cuda``, or ``auto``: the GPU where there is one.
        compute_type: a CTranslate2 type, or ``auto``: int8 on the CPU, float16 on a GPU.
        beam_size: hypotheses kept while decoding.
        hotwords: words to expect, most important first; what exceeds some eighty tokens is left out, since the
            prompt takes room from the transcript.
        window: ``packed`` for ordinary models, ``single`` for models that drift on long windows.
        language: what is spoken.
        cpu_threads: threads a model run may use; 0 leaves the choice to the engine.

    Raises:
        ModelError: the model is missing, incomplete, or can't be loaded on the device.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        device: str = "auto",
        compute_type: str = "auto",
        beam_size: int = 5,
        hotwords: Sequence[str] = (),
        window: Policy = "packed",
        language: str = "zh",
        cpu_threads: int = 0,
    ) -> None:
        folder = find_model(model)
        self._engine, device, compute_type = _load(folder, device, compute_type, cpu_threads)
        self._beam_size, self._window, self._language = beam_size, window, language
        # A GPU is faster with several windows at a time; a CPU is not (measured: 5 to 20 % slower).
        self._batch_size = 8 if device == "cuda" else 1
        self._hotwords = _that_fit(hotwords, self._engine.model.hf_tokenizer)
        name = Path(model).expanduser().resolve().name if Path(model).expanduser().is_dir() else str(model)
        options = [f"faster-whisper {version('faster-whisper')}", f"{name}@{_hash_of(folder)}", device, compute_type]
        options += [f"beam {beam_size}", window, language]
        if self._hotwords:
            options.append(f"hotwords@{hashlib.sha256(chr(10).join(self._hotwords).encode()).hexdigest()[:8]}")
        self._fingerprint = " ".join(options)

    @property
    def fingerprint(self) -> str:
        """Engine, model and the hash of its files, device, and options, on one readable line."""
        return self._fingerprint

    @property
    def hotwords(self) -> tuple[str, ...]:
        """The words that were told to the model."""
        return self._hotwords

    def transcribe(self, sound: Sound, speech: Sequence[Sequence[Span]]) -> tuple[Guess, ...]:
        """See ``Transcriber.transcribe``. A packed window that the model loops on is heard again piece by piece."""
        heard = self._hear(sound, plan(sound.samples, sound.rate, speech, self._window))
        looping = [
            w for w, segments in heard if len(w.pieces) > 1 and any(s.compression_ratio > _LOOPING for s in segments)
        ]
        again = self._hear(sound, [single for w in looping for single in unpacked(w)])
        lines: dict[tuple[int, Span], _Line] = {}
        for window, segments in (*heard, *again):
            if window not in looping:
                _deal_out(window, segments, lines)
        guesses = (line.guess(channel if len(sound.samples) > 1 else None, s) for (channel, s), line in lines.items())
        return tuple(sorted(guesses, key=lambda g: (g.utterance.start, g.utterance.channel or 0)))

    def _hear(self, sound: Sound, windows: Sequence[Window]) -> list[tuple[Window, list[Any]]]:
        """Each window with the engine's segments for it."""
        import numpy as np

        if not windows:
            return []
        parts = [w.samples(sound.samples, sound.rate) for w in windows]
        bounds = np.cumsum([0, *map(len, parts)])
        segments, _ = self._engine.transcribe(
            np.concatenate(parts),
            language=self._language,
            beam_size=self._beam_size,
            word_timestamps=True,
            without_timestamps=True,
            hotwords=" ".join(self._hotwords) or None,
            clip_timestamps=[
                {"start": first / LISTENING_RATE, "end": last / LISTENING_RATE}
                for first, last in pairwise(bounds.tolist())
            ],
            batch_size=self._batch_size,
        )
        by_window: list[list[Any]] = [[] for _ in windows]
        for segment in segments:  # the engine works, and fails, only as its segments are asked for
            # ``seek`` is the window's start in hundredths of a second, rounded down: two later is inside the window.
            inside = (segment.seek + 2) * LISTENING_RATE // 100
            by_window[int(np.searchsorted(bounds, inside, side="right")) - 1].append(segment)
        return list(zip(windows, by_window, strict=True))


@dataclass(slots=True)
class _Line:
    """An utterance in the making: words fall into it window by window."""

    words: list[Word] = field(default_factory=list)
    unplaced: str = ""
    avg_logprob: float = 0.0
    no_speech: float = 0.0

    def guess(self, channel: int | None, stretch: Span) -> Guess:
        start, end = (round(t, 3) for t in stretch)
        words = tuple(
            Word(w.text, min(max(w.start, start), end), min(max(w.end, start), end), w.probability) for w in self.words
        )
        sure = [w.probability for w in words if w.probability is not None]
        return Guess(
            Utterance(
                speaker="unknown",
                start=start,
                end=end,
                text="".join(w.text for w in words).strip() or self.unplaced,
                words=words,
                confidence=round(sum(sure) / len(sure), 4) if sure else None,
                channel=channel,
            ),
            round(self.avg_logprob, 4),
            round(self.no_speech, 4),
        )


def _deal_out(window: Window, segments: Iterable[Any], lines: dict[tuple[int, Span], _Line]) -> None:
    """Gives each of a window's words to the stretch that was playing at the word's middle."""
    for segment in segments:
        origin = segment.seek / 100
        touched = []
        for word in segment.words:
            start, end = float(word.start) - origin, float(word.end) - origin
            middle = (start + end) / 2
            piece, at = window.locate(middle)
            line = lines.setdefault((piece.channel, piece.stretch), _Line())
            shift = at - middle
            line.words.append(
                Word(word.word, round(start + shift, 3), round(end + shift, 3), round(float(word.probability), 4))
            )
            touched.append(line)
        if not touched and segment.text.strip():
            first = window.pieces[0]
            line = lines.setdefault((first.channel, first.stretch), _Line())
            line.unplaced += segment.text.strip()
            touched.append(line)
        for line in touched:
            line.avg_logprob = min(line.avg_logprob, segment.avg_logprob)
            line.no_speech = max(line.no_speech, segment.no_speech_prob)


def _load(folder: Path, device: str, compute_type: str, cpu_threads: int) -> tuple[Any, str, str]:
    """The engine, and the device and compute type that it settled on."""
    import ctranslate2  # type: ignore[import-untyped]
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    try:
        if device == "auto":
            device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
        if compute_type == "auto":
            compute_type = "int8" if device == "cpu" else "float16"
        model = WhisperModel(str(folder), device=device, compute_type=compute_type, cpu_threads=cpu_threads)
        return BatchedInferencePipeline(model), device, model.model.compute_type
    except Exception as error:  # the engine raises whatever its file readers do
        raise ModelError(
            f"{folder}：模型载入失败（{str(error).splitlines()[0][:200] or type(error).__name__}）。"
            "请检查 --device 与 --compute-type，或重新复制整个模型文件夹。"
        ) from error


def _complete(folder: Path) -> Path:
    """The folder, if it holds all that a model needs. (The engine would fetch a missing tokenizer.)"""
    missing = [name for name in _MODEL_FILES if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise ModelError(
            f"{folder}：不是完整的 CTranslate2 Whisper 模型文件夹，缺少 {'、'.join(missing)}。"
            "请重新复制整个模型文件夹。"
        )
    return folder


def _from_hub(size: str, download: bool) -> str:
    from faster_whisper.utils import download_model

    try:
        return str(download_model(size, local_files_only=True))
    except OSError:
        pass
    try:
        if download:
            return str(download_model(size))
        reason = "本机没有这个模型"
    except Exception as error:  # every layer of the download has errors of its own
        reason = f"本机没有这个模型，也无法下载（{type(error).__name__}）"
    raise ModelError(
        f"模型 {size}：{reason}。请在能上网的机器上下载它的 CTranslate2 模型文件夹"
        f"（在 huggingface.co 搜索 faster-whisper-{size}），复制到本机，再用 --model 文件夹 指定。"
    )


def _hash_of(folder: Path) -> str:
    """Twelve hex digits over the model's files."""
    digest = hashlib.sha256()
    names = (*_MODEL_FILES, "preprocessor_config.json", *(p.name for p in folder.glob("vocabulary.*")))
    for path in sorted(folder / name for name in names if (folder / name).is_file()):
        with path.open("rb") as file:
            digest.update(f"{path.name}\n{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:12]


def _that_fit(hotwords: Sequence[str], tokenizer: Any) -> tuple[str, ...]:
    kept: list[str] = []
    room = _MOST_HOTWORD_TOKENS
    for word in dict.fromkeys(w.strip() for w in hotwords if w.strip()):
        room -= len(tokenizer.encode(" " + word, add_special_tokens=False).ids)
        if room < 0:
            break
        kept.append(word)
    return tuple(kept)
