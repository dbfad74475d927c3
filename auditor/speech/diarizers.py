"""The diarizers there are, by the name that a user gives them: the built-in, and two engines with models of the user's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import ModelError, UsageError
from auditor.speech.diarize import Diarizer, VoiceTurn
from auditor.speech.voices import TwoVoices

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from auditor.models import Span

SEGMENTATION, EMBEDDING = "segmentation.onnx", "embedding.onnx"
"""The files of a sherpa-onnx folder: a pyannote segmentation model and a speaker embedding model."""

_LIKENESS = 0.5  # sherpa-onnx's own default; from this distance on it is another voice
_FROM_HUB = re.compile(r":\s*['\"]?([\w.-]+/[\w.-]+)['\"]?\s*(#.*)?$", re.MULTILINE)


def diarizer_named(name: str) -> Diarizer | None:
    """The diarizer that ``--diarizer`` names: ``builtin``, ``sherpa:FOLDER``, ``pyannote:FOLDER``; ``none`` is none.

    Raises:
        UsageError: there is no such diarizer.
        ModelError: its package isn't installed, its folder lacks a model, or the model can't be loaded.
    """
    kind, _, folder = name.partition(":")
    if kind in WITH_FOLDER and folder:
        return WITH_FOLDER[kind](Path(folder).expanduser())
    if name in PLAIN:
        return PLAIN[name]()
    raise UsageError(
        f"不认识的说话人分离方式 {name[:60]!r}。可用：builtin、none、sherpa:模型文件夹、pyannote:模型文件夹。"
    )


class Sherpa:
    """sherpa-onnx's offline speaker diarization, with the user's models.

    Args:
        folder: holds ``segmentation.onnx`` and ``embedding.onnx``.

    Raises:
        ModelError: the package or a model is missing, or can't be loaded.
    """

    def __init__(self, folder: Path) -> None:
        installed = _installed("sherpa-onnx", "sherpa")
        for name in (SEGMENTATION, EMBEDDING):
            if not (folder / name).is_file():
                raise ModelError(
                    f"{folder}：缺少 {name}。请把 sherpa-onnx 的 pyannote 分段模型存为 {SEGMENTATION}，"
                    f"声纹模型存为 {EMBEDDING}，放在同一个文件夹里。"
                )
        self._folder = folder
        self._engine = _loaded(folder, self._load)
        self._fingerprint = f"sherpa-onnx {installed} {folder.name}@{_hash_of(folder, '*.onnx')}"

    @property
    def fingerprint(self) -> str:
        """Engine, folder, and the hash of its models."""
        return self._fingerprint

    def diarize(self, samples: NDArray[np.float32], rate: int, speech: Sequence[Span]) -> tuple[VoiceTurn, ...]:
        """See ``Diarizer.diarize``; the engine finds speech by itself."""
        if rate != self._engine.sample_rate:
            raise ModelError(
                f"{self._folder}：模型要 {self._engine.sample_rate} Hz 的声音，这里是 {rate} Hz。请换模型。"
            )
        if not speech:
            return ()
        found = self._engine.process(samples).sort_by_start_time()
        return tuple(VoiceTurn(float(s.start), float(s.end), int(s.speaker)) for s in found)

    def _load(self) -> Any:
        import sherpa_onnx as engine

        config = engine.OfflineSpeakerDiarizationConfig(
            segmentation=engine.OfflineSpeakerSegmentationModelConfig(
                pyannote=engine.OfflineSpeakerSegmentationPyannoteModelConfig(model=str(self._folder / SEGMENTATION))
            ),
            embedding=engine.SpeakerEmbeddingExtractorConfig(model=str(self._folder / EMBEDDING)),
            clustering=engine.FastClusteringConfig(num_clusters=-1, threshold=_LIKENESS),
        )
        return engine.OfflineSpeakerDiarization(config)


class Pyannote:
    """A pyannote.audio pipeline in a local folder. Nothing is fetched, and its usage reports are turned off.

    Args:
        folder: holds ``config.yaml``, which names no model outside of it.

    Raises:
        ModelError: the package or the pipeline is missing or can't be loaded, or a model would have to be downloaded.
    """

    def __init__(self, folder: Path) -> None:
        installed = _installed("pyannote.audio", "pyannote")
        config = folder / "config.yaml"
        if not config.is_file():
            raise ModelError(f"{folder}：缺少 config.yaml，不是 pyannote 的说话人分离模型文件夹。请检查路径。")
        for model in _FROM_HUB.finditer(config.read_text(encoding="utf-8", errors="replace")):
            if not Path(model[1]).exists():
                raise ModelError(f"{config}：引用了要联网下载的模型 {model[1]}。请下载后在这里写它在本机的路径。")
        self._folder = folder
        self._pipeline = _loaded(folder, self._load)
        self._fingerprint = f"pyannote.audio {installed} {folder.name}@{_hash_of(folder, '**/*')}"

    @property
    def fingerprint(self) -> str:
        """Engine, folder, and the hash of all its files."""
        return self._fingerprint

    def diarize(self, samples: NDArray[np.float32], rate: int, speech: Sequence[Span]) -> tuple[VoiceTurn, ...]:
        """See ``Diarizer.diarize``; the engine finds speech by itself."""
        import torch

        if not speech:
            return ()
        heard = self._pipeline({"waveform": torch.from_numpy(samples.copy())[None], "sample_rate": rate})
        exclusive = heard.exclusive_speaker_diarization
        turns = [(t.start, t.end, str(label)) for t, _, label in exclusive.itertracks(yield_label=True)]
        numbers = {label: n for n, label in enumerate(dict.fromkeys(label for *_, label in sorted(turns)))}
        return tuple(VoiceTurn(float(start), float(end), numbers[label]) for start, end, label in sorted(turns))

    def _load(self) -> Any:
        from pyannote.audio import Pipeline
        from pyannote.audio.telemetry import set_telemetry_metrics

        set_telemetry_metrics(False)
        return Pipeline.from_pretrained(self._folder)


PLAIN: dict[str, Callable[[], Diarizer | None]] = {"builtin": TwoVoices, "none": lambda: None}
WITH_FOLDER: dict[str, Callable[[Path], Diarizer]] = {"sherpa": Sherpa, "pyannote": Pyannote}


def _installed(package: str, extra: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        raise ModelError(
            f"没有安装 {package}，不能用 --diarizer {extra}:…。请运行 pip install 'collections-auditor[{extra}]'，"
            "或用 --diarizer builtin。"
        ) from None


def _loaded(folder: Path, load: Callable[[], Any]) -> Any:
    try:
        return load()
    except Exception as error:  # whatever the model readers raise
        reason = str(error).strip().splitlines()[:1] or [type(error).__name__]
        raise ModelError(
            f"{folder}：说话人分离模型载入失败（{reason[0][:200]}）。请重新复制整个模型文件夹。"
        ) from error


def _hash_of(folder: Path, pattern: str) -> str:
    """Twelve hex digits over the files."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.glob(pattern) if p.is_file()):
        with path.open("rb") as file:
            name = path.relative_to(folder).as_posix()
            digest.update(f"{name}\n{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()[:12]
