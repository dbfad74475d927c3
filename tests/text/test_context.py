"""What stands around a hit and changes its meaning: pairs of sentences that differ in just that."""

from __future__ import annotations

import pytest

from auditor.text.context import CONTEXTS
from auditor.text.normalise import normalise

# context → sentences with the words whose context is looked at: those it clears, and those it must not clear
CLEARS: dict[str, list[tuple[str, str]]] = {
    "negated": [
        ("我们不会上门", "上门"),
        ("我们绝不会爆您通讯录", "爆您通讯录"),
        ("我们没有威胁您", "威胁您"),
        ("我从来没有骂过您", "骂过您"),
        ("您不用担心我们上门", "上门"),
        ("没有人会上门的", "上门"),
        ("我们是不可能上门的", "上门"),
        ("我们唔会上门", "上门"),
        ("本行不得上门催收", "上门"),
        ("不上门", "上门"),
        ("您别怕，我们不上门", "上门"),
        ("我们不会，也不可能上门", "上门"),
        ("不会有人上门", "上门"),
        ("严禁上门", "上门"),
        ("不存在上门这回事", "上门"),
        ("我们无权冻结您的账户", "冻结您的账户"),
        ("上门是不会的", "上门"),
        ("爆通讯录这种事我们不做", "爆通讯录"),
        ("威胁您的话我们是不会说的", "威胁您"),
        ("我們不會上門的，您放心", "上門"),
        ("我们并没有说要起诉您", "起诉您"),
        ("从不泄露客户信息", "泄露客户信息"),
        ("不需要您转私人账户", "转私人账户"),
        ("我們絕不會爆您通訊錄", "爆您通訊錄"),
        ("没有谁会去你单位", "去你单位"),
    ],
    "quoted": [
        ("您说我威胁您", "威胁您"),
        ("您刚才说我们骂您，我核实一下", "骂您"),
        ("网上说的爆通讯录，我们不做", "爆通讯录"),
        ("您反映有人上门，我登记一下", "上门"),
        ("客户投诉我们威胁他", "威胁他"),
        ("您听说的上门是谣言", "上门"),
        ("您看到的那个打砸的视频不是我们", "打砸"),
        ("有人自称是法院的给您打电话", "法院的"),
        ("您提到上次有同事说要爆通讯录", "爆通讯录"),
        ("您说的这个骚扰，我们会核查", "骚扰"),
        ("您刚才跟我说有人骂您", "骂您"),
        ("您反映，我们威胁您", "威胁您"),
        ("您说我们会上门", "上门"),
        ("您聽說我們會爆通訊錄，沒有的事", "爆通訊錄"),
    ],
    "advised_against": [
        ("千万别转私人账户", "转私人账户"),
        ("让您转私人账户的都是骗子", "转私人账户"),
        ("谨防有人让您转到个人账户", "转到个人账户"),
        ("请不要把钱转给个人", "转给个人"),
        ("不要去借高利贷", "借高利贷"),
        ("借网贷来还是不对的，不要这样", "借网贷"),
        ("切勿向任何人转账", "转账"),
        ("如果有人让您私下转账，请举报", "私下转账"),
        ("不建议您以贷养贷", "以贷养贷"),
        ("我不建议您去借别的平台", "借别的平台"),
        ("請不要轉給個人", "轉給個人"),
        ("别转个人账户", "转个人账户"),
    ],
    "possible": [
        ("法院可能会依法受理", "法院"),
        ("银行可能会依法起诉", "起诉"),
        ("银行有权通过诉讼主张", "诉讼"),
        ("不排除采取法律手段", "法律手段"),
        ("你可能要坐牢", "坐牢"),
        ("你有权投诉，我有权弄死你", "弄死你"),
        ("法院或许会受理", "受理"),
    ],
    "conditional": [
        ("如果您不还，我们会起诉", "起诉"),
        ("万一起诉了", "起诉"),
        ("起诉的话对您不好", "起诉"),
        ("倘若起诉了", "起诉"),
    ],
    "asked": [
        ("您是担心我们上门吗？", "上门"),
        ("你们是不是要爆我通讯录", "爆我通讯录"),
        ("是有人上门找您了吗", "上门"),
        ("谁上门了？", "上门"),
        ("您說的是有人上門嗎", "上門"),
    ],
}
LEAVES: dict[str, list[tuple[str, str]]] = {
    "negated": [
        ("我不会上门才怪", "上门"),
        ("你以为我不敢上门？", "上门"),
        ("别以为我们不会去你家", "去你家"),
        ("不是我要爆你通讯录，是你逼我的", "爆你通讯录"),
        ("再不还钱我就上门", "上门"),
        ("你不还我们就爆通讯录", "爆通讯录"),
        ("不还钱就把你通讯录打一遍", "通讯录"),
        ("不好意思，明天上门", "上门"),
        ("不光上门，还去你单位", "上门"),
        ("不只是上门，还要去单位", "上门"),
        ("我不是吓你，明天就上门", "上门"),
        ("我可没跟你开玩笑，今晚就上门", "上门"),
        ("我没有吓唬你我今晚上门", "上门"),
        ("不跟你废话直接上门", "上门"),
        ("我们不会不上门", "上门"),
        ("没办法只能上门了", "上门"),
        ("你不接电话我们只好上门", "上门"),
        ("不要逼我上门", "上门"),
        ("别逼我爆你通讯录", "爆你通讯录"),
        ("不代表我们不上门", "上门"),
        ("谁说我们不上门", "上门"),
        ("不信你试试，我明天上门", "上门"),
        ("由不得你，明天上门", "上门"),
        ("不用等明天，今天就上门", "上门"),
        ("不管你在不在家都上门", "上门"),
        ("没多久就上门", "上门"),
        ("难道我们不能上门吗", "上门"),
        ("这个不行，我要上门", "上门"),
        ("我不认识你，但我会上门", "上门"),
        ("没钱就卖房", "卖房"),
        ("上门我可不敢保证不去", "上门"),
        ("還不還？不還就上門", "上門"),
        ("这个月不处理的话会上门", "上门"),
        ("您未按时还款会上门", "上门"),
        ("没人管得了我，我就上门", "上门"),
        ("不信治不了你，起诉你", "起诉你"),
        ("我又不是不会上门", "上门"),
        ("不是不上门，是时候未到", "上门"),
        ("您没有还款，我们起诉", "起诉"),
        ("您一直没有还款我们将起诉", "起诉"),
        ("不按时还款影响征信", "影响征信"),
        ("没按时还款会影响征信", "影响征信"),
        ("未来三天上门", "上门"),
        ("没关系，明天上门", "上门"),
        ("你特别烦，我上门", "上门"),
        ("你这种不要脸的废物", "废物"),
        ("对不起，上门", "上门"),
        ("别人家我不管，你家我上门", "上门"),
        ("上门的话我们不会客气", "上门"),
        ("起诉的事没有商量", "起诉"),
    ],
    "quoted": [
        ("我就威胁你了怎么着", "威胁你"),
        ("您说我威胁您，我就威胁你了怎么着", "我就威胁你"),
        ("我告诉你，我会爆你通讯录", "爆你通讯录"),
        ("我跟你说，明天上门", "上门"),
        ("我之前说过要上门，今天就上门", "上门"),
        ("他说你欠钱不还，我们要上门", "上门"),
        ("你说不还，那我弄死你", "弄死你"),
        ("您说您没钱，我上门看看", "上门看看"),
        ("你觉得我不敢弄死你", "弄死你"),
        ("我说弄死你就弄死你", "弄死你"),
        ("昨天说好的还款呢，骗子", "骗子"),
        ("之前说了不还就上门", "上门"),
        ("上次跟你说过，再不还就去你单位", "去你单位"),
        ("那边说你就是个老赖", "老赖"),
        ("你说你是不是个骗子", "骗子"),
        ("你说说你，废物一个", "废物"),
        ("你说你这个废物", "废物"),
    ],
    "advised_against": [
        ("转我私人账户", "转我私人账户"),
        ("您小心点，我弄死你", "弄死你"),
        ("小心我爆你通讯录", "爆你通讯录"),
        ("当心我上门", "上门"),
        ("别磨叽，去借网贷", "借网贷"),
        ("不要找借口，转我微信", "转我微信"),
        ("钱转我微信，别转公司", "转我微信"),
        ("转我私人账户，不要转官方", "转我私人账户"),
        ("别说我没提醒你，转我支付宝", "转我支付宝"),
        ("避免影响征信，转我微信", "转我微信"),
        ("为了避免上门，你转我微信", "转我微信"),
        ("你去借，不要跟我说没地方借", "去借"),
        ("别再骗我，找你爸妈要", "找你爸妈要"),
        ("拒绝还款就等着上门", "上门"),
        ("你去找别人借", "借"),
        ("特别提醒你转我微信", "转我微信"),
        ("要不要转我微信", "转我微信"),
        ("去别的平台借", "借"),
        ("转我微信，走公司的话别给", "转我微信"),
    ],
    "possible": [
        ("法院明天就抓你", "抓你"),
        ("我们一定会依法起诉你", "起诉"),
        ("依法马上抓你", "抓你"),
        ("可能今天就上门抓你", "抓你"),
        ("不可能不起诉你", "起诉你"),
        ("银行肯定会起诉", "起诉"),
    ],
    "conditional": [
        ("明天起诉你", "起诉"),
        ("起诉你，如果你有空就来", "起诉"),
    ],
    "asked": [
        ("信不信我上门？", "上门"),
        ("你要不要脸？骗子", "骗子"),
        ("你是不是人？", "是不是人"),
        ("明天上门，你怎么说", "上门"),
        ("今晚弄死你，听见没有？", "弄死你"),
        ("我弄死你你信吗", "弄死你"),
        ("怎么还不还，骗子", "骗子"),
        ("弄死你，怕了吗？", "弄死你"),
        ("多少钱都要还，爆你通讯录", "爆你通讯录"),
        ("什么时候还？爆你通讯录", "爆你通讯录"),
        ("你想让我上门是吗？", "上门"),
        ("你以为我不敢上门？", "上门"),
        ("上门。您好吗？", "上门"),
    ],
}


