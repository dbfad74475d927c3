"""Personal data in what was said: what is found, what stays, and what masking promises whatever was said."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from auditor.models import Metadata, Region, Speaker, Utterance, Word
from auditor.speech.transcripts import read_calls
from auditor.text.masking import MASK, mask, mask_text, silences, veil
from auditor.text.numbering import is_hong_kong_id, is_taiwanese_id
from auditor.text.privacy import PersonalData, find
from benchmarks.privacy import items, score

SAMPLES = Path(__file__).parents[2] / "samples"

FOUND: tuple[tuple[str, Region, str, str], ...] = (
    ("我手机号一三九幺二零零四五六七您记一下啊", "CN", "一三九幺二零零四五六七", "mobile"),
    ("号码啊一八六然后是零零幺二再后面三四五六", "CN", "一八六然后是零零幺二再后面三四五六", "mobile"),
    ("你加我微信就这个号幺三六六六八八九九零零", "CN", "幺三六六六八八九九零零", "mobile"),
    ("１３８－１２３４－５６７８", "CN", "１３８－１２３４－５６７８", "mobile"),
    ("幺三八洞洞幺两三四五拐", "CN", "幺三八洞洞幺两三四五拐", "mobile"),
    ("尾号一二三四一三八零零一三八零零零", "CN", "一三八零零一三八零零零", "mobile"),
    ("电话零九一二，三四五，六七八", "TW", "零九一二，三四五，六七八", "mobile"),
    ("手机号是一三八零零幺三八零零", "CN", "一三八零零幺三八零零", "landline"),
    ("单位0571-8877 6655", "CN", "0571-8877 6655", "landline"),
    ("公司02-2345-6789轉分機123", "TW", "02-2345-6789", "landline"),
    ("我電話九一二三四五六七", "HK", "九一二三四五六七", "landline"),
    ("我的QQ是123456789", "CN", "123456789", "landline"),
    ("11010519491231002X", "CN", "11010519491231002X", "id_cn"),
    ("身份证三三零一零六一九九零零三零七二三一四", "CN", "三三零一零六一九九零零三零七二三一四", "id_cn"),
    ("证件一一零一零五，一九四九，一二三一，零零二叉", "CN", "一一零一零五，一九四九，一二三一，零零二叉", "id_cn"),
    ("身分證字號A一二三四五六七八九", "TW", "A一二三四五六七八九", "id_tw"),
    ("我身份證係A123456(3)", "HK", "A123456(3)", "id_hk"),
    ("卡号6222 0212 3456 7890 128", "CN", "6222 0212 3456 789", "card"),
    ("六二二八 四八零零 幺二三四 五六七八 九零幺", "CN", "六二二八 四八零零 幺二三四 五六七", "card"),
    ("邮箱是zhang.san@163点com", "CN", "zhang.san@163点com", "email"),
    ("邮箱一二三四五六七八at qq点com", "CN", "一二三四五六七八at qq点com", "email"),
    ("我家在城东街道翠苑小区十二幢三单元五零二", "CN", "城东街道翠苑小区十二幢三单元五零二", "address"),
    ("住在南京市鼓楼区汉口路二十二号", "CN", "南京市鼓楼区汉口路二十二号", "address"),
    ("住在李家村四组十八号", "CN", "李家村四组十八号", "address"),
    ("我住台北市大安區復興南路一段三百九十號十樓之三", "TW", "台北市大安區復興南路一段三百九十號十樓之三", "address"),
    ("我住喺觀塘裕民坊十號三樓", "HK", "觀塘裕民坊十號三樓", "address"),
    ("车牌粤B12D45", "CN", "粤B12D45", "plate"),
    ("护照号码是EA1234567", "CN", "EA1234567", "passport"),
)

NOBODYS: tuple[tuple[str, Region], ...] = (
    ("请拨打4008208820或者12378投诉，也可以打12363", "CN"),
    ("热线四零零，八二零，八八二零，转一", "CN"),
    ("我们客服电话零二一六二三四五六七八", "CN"),
    ("打95588，按1转人工", "CN"),
    ("免付費專線0800-123-456", "TW"),
    ("一共一百三十八万零一百三十八块，13,800,138,000元，138001380.00", "CN"),
    ("您尾号七七零二的卡，一万五千六百四，四十九天", "CN"),
    ("流水号20260914138001380001，合同编号HT-2026-0914-00138", "CN"),
    ("案件C26100101，客户U60101", "CN"),
    ("还款日期2026年10月14日10点32分，2026-10-14 10:32:05", "CN"),
    ("二零二六年一月三日，二零二六一零一四", "HK"),
    ("八八年腊月的，身份证上写的是一九八八一二零九", "CN"),
    ("证件末四位五零六六，后六位二一零三一八", "CN"),
    ("我工号二二三一，姓周", "CN"),
    ("本线路二十号录音，透過網路二十號繳，我知道十号", "TW"),
    ("我就在人民路口那个店，小区十二号停水", "CN"),
    ("三三六零三三六零，你背都背下来了吧", "CN"),
)


def line(text: str, speaker: Speaker = "customer") -> Utterance:
    return Utterance(speaker, 0.0, 1.0, text)


def quoted(utterances: Sequence[Utterance], found: Sequence[PersonalData]) -> list[tuple[str, str]]:
    return [(p.kind, utterances[p.utterance].text[p.start : p.end]) for p in found]


@pytest.mark.parametrize(("text", "region", "part", "kind"), FOUND)
def test_personal_data_is_found_where_it_stands_and_for_what_it_is(
    text: str, region: Region, part: str, kind: str
) -> None:
    said = [line(text)]
    assert quoted(said, find(said, Metadata(region=region))) == [(kind, part)]


@pytest.mark.parametrize(("text", "region"), NOBODYS)
def test_what_is_nobodys_own_stays(text: str, region: Region) -> None:
    """Amounts, days, dates, staff and case numbers, the last digits of a document, official lines."""
    assert find([line(text)], Metadata(region=region)) == ()


def test_a_number_said_over_several_utterances_is_found_in_each_of_them() -> None:
    said = [line("您手机号多少？", "agent"), line("一三八"), line("嗯", "agent"), line("一二三四"), line("五六七八。")]
    assert quoted(said, find(said)) == [("mobile", "一三八"), ("mobile", "一二三四"), ("mobile", "五六七八")]


def test_a_number_repeated_by_the_other_speaker_is_found_twice() -> None:
    said = [line("一三八"), line("一三八", "agent"), line("一二三四五六七八"), line("一二三四五六七八，对吧", "agent")]
    assert [p.utterance for p in find(said)] == [0, 1, 2, 3]


def test_numbers_with_a_talk_between_them_are_not_one() -> None:
    said = [line("一三八"), line("好的，那我们说回您这笔欠款的事情，您看怎么处理", "agent"), line("一二三四五六七八")]
    assert find(said) == ()


def test_an_answer_is_what_the_question_asked_for() -> None:
    said = [line("您报一下联系电话？", "agent"), line("八八七七六六五")]
    assert quoted(said, find(said)) == [("landline", "八八七七六六五")]
    said = [line("工号多少？", "agent"), line("八八七七六六五")]
    assert find(said) == ()


def test_what_a_number_is_may_be_said_in_the_line_before_it() -> None:
    said = [line("我的卡号是"), line("嗯", "agent"), line("六二二二，零二一二，三四五六")]
    assert quoted(said, find(said)) == [("card", "六二二二，零二一二")]


def test_the_institutions_own_numbers_stay() -> None:
    said = [line("汇到6222021234567890128，或者打021-62345678", "agent")]
    assert len(find(said)) == 2
    assert find(said, None, ("6222 0212 3456 7890 128", "021 6234 5678")) == ()


NAMED = Metadata(agent_name="王敏", custom={"客户姓名": "王志明", "notes": "李强"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("请问是王志明先生吗", "请问是＊＊＊先生吗"),
        ("王先生您好", "＊先生您好"),
        ("请问是王智明本人吗", "请问是＊＊＊本人吗"),
        ("志明啊，你哥还钱", "＊＊啊，你哥还钱"),
        ("我是王敏，姓王，工号零二一", "我是王敏，姓王，工号零二一"),
        ("李强先生让我转告", "李强先生让我转告"),
    ],
)
def test_the_customers_name_is_masked_where_the_metadata_gives_it(text: str, shown: str) -> None:
    """Written, misheard, or surname and title; the agent's own name and names that nobody gave stay."""
    assert mask_text(text, NAMED) == shown


