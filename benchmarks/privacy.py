"""How much personal data is found, what else is masked, and what it costs.

    python benchmarks/privacy.py [--each 60] [--seed 2026] [--calls FILE …]

Two measurements. The first plants made-up numbers, addresses and names in made-up lines: written, in full-width digits, in groups, read
out, with fillers, mixed, and over several utterances, in both scripts. What is planted is known by construction: an item counts as
found where every character of it is masked, and what is masked beside planted items is a false mask. Between them stand amounts,
days, dates, staff and case numbers, and hotlines. Numbers are random with a fixed seed, their checksums right; nobody's own. Then
the same with one digit of each number lost, as a recogniser loses them.

The second masks calls in which nothing is to be masked (the samples): every mask there is false. It prints the cost a call, too.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from auditor.models import Metadata, Region, Speaker, Utterance
from auditor.speech.transcripts import read_calls
from auditor.text.masking import MASK, veil
from auditor.text.normalise import traditional
from auditor.text.numbering import CARD_TAIL, Kind, is_hong_kong_id, is_taiwanese_id
from auditor.text.privacy import find

SAMPLES = Path(__file__).parent.parent / "samples" / "text-calls.jsonl"
SAID = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
FULL = str.maketrans(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ－",
)
FILLERS = ("嗯", "呃", "，", "……", "、", " ", "，然后")
ASIDES = ("嗯。", "好，您说。", "对。", "请继续。")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严金魏姜"
GIVEN = "志明建国丽华秀英晓燕美玲雪梅海霞文静思雨佳怡俊杰永强立新少华东升"
BESIDE: tuple[tuple[Speaker, str], ...] = (
    ("agent", "您尾号七七零二的信用卡，欠款一万两千八百六十元，逾期四十三天。"),
    ("agent", "应还12,860.00元，最后还款日是2026-10-14。"),
    ("agent", "我的工号是零二一七，案件编号C26100101，合同尾号8826。"),
    ("customer", "十月十九号发了工资，先还三千五。"),
    ("agent", "官方热线是四零零，八二零，八八八八，也可以打95588或者12378。"),
    ("customer", "我生日是一九八八年十二月九号，末四位三三六零。"),
    ("agent", "请您在本月二十号之前处理，分十二期，每期一千零八十二块五。"),
    ("customer", "你们一天打了八个电话，十点、十一点、一点、两点都打过。"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One planted item: the utterances of a short call, and (utterance, start, end) of what must be masked."""

    kind: Kind
    way: str
    region: Region
    metadata: Metadata
    utterances: tuple[Utterance, ...]
    planted: tuple[tuple[int, int, int], ...]


def mobile_cn(r: random.Random) -> str:
    return f"1{r.choice('3456789')}{r.randrange(10**9):09}"


def mobile_tw(r: random.Random) -> str:
    return f"09{r.randrange(10**8):08}"


def mobile_hk(r: random.Random) -> str:
    return f"852{r.choice('569')}{r.randrange(1, 8)}{r.randrange(10**6):06}"


def landline_cn(r: random.Random) -> str:
    area = r.choice(("010", "021", "0571", "0755", "028", "0731"))
    return f"{area}{r.choice('2568')}{r.randrange(10 ** (10 - len(area) + (len(area) == 4))):0{10 - len(area) + (len(area) == 4)}}"


def landline_tw(r: random.Random) -> str:
    return f"02{r.choice('2')}{r.randrange(3, 9)}{r.randrange(10**6):06}"


def landline_hk(r: random.Random) -> str:
    return f"2{r.choice('3578')}{r.randrange(10**6):06}"


def id_cn(r: random.Random) -> str:
    from stdnum.cn import ric

    area = r.choice(("110105", "310115", "330106", "440304", "510107", "420111"))
    body = f"{area}{r.randrange(1955, 2003)}{r.randrange(1, 13):02}{r.randrange(1, 29):02}{r.randrange(1000):03}"
    return body + ric.calc_check_digit(body + "0")


def id_tw(r: random.Random) -> str:
    body = f"{r.choice('ABCDEFGHJKLMNPQ')}{r.choice('12')}{r.randrange(10**7):07}"
    return next(body + d for d in "0123456789" if is_taiwanese_id((body + d).lower()))


