"""What characters sound like to a speech recogniser: Mandarin syllables without tone, with the confusions that it makes folded.

Which syllables are folded was counted in 6,000 outputs of a Mandarin recogniser beside what was really read (AISHELL-3, in
https://github.com/esun-ai/phonetic_mlm, Apache-2.0): 4,868 wrong characters, script aside. 3,096 of them (63.6 %) have the
same syllable, tone left out. Of the rest, these families were taken, with the wrong characters that each explains:

    zh/z ch/c sh/s 91    in/ing 84    ü/i 82    an/ang 45    en/eng 29    n/l 26

Together they explain 71.2 %, and two syllables of that text taken by chance then agree in 1.20 % instead of 0.86 %. Left out,
as too rare: l/r 12, h/f 4. Left out, as they would chain with those taken until half the finals were one: i/in 30, ai/an 26,
ie/ian 21.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

SURE_BY_SOUND_FROM = 3  # syllables; shorter phrases share their sound with too many other words
INITIALS = ("", *"bpmfdtlgkhjqxzcsr")
FINALS = (
    "a", "ai", "an", "ao", "e", "ei", "en", "er", "i", "ia", "ian", "iao", "ie", "in", "iong", "iou", "o", "ong", "ou",
    "u", "ua", "uai", "uan", "uei", "uen", "uo",
)  # fmt: skip
FOLDED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}
FOLDED_FINALS = {
    "ing": "in", "eng": "en", "ueng": "uen", "ang": "an", "iang": "ian", "uang": "uan",
    "v": "i", "van": "ian", "ve": "ie", "vn": "in",
}  # fmt: skip
# the private use area holds no character of any text, so a syllable is never taken for one
FIRST_SYMBOL = 0xE000


def sound(text: str) -> str:
    """The text with each Chinese character as one symbol of its sound, the rest as it is; as long as the text.

    A character has its most usual reading: which one was meant is hard to tell among wrong characters.
    """
    return text.translate(_SYMBOLS)


def is_sound(word: str) -> bool:
    """Whether the word is written in symbols of sounds, at least in part."""
    return bool(word) and max(word) >= chr(FIRST_SYMBOL) and not word.isascii()


def sounds(phrase: str) -> frozenset[str]:
    """The sounds of a phrase: with the readings that its characters have together (还 huán in 还钱), and as ``sound`` has it."""
    return frozenset((_together(phrase), sound(phrase)))


def sounds_of(phrases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Both sounds of each phrase, as ``sounds`` has them; for thousands of phrases of one line each."""
    if not phrases:
        return iter(())
    lines = "\n".join(phrases)
    return zip(_together(lines).split("\n"), sound(lines).split("\n"), strict=True)


def _together(text: str) -> str:
    from pypinyin import lazy_pinyin

    # a list keeps letters and digits apart; the type stub knows of strings only
    return "".join(map(_symbol, lazy_pinyin(text, errors=list), text))  # type: ignore[arg-type]


@lru_cache(maxsize=8192)
def _symbol(syllable: str, character: str) -> str:
    from pypinyin.contrib.tone_convert import to_finals, to_initials

    # letters and digits come back as they are; a few sounds are no syllable (呣 m)
    if syllable == character:
        return character
    initial, final = to_initials(syllable), to_finals(syllable, v_to_u=False)
    initial, final = FOLDED_INITIALS.get(initial, initial), FOLDED_FINALS.get(final, final)
    if initial not in INITIALS or final not in FINALS:
        return character
    return chr(FIRST_SYMBOL + INITIALS.index(initial) * len(FINALS) + FINALS.index(final))


class _Symbols(dict[int, str]):
    """Code point → symbol, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        from pypinyin import lazy_pinyin

        (syllable,) = lazy_pinyin(chr(code))
        self[code] = _symbol(syllable, chr(code))
        return self[code]


_SYMBOLS = _Symbols()
