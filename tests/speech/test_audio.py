"""Decoding: what institutions hand over comes out as it was recorded, and what can't be used is refused with a way out."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from auditor.errors import HomeError, RecordingError, UsageError
from auditor.speech.audio import RawFormat, Sound, clip, decode, resample, write_canonical

RATE = 8000


def two_voices(seconds: float = 6.0, rate: int = RATE) -> NDArray[np.int16]:
    """Two different warbling tones, one a channel, as (samples, 2)."""
    time = np.arange(int(seconds * rate)) / rate
    left = np.sin(2 * np.pi * (300 + 200 * np.sin(time * 3)) * time) * 9000
    right = np.sin(2 * np.pi * (700 + 150 * np.sin(time * 2)) * time) * 6000
    return np.stack([left, right], axis=1).astype(np.int16)


def encode(path: Path, codec: str, samples: NDArray[np.int16], rate: int = RATE, container: str | None = None) -> Path:
    """Writes a lossy file with the libraries that ship with PyAV."""
    layout = "stereo" if samples.shape[1] == 2 else "mono"
    with av.open(str(path), "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples.reshape(1, -1)), format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            file.mux(packet)
    return path


def likeness(sound: Sound, samples: NDArray[np.int16]) -> float:
    """The worse channel's correlation with what was recorded."""
    reference = resample(Sound(np.ascontiguousarray(samples.T / 32768).astype(np.float32), RATE), sound.rate).samples
    length = min(reference.shape[1], sound.samples.shape[1])
    return min(float(np.corrcoef(a[:length], b[:length])[0, 1]) for a, b in zip(sound.samples, reference, strict=True))


@pytest.mark.parametrize(
    ("name", "subtype"),
    [("a.wav", "PCM_16"), ("a.wav", "ULAW"), ("a.wav", "ALAW"), ("a.wav", "IMA_ADPCM"), ("a.au", "PCM_16"),
     ("a.flac", "PCM_16"), ("a.ogg", "VORBIS"), ("a.aiff", "PCM_16"), ("a.w64", "PCM_16")],
)  # fmt: skip
def test_decodes_both_sides_in_their_order(tmp_path: Path, name: str, subtype: str) -> None:
    """Left stays left, right stays right, at the recording's own rate."""
    samples = two_voices()
    soundfile.write(tmp_path / name, samples, RATE, subtype=subtype)
    sound = decode(tmp_path / name)
    assert sound.samples.shape[0] == 2
    assert sound.rate == RATE
    assert likeness(sound, samples) > 0.98


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [("a.mp3", "mp3", None), ("a.m4a", "aac", None), ("a.opus", "libopus", "ogg"), ("a.webm", "libopus", None)],
)
def test_decodes_lossy_containers_on_the_recordings_time_line(
    tmp_path: Path, name: str, codec: str, container: str | None
) -> None:
    """No encoder delay shifts what was said."""
    samples = two_voices()
    assert likeness(decode(encode(tmp_path / name, codec, samples, container=container)), samples) > 0.9


def test_decodes_amr_from_a_mobile_recorder(tmp_path: Path) -> None:
    """AMR narrow band, mono."""
    sound = decode(encode(tmp_path / "a.amr", "libopencore_amrnb", two_voices()[:, :1]))
    assert sound.samples.shape[0] == 1
    assert sound.duration == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.vox", "VOX_ADPCM"), ("a.alaw", "ALAW"), ("a.ulaw", "ULAW"), ("a.pcm", "PCM_16")]
)
def test_headerless_recordings_need_and_heed_the_option(tmp_path: Path, name: str, subtype: str) -> None:
    """Without the option the error says which one to give; with it the sound is right."""
    samples = two_voices()[:, :1]
    path = tmp_path / name
    soundfile.write(path, samples, RATE, format="RAW", subtype=subtype)
    with pytest.raises(RecordingError, match=r"a\.\w+：.*没有文件头.*--raw"):
        decode(path)
    raw = RawFormat.parse({"a.vox": "vox", "a.alaw": "alaw:8000", "a.ulaw": "ulaw", "a.pcm": "pcm:8000:1"}[name])
    assert likeness(decode(path, raw=raw), samples) > 0.98


