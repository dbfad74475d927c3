"""Training: labelled lines → the bytes of a weights file, the same for the same lines.

One linear classifier for a breach of any kind, and one for each category against the rest: logistic regression with an L2 penalty
(scikit-learn's liblinear, one thread) on counts of features over the square root of their number; the weights are then rounded to
whole numbers. The threshold and the chances come from lines that the classifier which scored them had not seen (families apart).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, floor, log
from typing import Any

from auditor.errors import UsageError
from auditor.models import CATEGORIES, SEVERITIES, PartyKind, Severity
from auditor.reader.grams import Line, grams
from auditor.reader.read import ONLY_TO, rate
from auditor.reader.weights import ANY, read_weights, write_weights

STRENGTH = 30.0  # liblinear's C: how little the weights are held back
TOLERANCE = 1e-2
LEAST_SEEN = 2  # lines a feature must occur in
LEAST_LINES = 20  # breaches a category needs to be learnt
FOLDS = 5
GATE = 4  # threshold over gate; of the lines that an open gate lets be suspected, one in a hundred is lost by it
OPEN = -(1 << 30)  # a gate that shuts nobody out
FALSE = 0.01  # of innocent lines that may be suspected
PRIOR = 0.01  # share of breaches that the chances are stated for
LEAST_WEIGHT = 3  # in whole numbers; features that weigh less for every head are left out
STEPS = 24  # of the table of chances
UNIT = 16  # a weight of 1, rounded; the same for every training, so that scores compare


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled line. ``categories`` is empty for an innocent one; lines of one ``family`` are never split.

    ``weight`` is how much it counts; ``judges`` whether it may also decide the threshold and the chances: a line of the
    program's own field, and no copy of another one.
    """

    line: Line
    categories: tuple[str, ...]
    family: str
    severity: Severity | None = None
    weight: float = 1.0
    judges: bool = True


def train(samples: Sequence[Sample], about: Mapping[str, Any], false: float = FALSE) -> bytes:
    """The bytes of the weights file that these samples make.

    Args:
        samples: in any order.
        about: what they are, for the header.
        false: the share of innocent lines, not seen in training, that the threshold lets be suspected.

    Raises:
        UsageError: there are too few lines of either kind to learn from.
    """
    ordered = sorted(samples, key=lambda s: (s.line.text, s.line.before, s.line.party, s.categories, s.family))
    if sum(bool(s.categories) for s in ordered) < LEAST_LINES or sum(not s.categories for s in ordered) < LEAST_LINES:
        raise UsageError(f"训练第二读者至少要 {LEAST_LINES} 句违规话和 {LEAST_LINES} 句合规话。")
    scored = _unseen_scores(ordered)
    threshold, chances = _calibrate(scored, false)
    heads, rows, intercepts = _fit(ordered)
    gate = threshold // GATE
    return write_weights(heads, rows, intercepts, gate, threshold, chances, _severities(ordered), about)


def _unseen_scores(samples: Sequence[Sample]) -> list[tuple[int, bool]]:
    """(score of any breach, whether it is one) of each line that judges, by a classifier that saw nothing of its family."""
    families = sorted({s.family for s in samples})
    fold = {family: n % FOLDS for n, family in enumerate(families)}
    found: list[tuple[int, bool]] = []
    for held in range(FOLDS):
        seen = [s for s in samples if fold[s.family] != held]
        heads, rows, intercepts = _fit(seen)
        weights = read_weights(write_weights(heads, rows, intercepts, OPEN, OPEN, (), _severities(seen), {}), "训练")
        found += [
            (rate(s.line, weights)[0], bool(s.categories)) for s in samples if s.judges and fold[s.family] == held
        ]
    return found