def holds(context: str, sentence: str, words: str) -> bool:
    """Whether the context holds for these words in the sentence."""
    text, folded = normalise(sentence), normalise(words).text
    start = text.text.index(folded)
    return CONTEXTS[context](text, start, start + len(folded))


@pytest.mark.parametrize(
    ("context", "sentence", "words"), [(c, *pair) for c, pairs in CLEARS.items() for pair in pairs]
)
def test_innocent(context: str, sentence: str, words: str) -> None:
    """The context makes the words innocent."""
    assert holds(context, sentence, words)


@pytest.mark.parametrize(
    ("context", "sentence", "words"), [(c, *pair) for c, pairs in LEAVES.items() for pair in pairs]
)
def test_not_innocent(context: str, sentence: str, words: str) -> None:
    """It only looks like the context: the words mean what they say."""
    assert not holds(context, sentence, words)


def test_every_context_is_tried_both_ways() -> None:
    """No context goes without sentences of both kinds."""
    assert set(CLEARS) == set(LEAVES) == set(CONTEXTS)


@pytest.mark.parametrize("context", sorted(CONTEXTS))
@pytest.mark.parametrize("sentence", ["上门", "上门。", "我们不会。上门。不会"])
def test_a_context_ends_with_the_sentence(context: str, sentence: str) -> None:
    """Nothing outside the sentence of the words clears them."""
    assert not holds(context, sentence, "上门")


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_a_sentence_without_end_is_looked_at_nearby_only(context: str) -> None:
    """Where a recogniser gives no sentence ends, words far away neither clear a hit nor cost time."""
    text = normalise("如果您说千万别这样可能吗" + "好" * 100_000 + "上门" + "好" * 100_000 + "都是骗子吗")
    start = text.text.index("上门")
    assert not CONTEXTS[context](text, start, start + 2)


@pytest.mark.parametrize(
    "said", ["你跟法官说去吧，今晚就派人抓你", "你去投诉吧，今晚就派人抓你", "你尽管去说，今晚就派人抓你"]
)
def test_being_told_to_say_something_is_no_report(said: str) -> None:
    """你去投诉吧 does not turn the threat after it into something that somebody else said."""
    text = normalise(said)
    at = text.text.index("抓你")
    assert not CONTEXTS["quoted"](text, at, at + 2)