def test_the_raw_option_leaves_ordinary_recordings_alone(tmp_path: Path) -> None:
    """A folder may mix both kinds."""
    soundfile.write(tmp_path / "a.wav", two_voices(), RATE)
    assert decode(tmp_path / "a.wav", raw=RawFormat("alaw")).samples.shape == (2, 6 * RATE)


@pytest.mark.parametrize("text", ["mp3", "pcm:8", "pcm:8000:3", "vox:8000:2", "pcm:x", "pcm:8000:1:1", ""])
def test_a_senseless_raw_format_is_refused(text: str) -> None:
    """One sentence, not a traceback later on."""
    with pytest.raises(UsageError, match="无头录音"):
        RawFormat.parse(text)


def test_high_rates_come_down_to_what_recognisers_use(tmp_path: Path) -> None:
    """A 48 kHz softphone recording costs no more memory than need be."""
    soundfile.write(tmp_path / "a.wav", two_voices(rate=48_000), 48_000)
    sound = decode(tmp_path / "a.wav")
    assert sound.rate == 16_000
    assert sound.duration == pytest.approx(6.0, abs=0.01)


def test_a_truncated_mp3_is_decoded_and_its_stated_length_kept(tmp_path: Path) -> None:
    """It is the difference of the two that tells."""
    path = encode(tmp_path / "a.mp3", "mp3", two_voices(20))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    sound = decode(path)
    assert sound.declared == pytest.approx(20, abs=0.5)
    assert sound.duration == pytest.approx(10, abs=1)