def id_hk(r: random.Random) -> str:
    body = f"{r.choice('ABCDEGHKMPRVYZ')}{r.randrange(10**6):06}"
    return next(f"{body}({d})" for d in "0123456789A" if is_hong_kong_id((body + d).lower()))


def card(r: random.Random) -> str:
    from stdnum import luhn

    prefix, length = r.choice(
        (("622202", 19), ("621700", 19), ("625965", 16), ("453242", 16), ("540838", 16), ("356827", 16))
    )
    body = prefix + f"{r.randrange(10 ** (length - 7)):0{length - 7}}"
    return body + str(luhn.calc_check_digit(body))


def passport(r: random.Random) -> str:
    return f"E{r.randrange(10**8):08}"


def plate(r: random.Random) -> str:
    return f"{r.choice('京沪粤浙苏川')}{r.choice('ABCDEF')}{r.randrange(10**5):05}"


def email(r: random.Random) -> str:
    return f"{r.choice(('lina', 'wang.min', 'zhao_88'))}{r.randrange(1000)}@{r.choice(('qq.com', '163.com', 'gmail.com', 'mail.com.tw'))}"


def address_cn(r: random.Random) -> str:
    town = r.choice(("浙江省杭州市西湖区", "上海市浦东新区", "成都市锦江区", "北京市朝阳区", "", "广东省深圳市南山区"))
    street = r.choice(("文三路", "建国南路", "科技园大道", "翠竹街", "人民中路"))
    estate = r.choice(("翠湖花园", "阳光小区", "锦绣家园"))
    number = r.randrange(2, 300)
    return r.choice((
        f"{town}{street}{number}号", f"{town}{street}{number}号{r.randrange(1, 20)}栋{r.randrange(101, 2900)}室",
        f"{town}{estate}{r.randrange(1, 20)}栋{r.randrange(1, 5)}单元{r.randrange(101, 2900)}室", f"{town}{street}{number}弄{r.randrange(2, 90)}号",
    ))  # fmt: skip


def address_tw(r: random.Random) -> str:
    town = r.choice(("台北市中山區", "新北市板橋區", "高雄市三民區", "台中市西屯區"))
    lane = r.choice(("", f"{r.randrange(2, 300)}巷", f"{r.randrange(2, 300)}巷{r.randrange(2, 30)}弄"))
    road = r.choice(("中山北路二段", "文化路一段", "建國一路", "民權東路三段"))
    return f"{town}{road}{lane}{r.randrange(2, 300)}號{r.choice(('', '5樓', '12樓之3'))}"


def address_hk(r: random.Random) -> str:
    return r.choice((
        f"九龍彌敦道{r.randrange(2, 700)}號{r.randrange(2, 30)}樓{r.choice('ABCD')}室", f"香港英皇道{r.randrange(2, 700)}號{r.randrange(2, 30)}樓",
        f"沙田第一城{r.randrange(2, 40)}座{r.randrange(2, 30)}樓{r.choice('ABCD')}室",
        f"觀塘翠屏邨翠榆樓{r.randrange(2, 30)}樓{r.randrange(2, 30)}室",
    ))  # fmt: skip


def spoken(text: str, r: random.Random) -> str:
    one = r.choice("一幺")
    return "".join(one if c == "1" else SAID.get(c, c) for c in text)


def grouped(text: str, between: str, size: int = 4) -> str:
    first = len(text) % size or size
    return between.join([text[:first], *(text[i : i + size] for i in range(first, len(text), size))])


def filled(text: str, r: random.Random) -> str:
    groups = grouped(spoken(text, r), "\0", r.choice((3, 4))).split("\0")
    return "".join(g + (r.choice(FILLERS) if n + 1 < len(groups) else "") for n, g in enumerate(groups))


