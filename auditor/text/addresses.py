"""Where somebody lives: the written order of addresses in mainland China, Taiwan and Hong Kong, in plain text (see ``spoken.plain``).

An address is a street, estate or building with a number behind it (文三路120号, 中山路二段45巷3弄12号5楼, 翠湖花园3栋502室), and the
province, city and district in front of it. A street without a number is no address, nor is a day after a word that ends like a
street (本线路二十号).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_NUMBER = r"(?:[0-9零〇一二三四五六七八九幺十百两廿]{1,6}|[a-z](?![a-z]))(?:[之-][0-9零〇一二三四五六七八九幺十]{1,4})?"
_BLANK = r"[ ,，、-]?"
_UNIT = (
    r"(?:号楼|号院|单元|段|巷|弄|衖|号|栋|幢|座|期|组|队|楼|层|室|户|房|邻)(?:之[0-9零〇一二三四五六七八九幺十]{1,3})?"
)
_PART = re.compile(f"{_BLANK}({_NUMBER})[ ]?({_UNIT})")
_ROOM = re.compile(
    f"{_BLANK}[0-9零〇一二三四五六七八九幺]{{3,4}}(?![0-9零〇一二三四五六七八九幺]|[元块月日天年点万千百十])"
)
_STREETS = ("路", "街", "大道", "道", "巷", "弄", "胡同", "里", "坊", "径")
_ESTATES = (
    "小区", "花园", "家园", "苑", "新村", "公寓", "大厦", "大楼", "广场", "山庄", "中心", "阁", "轩", "庭", "居", "城",
    "湾", "府", "邨", "村", "屯", "庄", "楼", "台",
)  # fmt: skip
_PLACE = re.compile(
    f"({'|'.join(sorted((*_STREETS, *_ESTATES), key=len, reverse=True))})[东西南北中]?(?={_BLANK}{_NUMBER}[ ]?{_UNIT})"
)
# what ends like a street and is none
_NO_STREET = re.compile(
    r"(?:[网线铁公马思门出上条道电套活后退销问走过赶引带让绕认同生死末短断回这那哪整逛满知报渠频管通隧跑轨厚难味劳街人家心手城夜此]"
    r"|半|一)(?:路|街|道|里|弄|巷)$"
)
# words before an address that no part of one begins with
_APART = "我你您他她它们在喺住是到去寄送址搬从这那哪的了吗呢吧叫说就请问写填报给把与跟，,。.?？!！:：;；、\n\f*＊()（） \"'“”"
_LEFT = re.compile(
    f"(?:[^{_APART}]{{1,6}}?(?:特别行政区|自治区|自治州|街道|省|市|区|县|镇|乡|旗|盟|州|里|村){_BLANK}){{0,6}}"
    f"(?:{_NUMBER}邻)?[^{_APART}]{{1,8}}$"
)
_LONGEST = 48
_TOWN = re.compile(r"(?:省|市|区|县|镇|乡|九龙|香港|新界)")
# what leads to the very place: without one of them there is no more than a street or a house in it
_STREET_UNITS = ("号", "弄", "巷", "室", "栋", "幢")
_DOORS = ("室", "户", "房", "单元", "栋", "幢", "号楼", "座")


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """(start, end) of each address in a plain text, in order."""
    reached = 0
    for place in _PLACE.finditer(text):
        if place.start() < reached:
            continue
        units: list[str] = []
        end = place.end()
        while part := _PART.match(text, end):
            units.append(part[2])
            end = part.end()
        if units[-1].startswith(("单元", "号", "栋", "幢", "座", "楼", "层")) and (room := _ROOM.match(text, end)):
            units.append("室")
            end = room.end()
        left = _LEFT.search(text, max(reached, place.start() - _LONGEST), place.start())
        if left is None or not _holds(text[left.start() : place.end()], place[1], units):
            continue
        reached = end
        yield left.start(), end


def _holds(name: str, suffix: str, units: list[str]) -> bool:
    """Whether the name of the place and the numbers behind it make an address."""
    town = _TOWN.search(name[: -len(suffix)])
    if suffix in _STREETS:
        doubtful = suffix in ("道", "里", "坊", "径") or _NO_STREET.search(name)
        if doubtful and town is None and len(units) < 2:
            return False
        return any(u.startswith(_STREET_UNITS) for u in units)
    if suffix in ("村", "屯", "庄"):
        return town is not None or any(u.startswith(("组", "队")) for u in units)
    return any(u.startswith(_DOORS) for u in units) and (len(units) > 1 or town is not None)
