"""Training: the same lines make the same bytes, and what was learnt is in them."""

from __future__ import annotations

import pytest

from auditor.errors import UsageError
from auditor.reader.read import rate
from auditor.reader.train import Sample, line_of, train
from auditor.reader.weights import read_weights

WHO = ("你", "您", "你家", "你们", "阁下")
BAD = ("等着挨打吧", "信不信我打断腿", "小心走夜路挨打", "打到服为止", "骨头打断", "挨打滋味不好受")
GOOD = ("方便什么时候还款", "这期账单请看一下", "可以办理分期", "谢谢接听再见", "热线可以查询", "核对一下身份")


def samples() -> list[Sample]:
    """Sixty plain lines."""
    bad = [
        Sample(line_of(f"{w}{b}"), ("threat_violence",), f"b{n}{m}", "critical")
        for n, w in enumerate(WHO)
        for m, b in enumerate(BAD)
    ]
    good = [Sample(line_of(f"{w}{g}"), (), f"g{n}{m}") for n, w in enumerate(WHO) for m, g in enumerate(GOOD)]
    return bad + good


def test_training_twice_makes_the_same_bytes_in_whatever_order_the_lines_come() -> None:
    assert train(samples(), {"made": "twice"}) == train(samples()[::-1], {"made": "twice"})


def test_it_learns_what_the_lines_say() -> None:
    weights = read_weights(train(samples(), {}), "w")
    bad, good = line_of("他们等着挨打"), line_of("他们可以办理")
    assert rate(bad, weights)[0] > rate(good, weights)[0]
    assert rate(bad, weights) == (rate(bad, weights)[0], "threat_violence")
    assert weights.severities == {"threat_violence": "critical"}


def test_another_line_makes_another_fingerprint() -> None:
    more = [*samples(), Sample(line_of("谢谢配合"), (), "x")]
    prints = {read_weights(train(s, {}), "w").fingerprint for s in (samples(), more)}
    assert len(prints) == 2


def test_too_few_lines_are_refused() -> None:
    with pytest.raises(UsageError, match="至少要 20 句"):
        train(samples()[:10], {})


def test_training_goes_on_from_weights_that_there_are() -> None:
    """A tenant's few lines add what is new; what was known before stays known."""
    before = read_weights(train(samples(), {}), "w")
    new = ["佛系一点等着瞧", "走着瞧吧", "大家走着瞧", "咱们走着瞧"]
    own = [Sample(line_of(f"{w}{b}"), ("insult",), f"n{n}{m}") for n, w in enumerate(WHO) for m, b in enumerate(new)]
    polite = [Sample(line_of(f"{w}{g}好吗"), (), f"p{n}{m}") for n, w in enumerate(WHO) for m, g in enumerate(GOOD)]
    after = read_weights(train([*own, *polite], {}, base=before), "w")
    assert set(after.categories) == {"insult", "threat_violence"}
    score, category = rate(line_of("你们走着瞧"), after)
    assert (score >= after.threshold, category) == (True, "insult")
    score, category = rate(line_of("他们等着挨打吧"), after)
    assert (score >= after.threshold, category) == (True, "threat_violence")
    assert rate(line_of("他们可以办理"), after)[0] < min(score, rate(line_of("你们走着瞧"), after)[0])
    assert train([*own, *polite], {}, base=before) == train([*polite, *own], {}, base=before)