def test_a_truncated_wav_states_its_full_length(tmp_path: Path) -> None:
    """The demuxer would shorten the header's length silently."""
    soundfile.write(tmp_path / "a.wav", two_voices(20), RATE)
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "a.wav").write_bytes(data[: len(data) // 4])
    sound = decode(tmp_path / "a.wav")
    assert sound.duration == pytest.approx(5, abs=0.1)
    assert sound.declared == pytest.approx(20, abs=0.1)


def test_a_wav_whose_header_was_never_finished_is_taken_as_it_is(tmp_path: Path) -> None:
    """Recorders that stream leave the length open: no mismatch to report."""
    soundfile.write(tmp_path / "a.wav", two_voices(), RATE)
    data = bytearray((tmp_path / "a.wav").read_bytes())
    place = data.index(b"data") + 4
    data[place : place + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.wav").write_bytes(data)
    sound = decode(tmp_path / "a.wav")
    assert sound.declared is None
    assert sound.duration == pytest.approx(6.0, abs=0.01)


def bad_recordings(folder: Path) -> dict[str, str]:
    """Bad files by name, and what their message must say."""
    good = two_voices(12)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("这是一份会议纪要。\n" * 200, encoding="utf-8")
    m4a = encode(folder / "cut.m4a", "aac", good)
    m4a.write_bytes(m4a.read_bytes()[: m4a.stat().st_size // 2])
    soundfile.write(folder / "noframes.wav", np.zeros((0, 2), np.int16), RATE)
    soundfile.write(folder / "corrupt.flac", good, RATE)
    flac = bytearray((folder / "corrupt.flac").read_bytes())
    for place in range(len(flac) // 3, len(flac), 1500):
        flac[place : place + 200] = b"\x5a" * 200
    (folder / "corrupt.flac").write_bytes(flac[: len(flac)])
    (folder / "folder.wav").mkdir()
    soundfile.write(folder / "conference.wav", np.zeros((RATE, 6), np.int16), RATE)
    soundfile.write(folder / "slow.wav", two_voices(1), 1000)
    (folder / "script.wav").write_text(f"ffconcat version 1.0\nfile '{folder / 'corrupt.flac'}'\n", encoding="utf-8")
    (folder / "playlist.mp3").write_text("#EXTM3U\n#EXTINF:6,\nhttp://127.0.0.1:9/a.ts\n", encoding="utf-8")
    os.mkfifo(folder / "pipe.wav")
    return {
        "empty.wav": "空的", "text.wav": "不是能识别的录音", "cut.m4a": "不是能识别的录音", "noframes.wav": "没有任何声音",
        "corrupt.flac": "损坏", "folder.wav": "不是普通文件", "conference.wav": "6 个声道", "slow.wav": "采样率",
        "script.wav": "不是能识别的录音", "playlist.mp3": "不是能识别的录音", "pipe.wav": "不是普通文件", "gone.wav": "找不到",
    }  # fmt: skip


def test_every_bad_recording_gets_one_clear_line(tmp_path: Path) -> None:
    """File, trouble, way out, on one line; also for scripts that would make a decoder open other files."""
    for name, trouble in bad_recordings(tmp_path).items():
        with pytest.raises(RecordingError) as caught:
            decode(tmp_path / name)
        line = str(caught.value)
        assert line.startswith(str(tmp_path / name)), line
        assert trouble in line, line
        assert "\n" not in line, line
        assert line.endswith("。"), line
        assert "请" in line, line


def test_an_unreadable_recording_is_refused(tmp_path: Path) -> None:
    """As an ordinary user, since root may read everything."""
    soundfile.write(tmp_path / "a.wav", two_voices(1), RATE)
    (tmp_path / "a.wav").chmod(0)
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from auditor.errors import RecordingError\n"
        "from auditor.speech.audio import decode\n"
        "import av, numpy\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: decode(Path('a.wav'))\n"
        "except RecordingError as error: print(error)\n"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder.is_relative_to(tmp_path.parents[2]):
            folder.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "a.wav：没有读取权限" in done.stdout


def test_the_canonical_copy_is_the_recording_bit_for_bit(tmp_path: Path) -> None:
    """For 16-bit recordings nothing at all is lost, and nothing temporary stays."""
    samples = two_voices()
    soundfile.write(tmp_path / "a.wav", samples, RATE)
    write_canonical(decode(tmp_path / "a.wav"), tmp_path / "audio" / "a.flac")
    kept, rate = soundfile.read(tmp_path / "audio" / "a.flac", dtype="int16")
    assert rate == RATE
    assert np.array_equal(kept, samples)
    assert [p.name for p in (tmp_path / "audio").iterdir()] == ["a.flac"]


def test_a_full_disk_leaves_no_half_copy(tmp_path: Path) -> None:
    """The write fails part way; the error says so and the folder stays clean."""
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from auditor.errors import HomeError\n"
        "from auditor.speech.audio import Sound, write_canonical\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "noise = np.random.default_rng(1).uniform(-1, 1, (2, 80000)).astype(np.float32)\n"
        "try: write_canonical(Sound(noise, 8000), Path('a.flac'))\n"
        "except HomeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "a.flac：无法写入录音副本" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written_names_the_place(tmp_path: Path) -> None:
    """Where a folder was expected there is a file."""
    (tmp_path / "audio").write_text("")
    with pytest.raises(HomeError, match="audio"):
        write_canonical(Sound(np.zeros((1, 800), np.float32), RATE), tmp_path / "audio" / "a.flac")


def test_clips_are_exact_to_the_sample(tmp_path: Path) -> None:
    """What a reviewer hears at 2.5 s is what was said at 2.5 s."""
    samples = two_voices()
    soundfile.write(tmp_path / "a.flac", samples, RATE)
    heard, rate = soundfile.read(io.BytesIO(clip(tmp_path / "a.flac", 2.5, 3.25)), dtype="int16")
    assert rate == RATE
    assert np.array_equal(heard, samples[20_000:26_000])
    past_the_end, _ = soundfile.read(io.BytesIO(clip(tmp_path / "a.flac", -1.0, 99.0)), dtype="int16")
    assert np.array_equal(past_the_end, samples)


@pytest.mark.parametrize(("start", "end"), [(7.0, 8.0), (3.0, 3.0), (-2.0, -1.0), (float("nan"), 1.0)])
def test_a_clip_outside_the_recording_is_refused(tmp_path: Path, start: float, end: float) -> None:
    """Also one of no length, and one that is no number."""
    soundfile.write(tmp_path / "a.flac", two_voices(), RATE)
    with pytest.raises(RecordingError, match="时间段"):
        clip(tmp_path / "a.flac", start, end)


def test_a_clip_of_a_missing_copy_says_how_to_get_it(tmp_path: Path) -> None:
    """The copy can be made again from the recording."""
    with pytest.raises(RecordingError, match="auditor run"):
        clip(tmp_path / "none.flac", 0.0, 1.0)


def test_a_clip_is_silent_where_it_is_told_to_be(tmp_path: Path) -> None:
    """Stretches count from the start of the recording; what lies outside the clip changes nothing."""
    path = tmp_path / "a.flac"
    write_canonical(Sound(np.full((2, 8000), 0.5, np.float32), 1000), path)
    sound, rate = soundfile.read(io.BytesIO(clip(path, 2.0, 6.0, [(0.0, 1.0), (1.5, 2.5), (4.0, 4.25), (5.9, 9.0)])))
    quiet = (sound == 0).all(axis=1)
    assert rate == 1000
    assert np.flatnonzero(quiet).tolist() == [*range(500), *range(2000, 2250), *range(3900, 4000)]


@pytest.mark.parametrize(
    ("name", "codec", "most"),
    [("a.wav", None, 0), ("a.flac", None, 0), ("a.ogg", "libopus", 1e-3), ("a.mp3", "mp3", 1e-3), ("a.m4a", "aac", 1e-3)],
)  # fmt: skip
def test_a_click_lies_in_the_clip_where_it_was_recorded(
    tmp_path: Path, name: str, codec: str | None, most: float
) -> None:
    """Through the canonical copy, for each container of the samples: exact where nothing is lost, else within its own smearing."""
    at, start = 3.217, 1.5
    samples, click = np.zeros((6 * RATE, 2), np.int16), round(at * RATE)
    samples[click] = 30_000
    if codec is None:
        soundfile.write(tmp_path / name, samples, RATE)
    else:
        encode(tmp_path / name, codec, samples)
    write_canonical(decode(tmp_path / name), tmp_path / "c.flac")
    heard, rate = soundfile.read(io.BytesIO(clip(tmp_path / "c.flac", start, start + 4)), dtype="int16", always_2d=True)
    assert len(heard) == 4 * rate
    for channel in heard.T.astype(int):
        off = int(np.argmax(np.abs(channel))) - (click / RATE - start) * rate
        assert abs(off) <= most * rate


def test_a_short_tone_lies_in_the_clip_where_it_was_recorded_by_a_mobile_recorder(tmp_path: Path) -> None:
    """AMR models voices and drops a click: a tone's middle is where it was, within one of its frames (20 ms)."""
    samples, first, length = np.zeros((6 * RATE, 1), np.int16), 3 * RATE + 137, RATE // 5
    samples[first : first + length, 0] = np.sin(2 * np.pi * 440 * np.arange(length) / RATE) * 12_000
    write_canonical(decode(encode(tmp_path / "a.amr", "libopencore_amrnb", samples)), tmp_path / "c.flac")
    heard, rate = soundfile.read(io.BytesIO(clip(tmp_path / "c.flac", 1.5, 5.5)), dtype="int16")
    energy = heard.astype(float) ** 2
    middle = float((energy * np.arange(len(energy))).sum() / energy.sum())
    assert abs(middle / rate - ((first + length / 2) / RATE - 1.5)) < 0.02


def test_a_tone_covers_both_channels_and_only_where_it_is_asked_for(tmp_path: Path) -> None:
    write_canonical(Sound(np.full((2, 2 * RATE), 0.25, np.float32), RATE), tmp_path / "c.flac")
    heard, _ = soundfile.read(
        io.BytesIO(clip(tmp_path / "c.flac", 0.5, 1.5, [(0.75, 1.0)], tone=1000.0)), dtype="int16"
    )
    covered = heard[RATE // 4 : RATE // 2]
    assert np.array_equal(covered[:, 0], covered[:, 1])
    assert np.argmax(np.abs(np.fft.rfft(covered[:, 0]))) * 4 == 1000
    assert (np.delete(heard, slice(RATE // 4, RATE // 2), axis=0) == 8192).all()
