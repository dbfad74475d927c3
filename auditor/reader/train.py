"""Training: labelled lines → the bytes of a weights file, the same for the same lines.

One linear classifier for a breach of any kind, and one for each category against the rest: logistic regression with an L2 penalty
(scikit-learn's liblinear, one thread) on counts of features over the square root of their number; the weights are then rounded to
whole numbers. The threshold and the chances come from lines that the classifier which scored them had not seen (families apart).

Training may go on from weights that there are: their score of a line is then one more feature, hardly held back, so that what was learnt
before stays where the new lines do not speak against it.
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
from auditor.reader.weights import ANY, Weights, read_weights, scaled, unpack, write_weights

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
IN_INTERCEPT = UNIT * 16  # a score of 1: ``scaled`` multiplies by 16
LOOSE = 10.0  # how much less than others the score by weights that there are is held back


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


def train(
    samples: Sequence[Sample], about: Mapping[str, Any], false: float = FALSE, base: Weights | None = None
) -> bytes:
    """The bytes of the weights file that these samples make.

    Args:
        samples: in any order.
        about: what they are, for the header.
        false: the share of innocent lines, not seen in training, that the threshold lets be suspected.
        base: weights made of other lines, to go on from.

    Raises:
        UsageError: there are too few lines of either kind to learn from.
    """
    ordered = sorted(samples, key=lambda s: (s.line.text, s.line.before, s.line.party, s.categories, s.family))
    if sum(bool(s.categories) for s in ordered) < LEAST_LINES or sum(not s.categories for s in ordered) < LEAST_LINES:
        raise UsageError(f"训练第二读者至少要 {LEAST_LINES} 句违规话和 {LEAST_LINES} 句合规话。")
    scored = _unseen_scores(ordered, base)
    threshold, chances = _calibrate(scored, false)
    heads, rows, intercepts = _fit(ordered, base)
    gate = threshold // GATE
    severities = {**(base.severities if base else {}), **_severities(ordered)}
    return write_weights(heads, rows, intercepts, gate, threshold, chances, severities, about)


def _unseen_scores(samples: Sequence[Sample], base: Weights | None) -> list[tuple[int, bool]]:
    """(score of any breach, whether it is one) of each line that judges, by a classifier that saw nothing of its family."""
    families = sorted({s.family for s in samples})
    fold = {family: n % FOLDS for n, family in enumerate(families)}
    found: list[tuple[int, bool]] = []
    for held in range(FOLDS):
        seen = [s for s in samples if fold[s.family] != held]
        heads, rows, intercepts = _fit(seen, base)
        severities = {**(base.severities if base else {}), **_severities(seen)}
        weights = read_weights(write_weights(heads, rows, intercepts, OPEN, OPEN, (), severities, {}), "训练")
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


def _fit(
    samples: Sequence[Sample], base: Weights | None
) -> tuple[list[str], dict[str, dict[str, list[int]]], list[int]]:
    """Heads, the weights of each feature by table, and intercepts, all rounded to whole numbers."""
    import numpy as np
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    matrix, names = _matrix(samples)
    weight = np.array([s.weight for s in samples])
    lines = Counter(c for s in samples for c in set(s.categories))
    learnt = [ANY, *(c for c in CATEGORIES if lines[c] >= LEAST_LINES)]
    before = [ANY, *base.categories] if base else []
    heads = [ANY, *(c for c in CATEGORIES if c in learnt or c in before)]
    if set(heads) <= {ANY, *ONLY_TO}:
        raise UsageError(f"训练第二读者至少要有一个类别有 {LEAST_LINES} 句违规话（只能对第三人发生的不算）。")
    known = {head: np.array([values[n] for values in _scores(samples, base)]) for n, head in enumerate(before)}
    columns = np.zeros((len(names), len(heads)))
    trust = np.array([1.0 if head in before else 0.0 for head in heads])
    intercepts = np.array(
        [base.intercepts[before.index(h)] / IN_INTERCEPT if base and h in before else 0.0 for h in heads]
    )
    for n, head in enumerate(heads):
        if head not in learnt:
            continue
        right = np.array([bool(s.categories) if head == ANY else head in s.categories for s in samples])
        model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0, max_iter=200, tol=TOLERANCE)
        seen = matrix if head not in known else hstack([csr_matrix(LOOSE * known[head][:, None]), matrix]).tocsr()
        model.fit(seen, right, sample_weight=weight)
        columns[:, n] = model.coef_[0][-len(names) :] if names else []
        trust[n] = LOOSE * model.coef_[0][0] if head in known else 0.0
        intercepts[n] = trust[n] * intercepts[n] + float(model.intercept_[0])
    rows = _rows(heads, names, columns * UNIT, trust, base)
    return heads, rows, [round(value * IN_INTERCEPT) for value in intercepts]


def _scores(samples: Sequence[Sample], base: Weights | None) -> list[list[float]]:
    """What the weights that there are say of each sample without their intercepts: of any breach, then of each category."""
    if base is None:
        return []
    found = []
    for sample in samples:
        rows = list(grams(sample.line))
        size = sum(len(row) for _, row in rows)
        breach = sum(base.breach[table].get(g, 0) for table, row in rows for g in row)
        kinds = unpack(sum(base.kinds[table].get(g, 0) for table, row in rows for g in row), len(base.categories))
        found.append([scaled(total, size) / IN_INTERCEPT for total in (breach, *kinds)])
    return found


def _rows(
    heads: Sequence[str], names: Sequence[tuple[str, str]], columns: Any, trust: Any, base: Weights | None
) -> dict[str, dict[str, list[int]]]:
    """Each feature's weights, new ones and what is left of those that there were, rounded; faint ones are left out."""
    import numpy as np

    table: dict[tuple[str, str], Any] = dict(zip(names, columns, strict=True))
    if base is not None:
        place = [heads.index(head) for head in (ANY, *base.categories)]
        for kind, features in base.breach.items():
            for feature, weight in features.items():
                old = np.zeros(len(heads))
                old[place] = (weight, *unpack(base.kinds[kind][feature], len(base.categories)))
                table[kind, feature] = table.get((kind, feature), 0.0) + trust * old
    rows: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for (kind, feature), row in table.items():
        rounded = np.clip(np.rint(row), -127, 127).astype(int).tolist()
        if max(map(abs, rounded)) >= LEAST_WEIGHT:
            rows[kind][feature] = rounded
    return rows


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