def mixed(text: str, r: random.Random) -> str:
    cut = r.randrange(2, len(text) - 2)
    return text[:cut] + spoken(text[cut:], r)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "written": lambda text, _: text,
    "full width": lambda text, _: text.translate(FULL),
    "groups": lambda text, r: grouped(text, r.choice((" ", "-"))),
    "read out": spoken,
    "fillers": filled,
    "mixed": mixed,
}
NUMBERS: tuple[tuple[Kind, Region, Callable[[random.Random], str], tuple[str, ...]], ...] = (
    ("mobile", "CN", mobile_cn, ("我的手机是{}。", "{}，你记一下。", "打{}找我吧。", "号码换成{}了")),
    ("mobile", "TW", mobile_tw, ("我的手機是{}。", "你打{}給我。", "{}，這支才有人接。")),
    ("mobile", "HK", mobile_hk, ("我電話係{}。", "WhatsApp我啦，{}。")),
    ("landline", "CN", landline_cn, ("单位电话是{}。", "你打{}，找我爱人。")),
    ("landline", "TW", landline_tw, ("家裡電話{}。", "公司是{}。")),
    ("landline", "HK", landline_hk, ("屋企電話{}。", "你打{}搵佢。")),
    ("id_cn", "CN", id_cn, ("身份证号是{}。", "{}，您核对一下。", "证件号码{}")),
    ("id_tw", "TW", id_tw, ("身分證字號{}。", "我的是{}。")),
    ("id_hk", "HK", id_hk, ("身份證係{}。", "我個號碼{}。")),
    ("card", "CN", card, ("卡号{}。", "我那张卡是{}。", "您说的是{}这张吗？")),
    ("passport", "CN", passport, ("护照号{}。", "我用的护照，{}。")),
    ("plate", "CN", plate, ("我那辆车是{}。", "车牌{}，你们别动。")),
)
WORDS: tuple[tuple[Kind, Region, Callable[[random.Random], str], tuple[str, ...]], ...] = (
    ("email", "CN", email, ("邮箱是{}。", "发到{}就行。")),
    ("address", "CN", address_cn, ("我住在{}。", "寄到{}吧。", "您登记的地址是{}，对吗？")),
    ("address", "TW", address_tw, ("我住{}。", "帳單寄到{}。")),
    ("address", "HK", address_hk, ("我住喺{}。", "地址係{}。")),
)
NAMED = ("请问是{}先生吗？", "喂，{}女士您好。", "请问您是{}本人吗？", "{}，你这笔钱怎么说？")


def items(each: int, seed: int) -> Iterator[Item]:
    """So many planted items of each kind and region, with every way of saying them in turn."""
    r = random.Random(seed)
    for kind, region, make, carriers in NUMBERS:
        few = kind in ("id_hk", "passport", "plate")
        ways = [w for w in WAYS if not (few and w in ("groups", "fillers", "mixed"))] + ([] if few else ["spread"])
        for n in range(each):
            yield _item(r, kind, region, make(r), carriers, ways[n % len(ways)])
    for kind, region, make, carriers in WORDS:
        for n in range(each):
            yield _item(
                r, kind, region, make(r), carriers, ("written", "read out")[n % 2] if kind == "address" else "written"
            )
    for n in range(each):
        name = r.choice(SURNAMES) + "".join(r.sample(GIVEN, 2 - n % 2))
        yield _item(r, "name", "CN", name, NAMED, "written", Metadata(region="CN", custom={"客户姓名": name}))


def _item(
    r: random.Random, kind: Kind, region: Region, value: str, carriers: Sequence[str], way: str, known: Metadata | None = None
) -> Item:  # fmt: skip
    before, after = carriers[r.randrange(len(carriers))].split("{}")
    tail = CARD_TAIL if kind == "card" else 0
    said = (spoken if way == "spread" else WAYS[way])(value, r)
    if (region == "TW" or r.random() < 0.3) and kind != "name":
        before, after = traditional(before), traditional(after)
    speaker: Speaker = "agent" if kind == "name" else "customer"
    parts = [said] if way != "spread" else grouped(said, "\0", r.choice((3, 4, 5))).split("\0")
    lines: list[tuple[Speaker, str]] = [r.choice(BESIDE)]
    planted = []
    for n, part in enumerate(parts):
        head, foot = before if n == 0 else "", after if n + 1 == len(parts) else "，"
        planted.append([len(lines), len(head), len(head) + len(part)])
        lines.append((speaker, head + part + foot))
        if n + 1 < len(parts) and r.random() < 0.5:
            lines.append(("agent" if speaker == "customer" else "customer", r.choice(ASIDES)))
    lines.append(r.choice(BESIDE))
    for place in reversed(planted):  # the tail of a card stays
        digits = [
            i for i in range(place[1], place[2]) if lines[place[0]][1][i] in (*FULL_DIGITS, *SAID, *SAID.values(), "幺")
        ]
        kept = digits[len(digits) - min(tail, len(digits)) :]
        tail -= len(kept)
        place[2] = place[2] if not kept else kept[0]
    utterances = tuple(Utterance(who, 4.0 * n, 4.0 * n + 4.0, text) for n, (who, text) in enumerate(lines))
    spans = tuple((u, s, e) for u, s, e in planted if e > s)
    return Item(kind, way, region, known or Metadata(region=region), utterances, spans)


