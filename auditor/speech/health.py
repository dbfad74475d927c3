"""What a recording's sound says about its usefulness: loudness, and whether each channel carries one person's
voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from auditor.models import Acoustics, CallWarning, ChannelAcoustics, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from auditor.speech.audio import Sound

LOUDNESS_STEP = 0.1
"""Seconds that one loudness value stands for."""

_FLOOR = -100.0
_INAUDIBLE = -60.0
_MARGIN = 0.8
_SILENT_BELOW = -55.0
_CLIPPED_ABOVE = 0.001
_SIDES = {0: "左声道", 1: "右声道"}


def examine(sound: Sound, speech: Sequence[Sequence[Span]]) -> tuple[Acoustics, tuple[CallWarning, ...]]:
    """Measures each channel and names what is wrong with the recording.

    Args:
        sound: the decoded recording.
        speech: each channel's voice-activity spans, in seconds.

    Returns:
        The measurements, and any of the warnings ``mono``, ``dead_channel``, ``duplicated_channels``, ``one_sided``,
        ``clipped``, ``length_mismatch``, ``damaged`` and ``extra_streams``.
    """
    channels = tuple(
        _channel(number, samples, sound.rate, spans)
        for number, (samples, spans) in enumerate(zip(sound.samples, speech, strict=True))
    )
    acoustics = Acoustics(sound.duration, sound.rate, channels)
    return acoustics, (*_channel_warnings(sound, channels), *_file_warnings(sound))


def is_duplicated(sound: Sound) -> bool:
    """Whether both channels hold the same signal: a mono recording stored as stereo, perhaps through a lossy
    codec.
    """
    import numpy as np

    if len(sound.samples) != 2:
        return False
    left, right = sound.samples
    total = float(np.dot(left, left) + np.dot(right, right))
    difference = left - right
    return total > 0 and float(np.dot(difference, difference)) < 1e-3 * total


def _channel(number: int, samples: NDArray[np.float32], rate: int, speech: Sequence[Span]) -> ChannelAcoustics:
    import numpy as np

    peak = float(np.max(np.abs(samples)))
    return ChannelAcoustics(
        channel=number,
        speech=tuple((round(start, 3), round(end, 3)) for start, end in speech),
        loudness=loudness(samples, rate),
        peak=round(peak, 5),
        clipped_share=round(_clipped_share(samples, peak), 6),
    )


def loudness(samples: NDArray[np.float32], rate: int) -> tuple[float, ...]:
    """RMS level in dBFS for each ``LOUDNESS_STEP``, the last step as long as what is left; -100 for digital
    silence.
    """
    import numpy as np

    starts = np.round(np.arange(0, len(samples) / rate, LOUDNESS_STEP) * rate).astype(np.int64)
    starts = starts[starts < len(samples)]
    power = np.add.reduceat(np.square(samples, dtype=np.float64), starts) / np.diff(starts, append=len(samples))
    return tuple(np.round(np.maximum(10 * np.log10(np.maximum(power, 1e-10)), _FLOOR), 1).tolist())


def audible(levels: Sequence[float]) -> tuple[Span, ...]:
    """The parts of a channel, in seconds, where anything at all rises above its steady noise, 0.8 s wider.

    Args:
        levels: the channel's loudness. Steady noise varies by less than a decibel from step to step; speech that anybody
            could understand stands out by far more than the three asked for here.
    """
    import numpy as np

    if not levels:
        return ()
    floor = max(float(np.quantile(levels, 0.1)) + 3.0, _INAUDIBLE)
    width = 2 * round(_MARGIN / LOUDNESS_STEP) + 1
    loud = np.convolve(np.asarray(levels) > floor, np.ones(width), mode="full") > 0.5
    loud = loud[width // 2 : width // 2 + len(levels)]
    edges = np.flatnonzero(np.diff(loud.astype(np.int8), prepend=0, append=0)).tolist()
    return tuple((a * LOUDNESS_STEP, b * LOUDNESS_STEP) for a, b in zip(edges[::2], edges[1::2], strict=True))


def _clipped_share(samples: NDArray[np.float32], peak: float) -> float:
    """The share of samples inside flat tops: three or more in a row at the channel's own peak (µ-law has 0.98)."""
    import numpy as np

    if peak < 0.5:
        return 0.0
    top = samples >= 0.999 * peak
    bottom = samples <= -0.999 * peak
    share = 0.0
    for at_limit in (top, bottom):
        inner = at_limit[:-2] & at_limit[1:-1] & at_limit[2:]
        flat = np.zeros(len(samples), dtype=bool)
        for shift in range(3):
            flat[shift : len(flat) - 2 + shift] |= inner
        share += float(np.mean(flat))
    return share


def _channel_warnings(sound: Sound, channels: tuple[ChannelAcoustics, ...]) -> list[CallWarning]:
    found = []
    if len(channels) == 1:
        found.append(CallWarning("mono", "单声道录音：坐席与客户在同一声道，不能按声道区分说话人。"))
    dead = [c.channel for c in channels if _is_dead(c)]
    for c in dead:
        found.append(CallWarning("dead_channel", f"{_side(c, channels)}没有声音：这一侧没有录下来，请检查录音线路。"))
    if not dead and is_duplicated(sound):
        found.append(CallWarning("duplicated_channels", "左右声道内容相同：实为单声道录音，不能按声道区分说话人。"))
    elif len(channels) == 2 and not dead:
        talk = [sum(end - start for start, end in c.speech) for c in channels]
        quiet = talk.index(min(talk))
        if talk[quiet] < 1.0 and talk[1 - quiet] >= 5.0:
            found.append(CallWarning("one_sided", f"只有一侧在说话：{_SIDES[quiet]}有声音但没有人声。"))
    for clipped in (c for c in channels if c.clipped_share > _CLIPPED_ABOVE):
        loss = f"{clipped.clipped_share:.1%} 的采样被削平"
        found.append(
            CallWarning("clipped", f"{_side(clipped.channel, channels)}音量过载失真（{loss}），识别可能不准。")
        )
    return found


def _file_warnings(sound: Sound) -> list[CallWarning]:
    found = []
    declared = sound.declared
    if declared is not None and abs(declared - sound.duration) > max(0.5, 0.01 * declared):
        found.append(
            CallWarning(
                "length_mismatch",
                f"文件标称 {declared:.1f} 秒，实际解码出 {sound.duration:.1f} 秒：录音可能被截断，请重新导出后再审。",
            )
        )
    if sound.damaged:
        found.append(CallWarning("damaged", f"录音有 {sound.damaged} 处数据损坏，已跳过，附近的内容可能缺失。"))
    if sound.skipped_streams:
        text = f"文件里另有 {sound.skipped_streams} 条音轨没有处理，请合并成一条双声道音轨后再审。"
        found.append(CallWarning("extra_streams", text))
    return found


def _is_dead(channel: ChannelAcoustics) -> bool:
    """No voice and, but for a click here and there, no sound: at most one step in a hundred is above the floor."""
    loud = sum(level > _SILENT_BELOW for level in channel.loudness)
    return not channel.speech and loud <= len(channel.loudness) / 100


def _side(channel: int, channels: tuple[ChannelAcoustics, ...]) -> str:
    return "录音" if len(channels) == 1 else _SIDES[channel]
