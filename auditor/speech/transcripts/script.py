"""Simplified or traditional, told by characters that only one of the two uses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

# Common in calls, and each the other's counterpart; characters that both scripts use (后, 里, 欠, 系 …) are left out.
_SIMPLIFIED = frozenset(
    "们这个为时说会对过还问让请谢账单额费银钱贷协议约给现应该认识没关务员处诉讼记录电话号码东车长门开见觉听谁吗么样"
    "发边远进动办业两从众义习买卖乱争亲仅传伤伪体债偿储儿内写减击别则刚创删刘剧劝区医华却历压厂张节资产违罚难经济"
)
_TRADITIONAL = frozenset(
    "們這個為爲時說會對過還問讓請謝賬帳單額費銀錢貸協議約給現應該認識沒關務員處訴訟記錄電話號碼東車長門開見覺聽誰嗎麼樣"
    "發邊遠進動辦業兩從眾義習買賣亂爭親僅傳傷偽體債償儲兒內寫減擊別則剛創刪劉劇勸區醫華卻歷壓廠張節資產違罰難經濟繳遲"
)


def script_of(texts: Iterable[str]) -> Literal["Hans", "Hant"] | None:
    """The script that dominates; ``None`` where nothing tells (no such character, or as many of both)."""
    simplified = traditional = 0
    for text in texts:
        simplified += sum(c in _SIMPLIFIED for c in text)
        traditional += sum(c in _TRADITIONAL for c in text)
    if simplified == traditional:
        return None
    return "Hans" if simplified > traditional else "Hant"