FULL_DIGITS = "０１２３４５６７８９"
MARKS = " -－，。、…嗯呃然后()（）"


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the planted items of a group: all, found whole, named rightly; and masks beside any of them."""

    items: int = 0
    found: int = 0
    named: int = 0
    masks: int = 0
    false: int = 0


def score(planted: Sequence[Item], missed: list[Item] | None = None) -> Score:
    """Finds what was planted, item by item."""
    found = named = masks = false = 0
    for item in planted:
        taken = find(item.utterances, item.metadata)
        covered = {(p.utterance, i) for p in taken for i in range(p.start, p.end)}
        wanted = {(u, i) for u, s, e in item.planted for i in range(s, e) if item.utterances[u].text[i] not in MARKS}
        whole = wanted <= covered
        found += whole
        named += whole and any(p.kind == item.kind for p in taken)
        masks += len(taken)
        false += sum(not any(p.utterance == u and p.start < e and s < p.end for u, s, e in item.planted) for p in taken)
        if missed is not None and not whole:
            missed.append(item)
    return Score(len(planted), found, named, masks, false)


def misheard(planted: Sequence[Item], seed: int) -> list[Item]:
    """The numbers again, one digit of each lost by the recogniser."""
    r = random.Random(seed)
    worse = []
    for item in planted:
        if item.kind in ("email", "address", "name"):
            continue
        u, s, e = item.planted[r.randrange(len(item.planted))]
        text = item.utterances[u].text
        lost = r.choice([i for i in range(s, e) if text[i] not in MARKS])
        utterances = list(item.utterances)
        utterances[u] = replace(utterances[u], text=text[:lost] + text[lost + 1 :])
        spans = tuple((n, a, b - (n == u)) for n, a, b in item.planted)
        worse.append(replace(item, utterances=tuple(utterances), planted=spans))
    return worse


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


def _table(planted: Sequence[Item], by: Callable[[Item], str], title: str) -> Table:
    table = Table(box=None, header_style="bold")
    for name in (title, "items", "recall", "kind right", "masks", "false", "precision"):
        table.add_column(name, justify="left" if name == title else "right")
    groups = dict.fromkeys(map(by, planted))
    for group in [*groups, "all"]:
        s = score([i for i in planted if group in (by(i), "all")])
        right = _percent(s.masks - s.false, s.masks)
        table.add_row(
            group,
            str(s.items),
            _percent(s.found, s.items),
            _percent(s.named, s.found),
            str(s.masks),
            str(s.false),
            right,
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description="How much personal data is found, what else is masked, and the cost.")
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--calls", type=Path, nargs="*", default=[SAMPLES])
    given = parser.parse_args()
    console = Console(width=120)
    planted = list(items(given.each, given.seed))
    console.print(_table(planted, lambda i: f"{i.kind} {i.region}", "kind"))
    console.print(_table(planted, lambda i: i.way, "way"))
    console.print(_table(misheard(planted, given.seed), lambda i: f"{i.kind} {i.region}", "kind, a digit lost"))
    missed: list[Item] = []
    score(planted, missed)
    for item in missed[:20]:
        console.print(
            f"missed {item.kind} ({item.way}): {' / '.join(u.text for u in item.utterances[1:-1])}", markup=False
        )

    calls = [call for path in given.calls for call in read_calls(path)]
    veil(calls[0])
    times, false, kinds = [], 0, Counter[str]()
    for call in calls:
        began = perf_counter()
        cover = veil(call)
        times.append(1000 * (perf_counter() - began))
        false += len(cover.found)
        kinds.update(p.kind for p in cover.found)
        for p in cover.found:
            console.print(f"masked {p.kind}: {call.utterances[p.utterance].text}", markup=False)
    characters = sum(u.text.count(MASK) for call in calls for u in call.utterances)
    console.print(
        f"{len(calls)} calls: {false} masks {dict(kinds)} ({characters} marks were there before); "
        f"a call takes {median(times):.2f} ms (median), {max(times):.2f} ms (most).",
        markup=False,
    )


if __name__ == "__main__":
    main()
