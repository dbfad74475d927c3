"""A recording's bytes → samples; the canonical copy that everything later plays and cuts from.

A recording is decoded once. What is measured, recognised and kept as FLAC all comes from that one pass, so
that a second in the transcript is the same second in the player (seeking in an 8 kHz MP3 is off by its
encoder's delay; seeking in the canonical copy is exact).
"""

from __future__ import annotations

import io
import math
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from auditor.errors import HomeError, RecordingError, UsageError
from auditor.models import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Encoding = Literal["alaw", "ulaw", "pcm", "vox"]

LISTENING_RATE = 16_000
"""The rate recognisers work at; recordings with a higher one are brought down to it as they are decoded."""

CONTAINERS = frozenset({
    ".wav", ".w64", ".mp3", ".m4a", ".mp4", ".aac", ".3gp", ".ogg", ".oga", ".opus", ".spx", ".webm", ".mka", ".wma",
    ".asf", ".flac", ".au", ".snd", ".aif", ".aiff", ".caf", ".amr", ".awb", ".gsm", ".g722",
})  # fmt: skip
"""Suffixes of recordings that say themselves how they are coded."""

HEADERLESS: dict[str, Encoding | None] = {
    ".alaw": "alaw", ".al": "alaw", ".ulaw": "ulaw", ".ul": "ulaw", ".mulaw": "ulaw", ".pcm": "pcm", ".vox": "vox",
    ".raw": None, ".g711": None,
}  # fmt: skip
"""Suffixes of recordings without a header, and the coding that each suggests."""

