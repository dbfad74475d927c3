"""Two voices told apart by their sound alone, without a model to download: the built-in diarizer.

Speech between pauses is cut into units; every frame is described by its timbre (mel cepstrum, without loudness) and its
pitch. One Gaussian mixture describes the whole call; a voice is that mixture with its means moved towards the voice's
frames (maximum a posteriori, Reynolds, Quatieri and Dunn 2000), so that two voices are compared on the same sounds and not
on what they happened to say. Several first guesses are improved until nobody changes sides, the best of them is drawn
over time so that a change of voice inside speech must pay, and every unit is then judged by voices that did not hear it.
Where those are hardly told apart, it was one person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from auditor.models import Span
from auditor.speech.diarize import VoiceTurn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_METHOD = 1  # changes whenever the same sound might give other turns
_FRAMES = 100  # a second
_STEP = 10  # frames in which the voice can't change
_BAND = (150.0, 3700.0)  # Hz: what a telephone carries
_CEPSTRA = 20
_SOUNDS = 16  # components of the mixture: roughly, kinds of speech sounds
_MOST_TRAINING = 30_000  # frames
_RELEVANCE = 16.0  # frames of a sound after which a voice's own mean weighs as much as the call's
_PITCHES = (60.0, 400.0, 32)  # Hz, Hz, bins on a logarithmic scale
_VOICED_BELOW = -0.25  # Kaldi's voicing feature
_PITCH_WEIGHT = 0.5  # pitch moves slowly: neighbouring frames say the same
_AUDIBLE_DB = 30.0  # below the call's loud speech
_UNITS = (4.0, 2.0)  # seconds of a unit: the longer is surer, the shorter finds short turns
_LEAST_SPREAD = 1e-3  # of a cepstrum; a tone or digital silence has none
_LEAST_UNIT = 25  # audible frames
_SEEDS = 8  # units from which pairs are tried as first guesses
_REFINED = 3  # best guesses that are drawn over time
_ROUNDS = 8
_SCALE = 0.35  # how much of a frame's evidence is its own
_CHANGE, _CHANGE_IN_PAUSE = -30.0, -6.0  # log odds against a change of voice
_TWO_VOICES_FROM = 1.0  # nats a frame; one person is split by 0.9 at most (benchmarks/diarization.py)


class TwoVoices:
    """The built-in diarizer: one voice or two, never more; the same sound gives the same turns, bit for bit."""

    @property
    def fingerprint(self) -> str:
        """The method and the versions of what it computes with."""
        used = ("kaldi-native-fbank", "scikit-learn")
        return " ".join([f"builtin {_METHOD}", *(f"{name} {version(name)}" for name in used)])

    def diarize(self, samples: NDArray[np.float32], rate: int, speech: Sequence[Span]) -> tuple[VoiceTurn, ...]:
        """See ``Diarizer.diarize``."""
        from threadpoolctl import threadpool_limits

        spans = [(a, b) for a, b in speech if b > a]
        with threadpool_limits(1):  # sums in another order round otherwise
            voices = _tell_apart(samples, rate, spans)
        if voices is None:
            return tuple(VoiceTurn(a, b, 0) for a, b in spans)
        return tuple(turn for a, b in spans for turn in _turns(voices, a, b))


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    """What was measured, summed up over steps of speech (one row each).

    ``at`` is each step's number in the call, ``heard`` its audible frames, ``sounds`` how much of each component it holds,
    ``timbre`` the sum of frames by component (flattened), ``pitch`` the count of voiced frames by bin. ``spans`` are the
    rows of each stretch of speech.
    """

    at: NDArray[np.int64]
    heard: Floats
    sounds: Floats
    timbre: Floats
    pitch: Floats
    spans: tuple[tuple[int, int], ...]
    means: Floats
    variances: Floats
    weights: Floats


def _tell_apart(samples: NDArray[np.float32], rate: int, spans: Sequence[Span]) -> NDArray[np.int64] | None:
    """The voice in each step of the call, -1 outside speech; ``None`` where there is but one."""
    import numpy as np

    call = _measure(samples, rate, spans)
    if call is None:
        return None
    guesses: dict[bytes, tuple[float, Floats]] = {}
    for seconds in _UNITS:
        units = _units(call, seconds)
        if len(units) < 2:
            continue
        sums = _Sums.of(call, units)
        for guess in _guesses(call, sums):
            sides = _settle(call, sums, guess)
            if sides is not None:
                voices = np.zeros(len(call.at))
                for (a, b), side in zip(units, sides, strict=True):
                    voices[a:b] = side
                guesses.setdefault(voices.tobytes(), (_apart(call, sums, sides), voices))
    ranked = sorted(guesses.values(), key=lambda g: -g[0])[:_REFINED]
    drawn = [_draw(call, voices) for _, voices in ranked]
    best = max(((_confirmed(call, voices), -n) for n, voices in enumerate(drawn)), default=(0.0, 0))
    if best[0] < _TWO_VOICES_FROM:
        return None
    whole = np.full(int(call.at.max()) + 1, -1, np.int64)
    whole[call.at] = drawn[-best[1]]
    return whole


def _turns(voices: NDArray[np.int64], start: float, end: float) -> Iterator[VoiceTurn]:
    """The turns within one stretch of speech; where it holds no step of its own, the voice that is nearest."""
    first, last = (min(int(t * _FRAMES / _STEP), len(voices) - 1) for t in (start, end))
    own = voices[first : last + 1]
    known = [(i, int(v)) for i, v in enumerate(own) if v >= 0]
    if not known:
        near = sorted((abs(i - first), int(v)) for i, v in enumerate(voices) if v >= 0)
        yield VoiceTurn(start, end, near[0][1])
        return
    begun, voice = start, known[0][1]
    for i, v in known:
        if v != voice:
            change = min(max((first + i) * _STEP / _FRAMES, start), end)
            if change > begun:
                yield VoiceTurn(begun, change, voice)
            begun, voice = change, v
    if end > begun:
        yield VoiceTurn(begun, end, voice)


def _measure(samples: NDArray[np.float32], rate: int, spans: Sequence[Span]) -> _Call | None:
    """The call's features, or ``None`` where there is too little speech to compare."""
    import numpy as np

    cepstra, loud, pitch, voiced = _features(samples, rate)
    frames = len(cepstra)
    steps: list[int] = []
    edges: list[tuple[int, int]] = []
    for start, end in spans:
        first, last = int(start * _FRAMES / _STEP), min(int(np.ceil(end * _FRAMES / _STEP)), frames // _STEP)
        first = max(first, steps[-1] + 1 if steps else 0)
        if last > first:
            edges.append((len(steps), len(steps) + last - first))
            steps += range(first, last)
    if not steps:
        return None
    at = np.asarray(steps, np.int64)
    rows = (at[:, None] * _STEP + np.arange(_STEP)).ravel()
    loud, voiced, pitch, cepstra = loud[rows], voiced[rows], pitch[rows], cepstra[rows]
    audible = loud > np.quantile(loud, 0.9) - _AUDIBLE_DB
    if audible.sum() < max(2 * _LEAST_UNIT, 2 * _SOUNDS):
        return None
    spread = cepstra[audible].std(axis=0)
    if spread.min() < _LEAST_SPREAD:
        return None
    cepstra = (cepstra - cepstra[audible].mean(axis=0)) / spread
    mixture = _mixture(cepstra[audible])
    share = np.zeros((len(rows), _SOUNDS))
    share[audible] = mixture.predict_proba(cepstra[audible])
    low, high, bins = _PITCHES
    place = np.clip(((pitch - np.log(low)) / np.log(high / low) * bins).astype(int), 0, bins - 1)
    counts = np.zeros((len(rows), bins))
    counts[np.arange(len(rows)), place] = audible & voiced
    shape = (len(at), _STEP, -1)
    share = share.reshape(shape)
    return _Call(
        at=at,
        heard=audible.reshape(len(at), _STEP).sum(axis=1).astype(float),
        sounds=share.sum(axis=1),
        timbre=np.einsum("tsk,tsd->tkd", share, cepstra.reshape(shape)).reshape(len(at), -1),
        pitch=counts.reshape(shape).sum(axis=1),
        spans=tuple(edges),
        means=mixture.means_,
        variances=mixture.covariances_,
        weights=mixture.weights_,
    )


def _features(samples: NDArray[np.float32], rate: int) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Each frame's cepstrum, level (dB), log pitch, and whether it is voiced; as many frames as fill whole steps."""
    import kaldi_native_fbank as knf
    import numpy as np

    hop = rate // _FRAMES
    frames = len(samples) // hop // _STEP * _STEP
    if frames == 0:
        none = np.zeros(0)
        return np.zeros((0, _CEPSTRA - 1)), none, none, none.astype(bool)
    sound = np.ascontiguousarray(samples * 32768, np.float32)  # Kaldi's scale
    options = knf.MfccOptions()
    options.frame_opts.samp_freq = rate
    options.frame_opts.dither = 0  # random otherwise
    options.frame_opts.snip_edges = False
    options.mel_opts.num_bins = _CEPSTRA + 6
    options.mel_opts.low_freq, options.mel_opts.high_freq = _BAND[0], min(_BAND[1], rate / 2)
    options.num_ceps = _CEPSTRA
    options.use_energy = False
    mfcc = knf.OnlineMfcc(options)
    mfcc.accept_waveform(rate, sound)
    mfcc.input_finished()
    cepstra = np.stack([mfcc.get_frame(i) for i in range(min(frames, mfcc.num_frames_ready))]).astype(float)
    tracking = knf.PitchExtractionOptions()
    tracking.samp_freq, tracking.snip_edges = rate, False
    tracking.min_f0, tracking.max_f0 = _PITCHES[:2]
    wanted = knf.ProcessPitchOptions()
    wanted.add_raw_log_pitch, wanted.add_normalized_log_pitch, wanted.add_delta_pitch = True, False, False
    tracked = knf.compute_and_process_kaldi_pitch(tracking, wanted, sound).astype(float)
    power = np.square(samples[: frames * hop].astype(float)).reshape(frames, hop).mean(axis=1)
    cepstra, tracked = (_as_long(a, frames) for a in (cepstra, tracked))
    return cepstra[:, 1:], 10 * np.log10(power + 1e-12), tracked[:, 1], tracked[:, 0] < _VOICED_BELOW


def _as_long(rows: Floats, length: int) -> Floats:
    import numpy as np

    return np.pad(rows[:length], ((0, max(0, length - len(rows))), (0, 0)), mode="edge")


def _mixture(frames: Floats) -> Any:
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    training = frames[:: -(-len(frames) // _MOST_TRAINING)]
    mixture = GaussianMixture(_SOUNDS, covariance_type="diag", reg_covar=1e-2, max_iter=40, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # good enough is enough: it only describes the sounds
        return mixture.fit(training)


def _units(call: _Call, seconds: float, voices: Floats | None = None) -> list[tuple[int, int]]:
    """Rows from-to of pieces of speech, each of one stretch (and one voice), of about equal length."""
    import numpy as np

    most = round(seconds * _FRAMES / _STEP)
    found = []
    for first, last in call.spans:
        inner = [] if voices is None else (np.flatnonzero(np.diff(voices[first:last])) + first + 1).tolist()
        bounds = [first, *inner, last]
        for a, b in pairwise(bounds):
            edges = np.linspace(a, b, max(1, round((b - a) / most)) + 1).astype(int).tolist()
            found += [(c, d) for c, d in pairwise(edges) if call.heard[c:d].sum() >= _LEAST_UNIT]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """A call's measurements summed up by unit."""

    heard: Floats
    sounds: Floats
    timbre: Floats
    pitch: Floats

    @classmethod
    def of(cls, call: _Call, units: Sequence[tuple[int, int]]) -> _Sums:
        import numpy as np

        def add(rows: Floats) -> Floats:
            return np.stack([rows[a:b].sum(axis=0) for a, b in units])

        return cls(add(call.heard), add(call.sounds), add(call.timbre), add(call.pitch))


def _voice(call: _Call, sounds: Floats, timbre: Floats, pitch: Floats) -> tuple[Floats, Floats, Floats]:
    """A voice, or one a row: what each feature of a step adds to the log likelihood that this voice spoke."""
    import numpy as np

    kinds, width = call.means.shape
    own = timbre.reshape(*timbre.shape[:-1], kinds, width)
    means = (own + _RELEVANCE * call.means) / (sounds[..., None] + _RELEVANCE)
    scaled = means / call.variances
    wide = np.exp(-0.5 * (np.arange(-4, 5) / 1.3) ** 2)
    spread = np.stack([np.convolve(row, wide / wide.sum(), "same") for row in np.atleast_2d(pitch)])
    spread = spread.reshape(pitch.shape) + 0.05 * pitch.mean(axis=-1, keepdims=True) + 0.2
    likely = np.log(spread / spread.sum(axis=-1, keepdims=True))
    return scaled.reshape(timbre.shape), -0.5 * (means * scaled).sum(axis=-1), _PITCH_WEIGHT * likely


def _evidence(call: _Call, rows: _Call | _Sums, sides: Floats, over: _Sums | None = None) -> Floats:
    """For each row, how much likelier voice 1 is than voice 0, as those rows (of ``over``) sound that are on its side."""
    learnt = over or rows
    odds = []
    for share in (1 - sides, sides):
        timbre, sounds, pitch = _voice(call, share @ learnt.sounds, share @ learnt.timbre, share @ learnt.pitch)
        odds.append(rows.timbre @ timbre + rows.sounds @ sounds + rows.pitch @ pitch)
    return odds[1] - odds[0]


def _guesses(call: _Call, sums: _Sums) -> Iterator[Floats]:
    """First guesses at each unit's side: by timbre, by pitch, by both, and by likeness to either of two long units."""
    import numpy as np
    from sklearn.cluster import AgglomerativeClustering

    kinds, width = call.means.shape
    moved = sums.timbre.reshape(-1, kinds, width) - sums.sounds[..., None] * call.means
    moved = moved / (sums.sounds[..., None] + _RELEVANCE / 2) / np.sqrt(call.variances)
    moved = (moved * np.sqrt(call.weights)[:, None]).reshape(len(moved), -1)
    left, size, _ = np.linalg.svd(moved - moved.mean(axis=0), full_matrices=False)
    timbre = left[:, :6] * size[:6]
    timbre = timbre / (timbre[:, 0].std() + 1e-9)
    middle = np.argmax(sums.pitch.cumsum(axis=1) >= sums.pitch.sum(axis=1, keepdims=True) / 2, axis=1).astype(float)
    pitch = ((middle - middle.mean()) / (middle.std() + 1.0))[:, None]
    for seen in (timbre, pitch, np.hstack([timbre, 2 * pitch])):
        if seen.any():
            yield AgglomerativeClustering(2, linkage="ward").fit_predict(seen).astype(float)
    longest = np.argsort(-sums.heard, kind="stable")[:_SEEDS].tolist()
    for one, other in combinations(longest, 2):
        only = _Sums(*(getattr(sums, f)[[one, other]] for f in ("heard", "sounds", "timbre", "pitch")))
        yield (_evidence(call, sums, np.array([0.0, 1.0]), only) > 0).astype(float)


def _settle(call: _Call, sums: _Sums, sides: Floats) -> Floats | None:
    """Units change sides until nobody wants to; ``None`` where all end up on one."""
    for _ in range(_ROUNDS):
        if not 0 < sides.sum() < len(sides):
            return None
        changed = (_evidence(call, sums, sides) > 0).astype(float)
        if (changed == sides).all():
            break
        sides = changed
    if not 0 < sides.sum() < len(sides):
        return None
    return sides if sides[0] == 0 else 1 - sides


def _apart(call: _Call, sums: _Sums, sides: Floats) -> float:
    """How far units are from the other voice, in nats a frame, judged by voices that did not hear them; of the two voices
    the lesser.
    """
    import numpy as np

    whole = [[share @ rows for rows in (sums.sounds, sums.timbre, sums.pitch)] for share in (1 - sides, sides)]
    odds = []
    for side in (0, 1):
        held = (sides == side)[:, None]
        own = [
            total - held * rows for total, rows in zip(whole[side], (sums.sounds, sums.timbre, sums.pitch), strict=True)
        ]
        timbre, sounds, pitch = _voice(call, *own)
        odds.append((sums.timbre * timbre).sum(1) + (sums.sounds * sounds).sum(1) + (sums.pitch * pitch).sum(1))
    nearer = np.where(sides == 1, odds[1] - odds[0], odds[0] - odds[1])
    return min(float(nearer[sides == side].sum() / sums.heard[sides == side].sum()) for side in (0, 1))


def _draw(call: _Call, voices: Floats) -> Floats:
    """The voice in every step, drawn over time until it stays: the likeliest course, changes of voice being rare."""
    for _ in range(_ROUNDS):
        course = _course(_SCALE * _evidence(call, call, voices), call)
        if (course == voices).all():
            break
        voices = course
    return voices


def _course(odds: Floats, call: _Call) -> Floats:
    """The likeliest sequence of two voices (Viterbi)."""
    import numpy as np

    begins = {first for first, _ in call.spans}
    score, back = [0.0, 0.0], []
    for row, odd in enumerate(odds.tolist()):
        price = _CHANGE_IN_PAUSE if row in begins else _CHANGE
        stay0, stay1 = score[0] >= score[1] + price, score[1] >= score[0] + price
        back.append((0 if stay0 else 1, 1 if stay1 else 0))
        score = [
            (score[0] if stay0 else score[1] + price) - odd / 2,
            (score[1] if stay1 else score[0] + price) + odd / 2,
        ]
    course = np.zeros(len(odds))
    voice = int(score[1] > score[0])
    for row in range(len(odds) - 1, -1, -1):
        course[row] = voice
        voice = back[row][voice]
    return course


def _confirmed(call: _Call, voices: Floats) -> float:
    """How far the two voices are apart once they are drawn over time; 0 where one of them is gone."""
    import numpy as np

    units = _units(call, _UNITS[0], voices)
    sides = np.array([voices[a] for a, _ in units])
    if not 0 < sides.sum() < len(sides):
        return 0.0
    return _apart(call, _Sums.of(call, units), sides)