def test_a_name_is_masked_in_the_other_script_too() -> None:
    assert mask_text("請問是簡淑芬小姐嗎", Metadata(custom={"customer_name": "简淑芬"})) == "請問是＊＊＊小姐嗎"


def test_identity_numbers_of_taiwan_and_hong_kong_pass_their_check() -> None:
    """Specimens that the authorities publish; one digit changed, they fail."""
    assert is_taiwanese_id("a123456789")
    assert is_taiwanese_id("a800000014")
    assert not is_taiwanese_id("a123456788")
    assert is_hong_kong_id("a1234563")
    assert not is_hong_kong_id("a1234564")


@pytest.mark.parametrize("name", ["text-calls.jsonl", *(f"transcripts/S{n:02}.json" for n in range(1, 18))])
def test_nothing_is_masked_in_the_samples(name: str) -> None:
    """They hold amounts, dates, staff numbers, last digits and hotlines, and nothing personal beside invented names."""
    for call in read_calls(SAMPLES / name):
        assert quoted(call.utterances, find(call.utterances, call.metadata)) == []
        assert veil(call).call.utterances == call.utterances


def test_planted_items_are_found_and_nothing_beside_them() -> None:
    """Made-up items of every kind, in every way of saying them (see ``benchmarks/privacy.py``)."""
    result = score(list(items(each=35, seed=41)))
    assert result.items >= 500
    assert result.found >= 0.98 * result.items
    assert result.false <= 0.01 * result.masks