# A playlist or concatenation script named like a recording could make the decoder open other files: only these
# are tried.
_FORMATS = (
    "wav,w64,mp3,mov,aac,ogg,matroska,webm,asf,flac,au,aiff,caf,amr,amrnb,amrwb,gsm,g722,g729,g723_1,ilbc,"
    "alaw,mulaw,s16le"
)
_OPEN_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
_RAW_FORMATS: dict[Encoding, str] = {"alaw": "alaw", "ulaw": "mulaw", "pcm": "s16le"}
# Containers that state their length; the others' is estimated from the bit rate and proves nothing.
_STATES_LENGTH = frozenset({"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "flac", "ogg", "asf"})
_MOST_SECONDS = 4 * 3600
_MOST_DAMAGE = 0.01
_BEEP = 2500  # of 32768: heard clearly, below speech
_REEXPORT = "请从录音系统重新导出。"


@dataclass(frozen=True, slots=True)
class RawFormat:
    """How a recording without a header is coded: ``pcm`` is 16-bit little-endian, ``vox`` is Dialogic ADPCM
    (mono).
    """

    encoding: Encoding
    rate: int = 8000
    channels: int = 1

    def __post_init__(self) -> None:
        if self.encoding not in get_args(Encoding):
            raise UsageError(f"不认识的无头录音编码 {self.encoding!r}，可用：{'、'.join(get_args(Encoding))}。")
        if not 4000 <= self.rate <= 48_000:
            raise UsageError(f"无头录音的采样率 {self.rate} 不合理，应在 4000 到 48000 之间。")
        if self.channels not in (1, 2) or (self.encoding == "vox" and self.channels != 1):
            raise UsageError(f"无头录音的声道数 {self.channels} 不合理：只能是 1 或 2，vox 只能是 1。")

    @classmethod
    def parse(cls, text: str) -> RawFormat:
        """From an option's text: ``编码[:采样率[:声道数]]``, such as ``alaw`` or ``pcm:16000:2``.

        Raises:
            UsageError: the text isn't of that form.
        """
        encoding, *numbers = text.strip().lower().split(":")
        if len(numbers) > 2 or not all(n.isascii() and n.isdigit() for n in numbers):
            raise UsageError(f"看不懂无头录音格式 {text!r}，应形如 alaw、ulaw:8000 或 pcm:16000:2。")
        return cls(encoding, *map(int, numbers))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A decoded recording.

    ``samples`` is float32, (channels, samples), full scale 1.0. ``declared`` is the length in seconds that the
    file itself states, where it does. ``skipped_streams`` counts audio streams beside the one that was
    decoded, ``damaged`` the packets that could not be.
    """

    samples: NDArray[np.float32]
    rate: int
    declared: float | None = None
    skipped_streams: int = 0
    damaged: int = 0

    @property
    def duration(self) -> float:
        """Seconds."""
        return float(self.samples.shape[1]) / self.rate

    def only(self, channel: int) -> Sound:
        """The same sound with one of its channels."""
        return replace(self, samples=self.samples[channel : channel + 1])


def decode(path: Path, *, raw: RawFormat | None = None) -> Sound:
    """Decodes a recording: one or two channels, at its own rate or, where that is higher, at ``LISTENING_RATE``.

    Args:
        path: the file.
        raw: how to read a file without a header; files whose suffix is one of ``CONTAINERS`` ignore it.

    Raises:
        RecordingError: it can't be read, isn't a recording, is damaged, holds no sound, or is absurdly long or wide.
    """
    check_usable(path, raw)
    if path.suffix.lower() in CONTAINERS:
        raw = None
    sound = _decode_vox(path, raw) if raw is not None and raw.encoding == "vox" else _decode_av(path, raw)
    if sound.samples.shape[1] == 0:
        raise RecordingError(str(path), "里面没有任何声音数据", _REEXPORT)
    return sound


def resample(sound: Sound, rate: int) -> Sound:
    """The same sound at another rate, on the same time line."""
    import av
    import numpy as np

    if sound.rate == rate:
        return sound
    channels = []
    for samples in sound.samples:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples[None]), format="flt", layout="mono")
        frame.sample_rate = sound.rate
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        frames = (*resampler.resample(frame), *resampler.resample(None))
        channels.append(np.concatenate([f.to_ndarray()[0] for f in frames]))
    return replace(sound, samples=np.stack(channels), rate=rate)


def write_canonical(sound: Sound, path: Path) -> None:
    """Writes the sound as 16-bit FLAC: whole or not at all.

    Raises:
        HomeError: it can't be written (no permission, disk full).
    """
    import soundfile

    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            encoded = io.BytesIO()
            soundfile.write(encoded, _as_int16(sound.samples), sound.rate, format="FLAC", subtype="PCM_16")
            file.write(encoded.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()
        raise HomeError(f"{path}：无法写入录音副本（{error.strerror or error}）。请检查磁盘空间和写入权限。") from error


def clip(path: Path, start: float, end: float, silence: Sequence[Span] = (), *, tone: float = 0.0) -> bytes:
    """The stretch from ``start`` to ``end`` (seconds) of a canonical copy, as a WAV file's bytes, exact to the
    sample.

    Args:
        path: the canonical copy.
        start, end: the stretch.
        silence: stretches of the recording (seconds) in which nothing is to be heard (see ``text.masking.silences``).
        tone: the pitch (Hz) of a tone that is heard there instead, on every channel; 0 for none.

    Raises:
        RecordingError: the copy is missing or unreadable, or the stretch lies outside it.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            length = file.frames / file.samplerate
            if not (start < end and end > 0 and start < length):
                trouble = f"时间段 {start:.2f}–{end:.2f} 秒不在录音（{length:.2f} 秒）之内"
                raise RecordingError(str(path), trouble, "请刷新页面再试。")
            first, last = round(max(start, 0.0) * file.samplerate), round(min(end, length) * file.samplerate)
            file.seek(first)
            samples = file.read(last - first, dtype="int16", always_2d=True)
            for begins, ends in silence:
                quiet = (
                    max(0, math.floor(begins * file.samplerate) - first),
                    math.ceil(ends * file.samplerate) - first,
                )
                covered = samples[slice(*quiet) if quiet[1] > 0 else slice(0)]
                covered[:] = _beep(len(covered), file.samplerate, tone)[:, None] if tone else 0
            wav = io.BytesIO()
            soundfile.write(wav, samples, file.samplerate, format="WAV", subtype="PCM_16")
    except (OSError, soundfile.LibsndfileError) as error:
        raise RecordingError(str(path), "录音副本不存在或已损坏", "请对这通录音重新运行 auditor run。") from error
    return wav.getvalue()


def _beep(length: int, rate: int, tone: float) -> NDArray[np.int16]:
    import numpy as np

    return np.round(_BEEP * np.sin(2 * np.pi * tone * np.arange(length) / rate)).astype(np.int16)


def check_usable(path: Path, raw: RawFormat | None = None) -> None:
    """Refuses what ``decode`` would refuse without looking inside.

    Raises:
        RecordingError: the file is missing, empty, unreadable or no plain file, or has no header and ``raw``
        is not given.
    """
    suffix = path.suffix.lower()
    if raw is None and suffix in HEADERLESS:
        guess = HEADERLESS[suffix] or "alaw"
        remedy = f"请用 --raw 指明，例如 --raw {guess}:8000:1。"
        raise RecordingError(str(path), "这是没有文件头的录音，无法自己判断编码", remedy)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise RecordingError(str(path), "不是普通文件", "请给出录音文件。")
        if status.st_size == 0:
            raise RecordingError(str(path), "文件是空的（0 字节）", _REEXPORT)
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise RecordingError(str(path), "找不到这个文件", "请检查路径。") from None
    except PermissionError:
        raise RecordingError(str(path), "没有读取权限", "请检查文件权限后重试。") from None
    except OSError as error:
        raise RecordingError(
            str(path), f"读不出来（{error.strerror or error}）", "请检查磁盘或网络盘后重试。"
        ) from None


def _decode_vox(path: Path, raw: RawFormat) -> Sound:
    import soundfile

    if path.stat().st_size * 2 > _MOST_SECONDS * raw.rate:
        raise _too_long(path)
    samples, _ = soundfile.read(
        path, dtype="float32", always_2d=True, format="RAW", subtype="VOX_ADPCM", samplerate=raw.rate, channels=1
    )
    return Sound(samples.T, raw.rate)


def _decode_av(path: Path, raw: RawFormat | None) -> Sound:
    import av

    options = dict(_OPEN_OPTIONS)
    if raw is not None:
        options |= {"sample_rate": str(raw.rate), "ch_layout": "stereo" if raw.channels == 2 else "mono"}
    try:
        with av.open(
            str(path.absolute()),
            format=None if raw is None else _RAW_FORMATS[raw.encoding],
            options=options,
            metadata_errors="ignore",
        ) as container:
            if not container.streams.audio:
                raise RecordingError(str(path), "文件里没有声音", "请给出录音文件。")
            samples, rate, damaged = _read_stream(path, container)
            stated = _stated_seconds(path, container, samples.shape[1] / rate) if raw is None else None
            return Sound(samples, rate, stated, len(container.streams.audio) - 1, damaged)
    except (av.error.FFmpegError, ValueError) as error:
        if isinstance(error, av.error.MemoryError):
            raise
        raise RecordingError(
            str(path),
            "不是能识别的录音（可能是改了扩展名的其他文件，也可能没有下载或导出完整）",
            f"{_REEXPORT.rstrip('。')}；没有文件头的录音请用 --raw 指明编码。",
        ) from error


def _read_stream(path: Path, container: Any) -> tuple[NDArray[np.float32], int, int]:
    """The first audio stream's samples, their rate, and the number of damaged packets."""
    import av
    import numpy as np

    stream = container.streams.audio[0]
    if stream.channels not in (1, 2):
        remedy = "请导出为单声道，或坐席与客户各一声道的双声道。"
        raise RecordingError(str(path), f"有 {stream.channels} 个声道", remedy)
    if not 4000 <= stream.rate <= 384_000:
        raise RecordingError(str(path), f"采样率 {stream.rate} Hz 不合理", _REEXPORT)
    rate = min(stream.rate, LISTENING_RATE)
    # The plain names: a WAV often says only "2 channels", and the order of its channels must stay as it is.
    resampler: Any = av.AudioResampler(format="fltp", layout="stereo" if stream.channels == 2 else "mono", rate=rate)
    parts: list[NDArray[np.float32]] = []
    length = packets = damaged = 0
    for frames in _packets(container, stream):
        packets += 1
        if frames is None:
            damaged += 1
            continue
        for frame in frames:
            frame.pts = None
            parts.extend(f.to_ndarray() for f in resampler.resample(frame))
            length += frame.samples
        if length > _MOST_SECONDS * stream.rate:
            raise _too_long(path)
    if parts:
        parts.extend(f.to_ndarray() for f in resampler.resample(None))
    if damaged > max(1, packets * _MOST_DAMAGE) or (damaged and not parts):
        raise RecordingError(str(path), f"数据已损坏（{packets} 段中有 {damaged} 段无法解码）", _REEXPORT)
    samples = np.concatenate(parts, axis=1) if parts else np.zeros((stream.channels, 0), np.float32)
    return samples, rate, damaged


def _packets(container: Any, stream: Any) -> Iterator[list[Any] | None]:
    """Each packet's frames; ``None`` for one that can't be decoded (at which ``container.decode`` would end)."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            if packet is None:
                return
            frames = packet.decode()
        except av.error.InvalidDataError:
            yield None
        else:
            yield frames


def _stated_seconds(path: Path, container: Any, decoded: float) -> float | None:
    """The length that the file's own header states, where it is a statement and not the demuxer's estimate."""
    name = container.format.name
    if name == "wav":
        share = _wav_share_present(path)
        return None if share is None else decoded / share
    if name in _STATES_LENGTH or (name == "mp3" and _mp3_states_length(path)):
        return container.duration / 1_000_000 if container.duration else None
    return None


def _wav_share_present(path: Path) -> float | None:
    """How much of the data that a WAV's header announces is in the file; ``None`` where the header leaves it open."""
    with path.open("rb") as file:
        if file.read(12)[:4] != b"RIFF":
            return None
        while len(header := file.read(8)) == 8:
            size = int.from_bytes(header[4:], "little")
            if header[:4] == b"data":
                # Recorders that stream leave 0 or the largest number here.
                present = path.stat().st_size - file.tell()
                return None if size == 0 or size >= 0xFFFFFF00 else min(1.0, present / size) or None
            file.seek(size + size % 2, os.SEEK_CUR)
    return None


def _mp3_states_length(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(10)
        tag = 0
        if head[:3] == b"ID3":
            tag = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(tag)
        frame = file.read(4096)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def _too_long(path: Path) -> RecordingError:
    return RecordingError(str(path), f"超过 {_MOST_SECONDS // 3600} 小时", "请按通话切开后再试。")


def _as_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """Samples as (samples, channels) int16; exact for recordings that were 16-bit or less."""
    import numpy as np

    return np.clip(np.round(samples.T * 32768.0), -32768, 32767).astype(np.int16)
