"""What stands around a hit and changes its meaning: negation, quotation, advice against, possibility, condition, question.

Each test is a pure function of comparable text and a hit's place in it; the words it looks for stand in ``wording``.
``CONTEXTS`` is the registry that rule files name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from auditor.text import wording
from auditor.text.normalise import Comparable
from auditor.text.wording import compiled, either

REACH = 14  # characters before a hit in which a negator still governs it
SHORT_REACH = 4  # the same for 不, 没, 别 alone
TAKEN_UP = 4  # characters between a hit and the 这种话 that takes it up
DENIED_WITHIN = 12  # characters between that and its denial
EARSHOT = 160  # characters around a hit in which anything is looked for; some recognisers give no sentence ends

_NEGATOR = compiled(wording.NEGATORS)
# 钱到了公司就不会知道 promises, and what is promised is the threat; 不会 at the very end has nothing left to deny
_NEGATED_MODAL = re.compile(rf"(?<![就才]){either(wording.NEGATED_MODALS)}(?=.)")
_SHORT_NEGATOR = compiled(wording.SHORT_NEGATORS)
# 走不走, 还没还 ask, whatever the verb
_ONLY_LOOKS_NEGATIVE = re.compile(rf"{either(wording.ONLY_LOOK_NEGATIVE)}|{either(wording.YES_OR_NO)}")
# 我们没说我们会上门 is denied; 我没有吓唬你我今晚上门 is not: a second 我 begins anew
_TURN = re.compile(rf"{either(wording.TURNS)}|(?<!担心)(?<![怕说是])我(?!们?说)")
_AFFIRMED = compiled(wording.AFFIRMED_BY_DENIAL)
_NOT_MY_WISH = re.compile(r"不是我.{0,14}(?:是你|你自己|你逼)")
_SUCH = compiled(wording.SUCH_TALK, wording.SUCH_CONDUCT)
_DENIED_BEHIND = compiled(wording.DENIED_BEHIND)
_DENIES_NOTHING = compiled(wording.DENIES_NOTHING_BEHIND)

# 你说说你, 你说你是不是, 你说这人 are rhetoric; 跟你说 is the agent speaking
_RHETORICAL_SAY = r"说(?:说|[你您]?(?:这|就|是不是|怎么|一个|个|咋|啊))"
# 你这叫赖账 is the speaker's own word for it
_VERDICT = "这(?:也|不|才|就)?(?:叫|是|算)"
# 你以为我不敢 tells what the customer is wrong about
_MISTAKEN = "(?:还|真|就|是不是|不会)?以为"
_REPORT = re.compile(
    rf"(?:(?<![跟对和给同])[您你](?!{_RHETORICAL_SAY}|{_VERDICT}|{_MISTAKEN})|{either(wording.REPORTED)})"
    rf".{{0,10}}?{either(wording.REPORTS)}的?|(?<!别){either(wording.HEARSAY)}"
)
_OWN_VOICE = compiled(wording.OWN_VOICE)
_DEFIANT = re.compile("就|不敢")
# 你跟法官说去吧, 你去投诉吧, 你别自称客户: told to say it or not to, not said to have said it
_TOLD_TO = re.compile(
    r"[您你](?:们|自己|就|也|可以|尽管|随便|爱|敢|有本事)*(?:去|跟|找|向|上|到|爱|敢|尽管|随便|赶紧|别|少|不要)"
)
_TURNS_TO_SELF = re.compile(r"那?(?:我|咱)")
_SUCH_TALK = compiled(wording.SUCH_TALK)
_STANDS_BY_IT = compiled(wording.STANDS_BY_IT)

_WARNS = compiled(wording.WARNS)
_ONLY_LOOKS_LIKE_WARNING = compiled(wording.ONLY_LOOK_LIKE_WARNING)
_CONDEMNS = compiled(wording.CONDEMNS)

_MAY_BE = compiled(wording.MAY_BE)
_LAWFULLY = compiled(wording.LAWFULLY)
_SEIZES = compiled(wording.SEIZES_A_PERSON)
_IMPOSSIBLE = compiled(wording.IMPOSSIBLE)
_CERTAIN = compiled(wording.CERTAIN)
_UNCERTAIN = compiled(wording.UNCERTAIN)
# 两万一 is a sum
_CONDITION = re.compile(rf"(?<![0-9一二两三四五六七八九十百千几]){either(wording.CONDITIONS)}")
_ASKS = compiled(wording.ASKS)
_ASKS_NOTHING = compiled(wording.ASKS_NOTHING)


def _sentence(text: Comparable, start: int, end: int) -> tuple[int, int]:
    left, right = text.sentence_around(start, end)
    return max(left, start - EARSHOT), min(right, end + EARSHOT)


def _clause(text: Comparable, start: int, end: int) -> tuple[int, int]:
    left, right = text.clause_around(start, end)
    return max(left, start - EARSHOT), min(right, end + EARSHOT)


def _without(pattern: re.Pattern[str], said: str) -> str:
    """The same length of text, with what the pattern finds blotted out."""
    return pattern.sub(lambda found: "＿" * len(found.group()), said)


def negated(text: Comparable, start: int, end: int) -> bool:
    """The hit's clause denies it: 我们不会上门, 上门是不会的; not 我不会上门才怪, 不是我要上门，是你逼我的.

    A negator before the hit governs it up to ``REACH`` characters away (不, 没 alone: ``SHORT_REACH``), unless the thought
    turns between them (就, 而是); idioms that only look negative (要不, 差不多, 再不还) do not count. Inside the hit, 不会
    and its like do: 外访人员不会收钱.
    """
    left, right = _clause(text, start, end)
    if _AFFIRMED.search(text.text, left, min(len(text.text), right + len("才怪"))):
        return False
    if _denied_behind(text, start, end):
        return True
    sentence_left, sentence_right = _sentence(text, start, end)
    if _NOT_MY_WISH.search(text.text, sentence_left, sentence_right):
        return False
    # the idiom may run into the hit: 不还 before 还款
    before = _without(_ONLY_LOOKS_NEGATIVE, text.text[left : start + 2])[: start - left]
    governing = [n.end() for n in _NEGATOR.finditer(before) if n.start() >= len(before) - REACH]
    governing += [n.end() for n in _SHORT_NEGATOR.finditer(before) if n.end() >= len(before) - SHORT_REACH]
    inside = _without(_ONLY_LOOKS_NEGATIVE, text.text[start:end])
    return _governs(before, governing) or _governs(inside, [n.end() for n in _NEGATED_MODAL.finditer(inside)])


def _governs(said: str, negators: list[int]) -> bool:
    """Whether the last of the negators, which end at these places, still holds where the words end."""
    return bool(negators) and not _TURN.search(said, max(negators))


def _denied_behind(text: Comparable, start: int, end: int) -> bool:
    """爆通讯录这种事，我们不做; not 上门的话我们不会客气."""
    _, right = _sentence(text, start, end)
    such = _SUCH.search(text.text, end, min(right, end + TAKEN_UP + 4))
    if such is None or such.start() > end + TAKEN_UP:
        return False
    behind = text.text[such.end() : min(right, such.end() + DENIED_WITHIN)]
    return bool(_DENIED_BEHIND.search(_without(_DENIES_NOTHING, behind)))


def quoted(text: Comparable, start: int, end: int) -> bool:
    """The hit reports what somebody else said or fears: 您说我们威胁您, 网上传的爆通讯录; not 你说我威胁你，我就威胁你了.

    So does a hit that is taken up as words: “明天就开庭”这种话.
    """
    left, right = _sentence(text, start, end)
    if _taken_up_as_words(text, end, right):
        return True
    frames = [frame for frame in _REPORT.finditer(text.text, left, start) if not _TOLD_TO.match(frame.group())]
    if not frames:
        return False
    told = frames[-1].end()
    # 您说我们会上门 is still the report; what comes after it is the agent's own voice
    own_voices = _OWN_VOICE.finditer(text.text, told, end)
    if any(own.start() > told + 2 or _DEFIANT.search(own.group()) for own in own_voices):
        return False
    # 您说您没钱，我上门看看: the report ends where the agent speaks of what the agent will do
    clause, _ = text.clause_around(start, end)
    return not (clause > told and _TURNS_TO_SELF.match(text.text, clause))


def _taken_up_as_words(text: Comparable, end: int, right: int) -> bool:
    """这种话 right behind the hit; not 弄死你这话我放这儿了, and not the 的话 of a condition."""
    such = _SUCH_TALK.search(text.text, end, min(right, end + TAKEN_UP + 4))
    if such is None or such.start() > end + TAKEN_UP or such.group() == "的话":
        return False
    return not _STANDS_BY_IT.search(text.text, such.end(), right)


def advised_against(text: Comparable, start: int, end: int) -> bool:
    """The agent warns of it: 千万别转私人账户, 让您转私人账户的都是骗子."""
    _, right = _sentence(text, start, end)
    left, _ = _clause(text, start, end)
    # the idiom may run into the hit: 别说
    before = _without(_ONLY_LOOKS_LIKE_WARNING, text.text[left : start + 2])[: start - left]
    return bool(_WARNS.search(before) or _CONDEMNS.search(text.text, end, right))


def possible(text: Comparable, start: int, end: int) -> bool:
    """It is put as something that may happen under the law, with nothing certain or immediate in the same sentence.

    依法 alone opens nothing where somebody is seized: 依法拘留你.
    """
    left, right = _sentence(text, start, end)
    clause_left, clause = _clause(text, start, end)
    said = _without(_IMPOSSIBLE, text.text[left:clause])
    lawful = _LAWFULLY.search(said) and not _SEIZES.search(text.text, clause_left, clause)
    if not (_MAY_BE.search(said) or lawful):
        return False
    return not _CERTAIN.search(_without(_UNCERTAIN, text.text[left:right]))


def conditional(text: Comparable, start: int, end: int) -> bool:
    """A condition stands before the hit in its sentence: 如果, 要是, 万一 …; or the hit is one itself: 起诉的话."""
    left, _ = _sentence(text, start, end)
    return bool(_CONDITION.search(text.text, left, start)) or text.text.startswith("的话", end)


def asked(text: Comparable, start: int, end: int) -> bool:
    """A genuine question holds the hit: 您是担心我们上门吗？; not 信不信我上门？ and not a request: 转我卡上行吗."""
    left, right = _sentence(text, start, end)
    if _ASKS_NOTHING.search(text.text, left, right):
        return False
    clause_left, clause_right = _clause(text, start, end)
    return text.sentence_at(start) in text.asks or bool(_ASKS.search(text.text, clause_left, clause_right))


CONTEXTS: dict[str, Callable[[Comparable, int, int], bool]] = {
    "negated": negated,
    "quoted": quoted,
    "advised_against": advised_against,
    "possible": possible,
    "conditional": conditional,
    "asked": asked,
}


def cleared(text: Comparable, start: int, end: int, names: Iterable[str]) -> bool:
    """Whether any of these contexts stands around the hit."""
    return any(CONTEXTS[name](text, start, end) for name in names)