SAY = str.maketrans("0123456789", "零一二三四五六七八九")
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
KEYS = str.maketrans("01", "洞幺")
ALL_DIGITS = "0123456789０１２３４５６７８９零一二三四五六七八九洞幺XxＸ"


@st.composite
def written(draw: st.DrawFn, number: str) -> str:
    """The number in any width, script and grouping, and each digit in its own."""
    whole = draw(st.sampled_from(["plain", "wide", "said", "keys", "mixed"]))
    tables = {"plain": {}, "wide": WIDE, "said": SAY, "keys": {**SAY, **KEYS}}
    shown = [
        c.translate(tables[draw(st.sampled_from(["plain", "wide", "said"])) if whole == "mixed" else whole])
        for c in number
    ]
    between = draw(st.sampled_from(["", " ", "-", "－", "　", "，", "嗯"]))
    cuts = draw(st.sets(st.integers(1, len(number) - 1))) if between else set()
    return "".join((between if n in cuts else "") + c for n, c in enumerate(shown))


MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
CARDS = st.from_regex(r"(62[0-9]{13}|4[0-9]{14}|5[1-5][0-9]{13}|62[0-9]{16})", fullmatch=True).map(
    lambda body: body + str(luhn.calc_check_digit(body))
)
DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2020, 12, 31))
IDENTITIES = st.tuples(st.sampled_from(["110105", "330106", "440304", "510107"]), DAYS, st.integers(0, 999)).map(
    lambda p: (body := f"{p[0]}{p[1]:%Y%m%d}{p[2]:03}") + ric.calc_check_digit(body + "0")
)
AROUND = st.sampled_from(["", "我的", "好，", "您记一下：", "（", "那个 "])
AFTER = st.sampled_from(["", "。", "，对吧", "，行吗", "）"])


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_no_mobile_identity_or_card_survives_masking(data: st.DataObject) -> None:
    """However it is written: width, script, radio digits, blanks, hyphens, fillers, mixed."""
    kind = data.draw(st.sampled_from(["mobile", "id", "card"]))
    number = data.draw({"mobile": MOBILES, "id": IDENTITIES, "card": CARDS}[kind])
    before, said = data.draw(AROUND), data.draw(written(number))
    text = before + said + data.draw(AFTER)
    shown = mask_text(text)
    assert len(shown) == len(text)
    left = [c for c in shown[len(before) :][: len(said)] if c in ALL_DIGITS]
    assert len(left) == (4 if kind == "card" else 0), (text, shown)


