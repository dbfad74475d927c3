"""What stands around a hit and changes its meaning: negation, quotation, advice against, possibility, condition, question.

Each test is a pure function of comparable text and a hit's place in it. ``CONTEXTS`` is the registry that rule files name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.text.normalise import Comparable

_NEGATOR = re.compile(
    r"绝不|决不|从不|从没|从来没|并不|并没|并非|不会|不能|不可以|不可|不得|不要|不许|不准|不用|不必|不需|不是|不存在|不该|不应|不允许|不敢|没有|没说|没人|没|未(?![来婚必])|无需|无须|无权|禁止|严禁|杜绝|唔会|唔好|唔可以|冇|勿|(?<![分区特性级个告离派])别(?![的人家处致])|不"
)
_DOUBLE = re.compile(
    r"才怪|不信|信不信|不可能不|不得不|不会不|不能不|别以为|你以为|难道|谁说|怎么不|何尝|不是不|不就|能不|敢不敢|是不是|会不会|要不要|能不能|可不可|有没有|不如|不但|不仅|不光|不管|不止|不只|要不|不然|差不多|不过|不好意思|不错|不知|受不了|跑不|躲不|逃不|不掉|少不了|免不了|不了|不停|不断|不还|不处理|不接|不配合|没完|没钱|没还|没处理|没还|没接|不想|不愿|不肯|再不|还不|若不|如不|一天不|只要不|不给|不来|不交|不缴|不结|不清|别怪|别逼|别怨|不客气|不手软|不留情|没那么|没这么|没准|没法|不怕|别指望|别想|拿不准|说不准|不确定|不清楚|不懂|不明白|不放心|不满|不会用|不会操作|不方便|不愿|不管|不同意|不认|不信任"
    r"|没关系|没问题|没事|没用|没良心|没出息|没本事|没脸|没教养|没素质|没多久|没办法|没(?:有)?(?:吓|跟你|跟您|和你|开玩笑|骗你|商量|意思)|不(?:是)?吓|不跟[你您]|不和[你您]"
    r"|不要(?:脸|逼|等|再拖|拖)|不用等|不是(?:人|东西|玩笑|吓)|不知好歹|不识|不懂事|不配|不争气|不中用|不负责|不孝|不讲|不算人|对不起|了不起|看不起|瞧不起|不见|不久|不日|不论"
    r"|由不得|在不在|(?:未|没有?|不)(?:能)?(?:按时|按期|及时|如期)|(?:未|没有?|不)(?:还款|还钱|缴|处理|接电话|付款|结清|回复|到账)"
)
_CONTRAST = re.compile(
    r"而是|就是|只是|但是|可是|不过|反而|就要|那就|只能|只好|直接|马上|立刻|今晚|明天|将|都(?=上|去|要)|(?<!担心)(?<!怕)(?<!说)(?<!是)我(?!们?说)"
)
_RHETORICAL_DENIAL = re.compile(r"才怪|别以为|你以为|难道|谁说|信不信|不信你|不代表.{0,6}不|不等于.{0,6}不|不是不")
_DENIED_AFTER = re.compile(
    r"(?:是|(?:的|的?这种|的?这类|那种)?(?:话|事|行为|情况|做法)).{0,6}?(?:不会(?!客气|手软|放过|留情|罢|提前|通知|再|只|轻|少)|绝不|不做|不干|不可能|不存在|不允许|没有(?!商量|余地|回头|办法|用))"
)
_QUOTE = re.compile(
    r"(?:(?<![跟对和给同])[您你](?!说(?:说|[你您](?:这|就|是不是|怎么|一个|个|咋|啊)))|他|她|客户|人家|别人|网上|有人|视频里?|新闻里?|朋友|同事|上一?[位个通]|那边|对方|骗子|传言|短信里?)"
    r".{0,10}?(?:说的?|讲的?|话讲|提到的?|反映的?|反馈的?|听到的?|听说的?|看到的?|刷到的?|担心的?|以为的?|觉得|问的?|问到|投诉的?|自称|声称|传的?|写的?|叫的?|称|转述)"
    r"|所谓|听说|据说|传言|假如有人|如果有人|有没有人|要是有人|自称|冒充的?人?"
)
_OWN_VOICE = re.compile(r"我(?:们)?(?:不敢|就|会|要|现在|马上|立刻|还|偏|今天|明天)|怎么了|怎么着|那又怎样|没错|就是")
# 你跟法官说去吧, 你去投诉吧: told to say it, not said to have said it
_TOLD_TO = re.compile(r"[您你](?:们|自己|就|也|可以|尽管|随便|爱|敢|有本事)*(?:去|跟|找|向|上|到|爱|敢|尽管|随便|赶紧)")
_TURNS_TO_SELF = re.compile(r"那?(?:我|咱)")
_ADVICE = re.compile(
    r"千万别|千万不要|千万不能|请不要|(?<!要)不要(?!脸|逼|以为|怪)|请勿|切勿|切忌|切莫|不建议|不用去|不必去|谨防|警惕|(?:小心|当心|提防)(?!点|着|我|自己|你)|防止|(?<!为了)避免"
    r"|(?<![分区特性级个告离派])别(?![的人家处致怪逼以])再?去?|拒绝(?!还|配合|处理|接|缴|付)|没必要|不值得|不鼓励|不提倡|不推荐|唔好|毋须|请别"
)
_ADVICE_AFTER = re.compile(
    r"(?:都|那|就|肯定|一定|百分之百|均|全)?(?:是|系)(?:骗子|诈骗|假的|假冒|违规|不合规|不允许|被禁止|不对)|不要(?:相信|轻信|信|理)|别(?:相信|信|理)|请(?:举报|投诉|挂断|报警)|可以(?:举报|投诉)|属于违规|是违规|有风险|不合规|不可信"
)
_POSSIBLE = re.compile(
    r"(?<!不)可能|有权|或许|也许|不排除|视情况|视乎|依法|依照|按照法律|根据(?:法律|规定|合同)|按(?:规定|合同|约定)|保留.{0,6}权利|有机会|会考虑|未必|不一定|法律(?:程序|途径|手段)|司法(?:程序|途径)|通过诉讼|以.{0,4}(?:为准|通知)|法院.{0,6}(?:决定|裁定|判决|认定)"
)
_CERTAIN = re.compile(
    r"一定会?|肯定|马上|立刻|立马|已经|今天(?:就|下午|晚上|上午|之内)|明天(?:就|一早|上午)?|今晚|现在就|百分之百|必定|必然|准备好|等着|分分钟|铁定|跑不掉|绝对"
)
_CONDITION = re.compile(r"如果|若是|要是|假如|假设|万一|倘若|一旦|的话")
_ASKING = re.compile(r"吗|是不是|有没有|是否|能不能|可不可以|需不需要|会不会|要不要|怎么|什么|哪|谁|多少|几")
_RHETORIC = re.compile(
    r"怎么着|怎么了|那又怎|信不信|你以为|难道|凭什么|谁给你|好意思|还有脸|有没有良心|要不要脸|是不是人|是不是想|还想不想|敢不敢|怕不怕|怕了吗|怕吗|信吗|想不想|想让我|听(?:见|到|懂|清楚)了?(?:没有?|吗)"
)

REACH = 14  # characters before a hit in which a negator still governs it
EARSHOT = 160  # characters around a hit in which anything is looked for; some recognisers give no sentence ends


def _sentence(text: Comparable, start: int, end: int) -> tuple[int, int]:
    left, right = text.sentence_around(start, end)
    return max(left, start - EARSHOT), min(right, end + EARSHOT)


def _clause(text: Comparable, start: int, end: int) -> tuple[int, int]:
    left, right = text.clause_around(start, end)
    return max(left, start - EARSHOT), min(right, end + EARSHOT)


def negated(text: Comparable, start: int, end: int) -> bool:
    """The hit's clause denies it: 我们不会上门, 绝不爆通讯录; not 我不会上门才怪, 你以为我不敢上门.

    The negator must stand before the hit, in its clause, at most ``REACH`` characters away, with no turn of thought
    (就, 而是) between; idioms that only look negative (要不, 差不多, 再不还) do not count.
    """
    left, right = _clause(text, start, end)
    rhetoric = text.text[left : min(len(text.text), right + 4)]
    if _RHETORICAL_DENIAL.search(rhetoric):
        return False
    if _DENIED_AFTER.match(text.text, end, right):
        return True
    before = text.text[max(left, start - REACH) : start]
    if _self_contradiction(text, start, end):
        return False
    masked = _DOUBLE.sub(lambda m: "＿" * len(m.group()), before + text.text[start : start + 2])[: len(before)]
    negators = list(_NEGATOR.finditer(masked))
    return bool(negators) and not _CONTRAST.search(masked, negators[-1].end())


def _self_contradiction(text: Comparable, start: int, end: int) -> bool:
    """不是我要爆你通讯录，是你逼我的: the denial of a motive, not of the deed."""
    left, right = _sentence(text, start, end)
    return bool(re.search(r"不是我.{0,14}(?:是你|你自己|你逼)", text.text[left:right]))


def quoted(text: Comparable, start: int, end: int) -> bool:
    """The hit reports what somebody else said or fears: 您说我们威胁您, 网上传的爆通讯录; not 你说我威胁你，我就威胁你了."""
    left, _ = _sentence(text, start, end)
    frames = [frame for frame in _QUOTE.finditer(text.text, left, start) if not _TOLD_TO.match(frame.group())]
    if not frames:
        return False
    told = frames[-1].end()
    # 您说我们会上门 is still the report; what comes after it is the agent's own voice
    own_voices = _OWN_VOICE.finditer(text.text, told, end)
    if any(own.start() > told + 2 or re.search(r"就|不敢", own.group()) for own in own_voices):
        return False
    # 您说您没钱，我上门看看: the report ends where the agent speaks of what the agent will do
    clause, _ = text.clause_around(start, end)
    return not (clause > told and _TURNS_TO_SELF.match(text.text, clause))


def advised_against(text: Comparable, start: int, end: int) -> bool:
    """The agent warns of it: 千万别转私人账户, 让您转私人账户的都是骗子."""
    _, right = _sentence(text, start, end)
    left, _ = _clause(text, start, end)
    if _ADVICE.search(text.text, left, start):
        return True
    return bool(_ADVICE_AFTER.search(text.text, end, right))


def possible(text: Comparable, start: int, end: int) -> bool:
    """It is put as something that may happen under the law, with nothing certain or immediate in the same sentence."""
    left, right = _sentence(text, start, end)
    _, clause = _clause(text, start, end)
    if not _POSSIBLE.search(text.text, left, clause):
        return False
    return not _CERTAIN.search(text.text, left, right)


def conditional(text: Comparable, start: int, end: int) -> bool:
    """A condition stands before the hit in its sentence: 如果, 要是, 万一 …; or the hit is one itself: 起诉的话."""
    left, _ = _sentence(text, start, end)
    return bool(_CONDITION.search(text.text, left, start)) or text.text.startswith("的话", end)


def asked(text: Comparable, start: int, end: int) -> bool:
    """A genuine question holds the hit: 您是担心我们上门吗？; not 信不信我上门？."""
    left, right = _sentence(text, start, end)
    if _RHETORIC.search(text.text, left, right):
        return False
    clause_left, clause_right = _clause(text, start, end)
    return text.sentence[start] in text.asks or bool(_ASKING.search(text.text, clause_left, clause_right))


CONTEXTS: dict[str, Callable[[Comparable, int, int], bool]] = {
    "negated": negated,
    "quoted": quoted,
    "advised_against": advised_against,
    "possible": possible,
    "conditional": conditional,
    "asked": asked,
}
