"""Digits wherever they stand and however they are said: 138-0013-8000, １３８, 一三八零零, 幺三八洞洞, 一三八嗯零零幺二。

``plain`` folds a text without moving a character; ``runs`` finds what may be one number, or several in a row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.text.normalise import FILLERS, simplify

BREAK = "\f"
"""A character that no number, name or address runs across."""

VALUES = {
    **{c: str(i) for i, c in enumerate("0123456789")},
    **{c: str(i) for i, c in enumerate("零一二三四五六七八九")},
    **{c: str(i) for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{"幺": "1", "么": "1", "两": "2", "洞": "0", "拐": "7", "勾": "9", "x": "x", "叉": "x"},
}
# words of their own where no digit stands beside them; a number may begin and end on either side of one
UNSURE = frozenset("么两洞拐勾x叉")
DIGIT = f"[{''.join(VALUES)}]"
# what stands between groups that are one number as written, and what ends a phrase
WEAK = frozenset(" -‐‑‒–—−·.~()（）\t")
BETWEEN = f"(?:[{''.join(map(re.escape, sorted(WEAK)))}\\n,，、。…?？!！“”\"'{''.join(sorted(FILLERS))}额呐嘛]"
BETWEEN += "|然后|后面|接着|那个|就是|完了|横?杠|是|再|对|好)"
"""What may stand between the digits of one number, as a pattern: a blank, a mark, a filler, a word."""
_RUN = re.compile(f"{DIGIT}+(?:{BETWEEN}{{1,12}}{DIGIT}+)*")
_GROUP = re.compile(f"{DIGIT}+")
_AMOUNT = re.compile(
    r"(?:[¥￥$]|nt\$|hk\$|rmb)\s?[0-9,]+(?:\.[0-9]+)?"
    r"|(?<![0-9,.-])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?(?!,?[0-9])"
    r"|(?<![0-9.-])[0-9]+\.[0-9]{1,2}(?![0-9.-])"
)


class _Plain(dict[int, str]):
    """Code point → one character: compatible form, lower case, simplified; what nobody hears is a blank."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        folded = c if c in "，．" else unicodedata.normalize("NFKC", c).lower()
        if 0xD800 <= code <= 0xDFFF or unicodedata.category(c) in ("Cc", "Cf", "Mn", "Me"):
            folded = " "
        elif len(folded) != 1:
            folded = c
        elif (value := unicodedata.decimal(folded, None)) is not None:
            folded = str(value)
        elif not folded.isascii() and len(simple := simplify(folded)) == 1:
            folded = simple
        self[code] = folded
        return folded


_PLAIN = _Plain()


def plain(text: str) -> str:
    """The text in compatible form, lower case and simplified script, each character where it stood."""
    return text.translate(_PLAIN)


def without_amounts(text: str) -> str:
    """The plain text with amounts as they are written (12,860.00, ¥500) made unreadable, each as long as it was."""
    return _AMOUNT.sub(lambda amount: BREAK * len(amount[0]), text)


@dataclass(frozen=True, slots=True)
class Run:
    """Digits in a row, with no more between them than blanks, marks, fillers and a few words.

    Attributes:
        digits: their values; ``x`` for the last place of an identity number.
        at: where each stands in the text.
        edges: numbers of the digits at which a group begins or ends, rising; what is one number begins and ends there.
        stops: those of the edges at which a phrase begins or ends: more than a blank or a hyphen stands there.
        said: whether each group was said in words (一三八), not written (138).
    """

    digits: str
    at: tuple[int, ...]
    edges: tuple[int, ...]
    stops: frozenset[int]
    said: tuple[bool, ...]


def runs(text: str) -> Iterator[Run]:
    """Every run of at least two digits in a plain text, in order."""
    for found in _RUN.finditer(text):
        digits: list[str] = []
        at: list[int] = []
        edges = {0}
        stops = {0}
        said: list[bool] = []
        last = found.start()
        for group in _GROUP.finditer(text, *found.span()):
            start, end = group.span()
            edges.add(len(digits))
            if not WEAK.issuperset(text[last:start]):
                stops.add(len(digits))
            for place in range(start, end):
                if text[place] in UNSURE:
                    edges |= {len(digits), len(digits) + 1}
                digits.append(VALUES[text[place]])
                said.append(not text[place].isascii())
                at.append(place)
            edges.add(len(digits))
            last = end
        stops.add(len(digits))
        if len(digits) > 1:
            yield Run("".join(digits), tuple(at), tuple(sorted(edges)), frozenset(stops), tuple(said))