@settings(deadline=None, max_examples=300)
@given(
    st.text(
        alphabet="0123456789 -,，。零一二三四五六七八九十百万幺洞Xx我手机卡号身份证路街号楼室市区A@.com嗯\n元（）()",
        max_size=80,
    )
)
def test_masking_keeps_the_length_and_masks_nothing_twice(text: str) -> None:
    shown = mask_text(text)
    assert len(shown) == len(text)
    assert all(a in (b, MASK) for a, b in zip(shown, text, strict=True))
    assert mask_text(shown) == shown


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet="000112389 -", min_size=7, max_size=24), st.sampled_from(["CN", "TW", "HK"]))
def test_any_row_of_digits_can_be_looked_at_in_any_region(digits: str, region: Region) -> None:
    """Also those that no numbering plan can begin with."""
    said = [line(digits), line(f"电话{digits}")]
    assert all(p.end <= len(said[p.utterance].text) for p in find(said, Metadata(region=region)))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(["agent", "customer", "unknown"]), st.text(max_size=30)), max_size=8))
def test_any_call_has_its_spans_inside_its_utterances_and_apart(lines: list[tuple[Speaker, str]]) -> None:
    """Whatever characters there are, half surrogates and controls included."""
    said = [line(text, speaker) for speaker, text in lines]
    found = find(said)
    assert list(found) == sorted(found)
    for p in found:
        assert 0 <= p.start < p.end <= len(said[p.utterance].text)
    for a, b in pairwise(found):
        assert a.utterance < b.utterance or a.end <= b.start


def test_broken_and_unheard_characters_do_not_hide_a_number() -> None:
    assert mask_text("138\u200b0013\u20608000") == MASK * 13
    assert mask_text("\ud800138001380００") == "\ud800" + MASK * 11


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "一，", "路1号", "a@", "市区", "13800138000 ", "6222 ", "1-", "a1@b.cc ", "文三路1号"]
)
def test_a_huge_text_is_read_in_time_that_grows_with_it(piece: str) -> None:
    """No pattern runs away: a hundred thousand characters are read before this test would be given up."""
    text = piece * (100_000 // len(piece))
    assert len(mask_text(text)) == len(text)


def test_same_call_same_masks_whatever_the_order_of_public_numbers() -> None:
    said = [line("电话021-62345678，021-62345679，0571-88776655")]
    numbers = ["021-62345678", "0571-88776655"]
    random.Random(1).shuffle(numbers)
    assert find(said, None, numbers) == find(said, None, sorted(numbers))
    assert mask(said[0].text, find(said, None, numbers)) == "电话021-62345678，" + MASK * 12 + "，0571-88776655"


def test_what_is_masked_is_silenced_by_the_times_of_its_words() -> None:
    text = "手机是一三八零零一三八零零零谢谢"
    words = tuple(Word(c, 10 + n * 0.5, 10.5 + n * 0.5) for n, c in enumerate(text))
    said = [Utterance("customer", 10.0, 18.0, text, words)]
    ((start, end),) = silences(find(said), said)
    assert (start, end) == pytest.approx((11.5 - 0.15, 17.0 + 0.15))


def test_without_word_times_the_share_of_characters_is_silenced_with_a_margin() -> None:
    said = [Utterance("customer", 10.0, 20.0, "一二三四五六七八九，" + "一三八零零一三八零零零" + "，一二三四五六七八")]
    ((start, end),) = silences(find(said), said)
    assert 10.0 <= start < 10.0 + 10 * 10 / 30
    assert 10.0 + 10 * 21 / 30 < end <= 20.5


@pytest.mark.parametrize(("region", "found"), [("CN", 0), ("TW", 1), (None, 1)])
def test_a_mainland_case_number_that_looks_like_a_taiwanese_id_stays(region: Region | None, found: int) -> None:
    """C261027026 has the check digit of an identity number of Taiwan; one case number in ten does."""
    line = (Utterance("agent", 0, 1, "案件C261027026"),)
    assert len(find(line, Metadata(region=region), ())) == found