def _calibrate(scored: Sequence[tuple[int, bool]], false: float) -> tuple[int, list[tuple[int, int]]]:
    """The threshold, and the chance of a breach by score: the logistic curve that fits best (Platt, "Probabilistic Outputs for
    Support Vector Machines", 1999), for the share of breaches ``PRIOR``, as a table."""
    innocent = sorted((value for value, breach in scored if not breach), reverse=True)
    threshold = innocent[min(floor(len(innocent) * false), len(innocent) - 1)] + 1
    breaches = sum(breach for _, breach in scored)
    shift = log(PRIOR / (1 - PRIOR)) - log(breaches / (len(scored) - breaches))
    slope, offset = _platt(scored)
    highest = max(value for value, _ in scored)
    step = max(1, (highest - threshold) // STEPS)
    table = []
    for n in range(STEPS + 1):
        least = threshold + n * step
        chance = 1 / (1 + exp(-(slope * (least + step / 2) + offset + shift)))
        table.append((least, min(999, max(1, round(1000 * chance)))))
    return threshold, table


def _platt(scored: Sequence[tuple[int, bool]]) -> tuple[float, float]:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    unit = max(1.0, float(np.std([value for value, _ in scored])))
    fitted = LogisticRegression(C=1e6, solver="liblinear", random_state=0)
    fitted.fit(np.array([[value / unit] for value, _ in scored]), np.array([breach for _, breach in scored]))
    return float(fitted.coef_[0][0]) / unit, float(fitted.intercept_[0])


def _fit(samples: Sequence[Sample]) -> tuple[list[str], dict[str, dict[str, list[int]]], list[int]]:
    """Heads, the weights of each feature by table, and intercepts, all rounded to whole numbers."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    matrix, names = _matrix(samples)
    weight = np.array([s.weight for s in samples])
    lines = Counter(c for s in samples for c in set(s.categories))
    heads = [ANY, *(c for c in CATEGORIES if lines[c] >= LEAST_LINES)]
    if set(heads) <= {ANY, *ONLY_TO}:
        raise UsageError(f"训练第二读者至少要有一个类别有 {LEAST_LINES} 句违规话（只能对第三人发生的不算）。")
    columns = []
    intercepts = []
    for head in heads:
        right = np.array([bool(s.categories) if head == ANY else head in s.categories for s in samples])
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0, max_iter=200, tol=TOLERANCE)
        model.fit(matrix, right, sample_weight=weight)
        columns.append(model.coef_[0])
        intercepts.append(float(model.intercept_[0]))
    table = np.stack(columns, axis=1)
    rounded = np.clip(np.rint(table * UNIT), -127, 127).astype(int)
    rows: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for (kind, feature), row in zip(names, rounded.tolist(), strict=True):
        if max(map(abs, row)) >= LEAST_WEIGHT:
            rows[kind][feature] = row
    # ``scaled`` multiplies by 16
    return heads, rows, [round(value * UNIT * 16) for value in intercepts]


def _matrix(samples: Sequence[Sample]) -> tuple[Any, list[tuple[str, str]]]:
    """Counts over the square root of their number, a row a sample; and the features, a column each."""
    import numpy as np
    from scipy.sparse import csr_matrix

    found = [Counter((kind, g) for kind, row in grams(s.line) for g in row) for s in samples]
    seen = Counter(name for counts in found for name in counts)
    names = sorted(name for name, lines in seen.items() if lines >= LEAST_SEEN)
    number = {name: n for n, name in enumerate(names)}
    ends, columns, values = [0], [], []
    for counts in found:
        size = sum(counts.values()) ** 0.5
        for name, count in counts.items():
            if name in number:
                columns.append(number[name])
                values.append(count / size)
        ends.append(len(columns))
    shape = (len(samples), len(names))
    matrix = csr_matrix((np.array(values), np.array(columns), np.array(ends)), shape=shape)
    matrix.sort_indices()
    return matrix, names


def _severities(samples: Sequence[Sample]) -> dict[str, Severity]:
    """How grave each category mostly is; the graver one of two as frequent."""
    counts: dict[str, Counter[Severity]] = {}
    for s in samples:
        for category in s.categories:
            counts.setdefault(category, Counter()).update([s.severity or "major"])
    return {c: min(seen, key=lambda s: (-seen[s], SEVERITIES.index(s))) for c, seen in sorted(counts.items())}


def weighed(sample: Sample, weight: float) -> Sample:
    """The sample as one that counts so much, and decides neither threshold nor chances."""
    return replace(sample, weight=weight, judges=False)


def line_of(text: str, before: str = "", party: PartyKind = "debtor_verified") -> Line:
    """Texts as heard, as the reader reads them."""
    from auditor.text.normalise import normalise

    return Line(normalise(text).text, normalise(before).text, party)
