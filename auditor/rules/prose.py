"""A rule told in Chinese, as a person would: who says what, when it counts, what clears it, what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.conversation.signals import SIGNALS, Unit
from auditor.rules.condition_file import ConditionFile, NearFile
from auditor.rules.conditions import GAP, Rule, Step
from auditor.rules.norms import Norm
from auditor.rules.pack import Pack
from auditor.rules.schema import DialogueFile, LineFile, RuleFile, StepFile, WithinFile
from auditor.rules.source import rule_file, step_file, word_lists

Named = Callable[[str, str], str]  # kind of thing (category, step, party …) and its code → what a reader calls it
MOST_WORDS = 12
LETTERS_A_WORD = 8  # of a pattern, where it is folded
IN_A_SENTENCE = ("phrase", "sounds_like", "similar", "regex", "near", "tokens")
CONTEXTS_TOLD: Mapping[str, str] = {
    "negated": "被否定的，如“我们不会……”",
    "quoted": "转述别人说的，如“您说我们……”",
    "advised_against": "劝对方不要的，如“千万别……”",
    "possible": "依法的可能性表述，如“法院可能会……”",
    "conditional": "有条件的，如“如果……”",
    "asked": "真的在问的，如“您是担心……吗”",
}
FIELDS: Mapping[str, str] = {
    "started_at": "开始时间", "ended_at": "结束时间", "direction": "呼叫方向", "agent_id": "坐席工号",
    "agent_name": "坐席姓名", "team": "班组", "case_id": "案件编号", "customer_id": "客户编号", "product": "产品",
    "card_tail": "卡尾号", "amount_due": "应还金额", "days_overdue": "逾期天数", "institution": "机构", "agency": "委外公司",
    "region": "地区", "agreed_plan": "已有还款协议", "stage": "阶段", "answered": "已接通",
    "callee_number_hash": "被叫号码", "contact_relation": "登记的接听人", "agreed_hours": "约定的联系时段",
    "plan_breached": "客户违反协议", "payments": "还款记录", "litigation": "诉讼状态", "waiver_approved": "减免已审批",
    "staff_is_bank": "坐席是银行员工", "hung_up_by": "挂断方", "agreed_calls_per_day": "约定的每日次数",
    "callback_requested": "客户要求回电", "local_time": "当地时间",
}  # fmt: skip
UNITS: Mapping[Unit, str] = {
    "s": "{:g} 秒", "share": "{:.4g}%", "times": "{:g} 次", "turns": "{:g} 轮", "per_minute": "{:g} 字/分钟", "dBFS": "{:g} dBFS",
    "yes_no": "{:g}",
}  # fmt: skip
FACTS: Mapping[tuple[str, str], str] = {
    ("amount", "stated"): "说了金额",
    ("amount", "matches"): "说的金额与应还金额一致",
    ("amount", "differs"): "说的金额与应还金额不符",
    ("amount", "inflated"): "说的金额高于应还金额",
    ("amount", "misread"): "说的金额与应还金额只差一位、或两位对调",
    ("days", "stated"): "说了天数",
    ("days", "matches"): "说的天数与逾期天数一致",
    ("days", "differs"): "说的天数与逾期天数不符",
    ("days", "inflated"): "说的天数多于逾期天数",
    ("days", "misread"): "说的天数与逾期天数只差一位、或两位对调",
    ("card_tail", "matches"): "说对了卡尾号",
    ("institution", "named"): "说了机构的名字",
    ("agency", "named"): "说了委外公司的名字",
    ("agent", "named"): "说了坐席的姓名",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A rule's description: a heading for each section, and its lines; an indent of two spaces is a level."""

    sections: tuple[tuple[str, tuple[str, ...]], ...]


def tell(pack: Pack, rule: Rule, named: Named, whole: bool = False) -> Told:
    """The rule as sections of prose; ``whole`` lists every word instead of folding long lists."""
    file = rule_file(pack, rule)
    teller = _Teller(word_lists(pack), named, 10**6 if whole else MOST_WORDS)
    sections = [
        ("什么时候算", (teller.who(file), *teller.numbered(file.any or file.all or [], file.any is None))),
        ("什么情况不算", tuple(teller.cleared(file))),
        ("后果", tuple(cost(pack, rule, named))),
        ("依据", tuple(clause(pack.norms[key], named) for key in rule.cites)),
        ("算违规的例子", tuple(example(e, named) for e in file.examples.hit)),
        ("不算违规的例子", tuple(example(e, named) for e in file.examples.clean)),
    ]
    return Told(tuple((title, lines) for title, lines in sections if lines))


def tell_condition(file: ConditionFile, lists: Mapping[str, Sequence[str]], named: Named) -> str:
    """One condition on one line, long lists folded to a few words."""
    first, *rest = _Teller(lists, named, 4).condition(file)
    return f"{first}{'；'.join(line.strip() for line in rest)}"


def tell_step(pack: Pack, step: Step, named: Named, whole: bool = False) -> Told:
    """A required step as sections of prose."""
    file = step_file(pack, step)
    teller = _Teller(word_lists(pack), named, 10**6 if whole else MOST_WORDS)
    sections = [
        ("什么时候要求", tuple(teller.applies(file, step.weight))),
        ("怎样算做到", tuple(teller.parts(file))),
        ("漏了可以这样说", (file.say_instead,)),
        ("依据", tuple(clause(pack.norms[key], named) for key in step.cites)),
        ("算做到的例子", tuple(example(e, named) for e in file.examples.done)),
        ("不算做到的例子", tuple(example(e, named) for e in file.examples.missed)),
    ]
    return Told(tuple((title, lines) for title, lines in sections if lines))


def cost(pack: Pack, rule: Rule, named: Named) -> list[str]:
    """What a finding does to the call's score."""
    scoring, penalty = pack.scoring, pack.scoring.penalties[rule.category]
    severity = named("severity", rule.severity)
    if rule.experimental:
        return [f"{severity}。规则在试用：只记“疑似”，不扣分，要人来听。"]
    if rule.certainty == "suspected":
        return [f"{severity}。只凭这些话定不了：只记“疑似”，不扣分，要人来听。"]
    if rule.severity in scoring.knock_out:
        return [f"{severity}。一票否决：整通电话记 0 分。"]
    points, cap = penalty.points[rule.severity], scoring.caps.get(rule.severity)
    each = "每次" if penalty.per_finding else "每通"
    most = f"，这一类最多扣 {float(penalty.cap):g} 分" if penalty.cap is not None else ""
    lines = [f"{severity}。{each}扣 {float(points):g} 分{most}。" if points else f"{severity}。只提示，不扣分。"]
    return lines + ([f"整通电话最高 {float(cap):g} 分。"] if cap is not None else [])


def clause(norm: Norm, named: Named) -> str:
    """A clause with its verification code; what nobody has read says so."""
    where = f"，{named('region', norm.region)}" if norm.region else ""
    return f"{norm.label}（{norm.key}{where}，核验码 {norm.verification}）：{norm.requirement}"


def example(file: str | LineFile | DialogueFile, named: Named) -> str:
    """An example on one line; who speaks is said where it is not the agent alone."""
    if isinstance(file, str):
        return file
    if isinstance(file, LineFile):
        return _line(file)
    about = [named("party", file.party)] if file.party else []
    about += [tell_metadata(key, value) for key, value in file.metadata.items()]
    about += [f"{named('signal', key)} {_measured(key, value)}" for key, value in file.signals.items()]
    note = f"（{'；'.join(about)}）" if about else ""
    return f"{' → '.join(_line(line) for line in file.turns)}{note}"


def _line(file: LineFile) -> str:
    return f"坐席：{file.agent}" if file.agent is not None else f"客户：{file.customer}"


def tell_metadata(name: str, wanted: Any) -> str:
    """A test of one metadata field."""
    told = FIELDS.get(name, name)
    if name == "local_time":
        agreed = wanted == "outside_agreed_hours"
        return "拨打时间在允许的时段以内、与客户约定的时段以外" if agreed else "拨打时间在允许的时段以外"
    if isinstance(wanted, bool):
        return told if wanted else f"不是“{told}”"
    if isinstance(wanted, dict):
        parts = []
        if "present" in wanted:
            parts.append(f"{'有' if wanted['present'] else '没有'}{told}")
        bounds = [f"{sign} {wanted[key]}" for key, sign in (("min", "≥"), ("max", "≤")) if key in wanted]
        return "，".join([*parts, *([f"{told} {'、'.join(bounds)}"] if bounds else [])])
    if isinstance(wanted, list):
        return f"{told}是 {' 或 '.join(map(str, wanted))}"
    return f"{told}是 {wanted}"


def tell_signal(name: str, wanted: Any, named: Named) -> str:
    """A test of one signal."""
    told = named("signal", name)
    if isinstance(wanted, bool):
        return told if wanted else f"不是“{told}”"
    bounds = {key: _measured(name, bound) for key, bound in wanted.items()}
    return told + "、".join(
        f"{word} {bounds[key]}" for key, word in (("min", "至少"), ("max", "至多")) if key in bounds
    )


def _measured(name: str, value: float) -> str:
    unit = SIGNALS[name]
    return UNITS[unit].format(value * 100 if unit == "share" else value)


class _Teller:
    def __init__(self, lists: Mapping[str, Sequence[str]], named: Named, most: int) -> None:
        self.lists, self.named, self.most = lists, named, most
        self.tellers: Mapping[str, Callable[[Any], list[str]]] = {
            "phrase": lambda items: [f"说到其中之一：{self.words(items)}"],
            "sounds_like": lambda items: [f"听起来像其中之一（按读音，不计声调）：{self.words(items)}"],
            "similar": lambda file: [f"有一句与下面某一句相近（相似度至少 {file.at_least:g}）：{self.words(file.to)}"],
            "regex": lambda file: [f"符合句式：{self._cut(file if isinstance(file, str) else file.pattern)}"],
            "near": self._near,
            "tokens": lambda patterns: [f"词语符合：{patterns}"],
            "repeated": self._repeated,
            "metadata": lambda tests: [f"元数据：{'；'.join(tell_metadata(k, v) for k, v in tests.items())}"],
            "signal": lambda tests: [f"通话信号：{'；'.join(tell_signal(k, v, named) for k, v in tests.items())}"],
            "fact": lambda tests: [f"通话里{'，并且'.join(self._fact(k, str(v)) for k, v in tests.items())}"],
            "previous": self._previous,
            "answers": self._answers,
            "any": lambda options: self.numbered(options, every=False),
            "all": lambda options: self.numbered(options, every=True),
            "not": self._not,
        }

    def who(self, file: RuleFile) -> str:
        """Who speaks, to whom, where, on which part of the call."""
        party = f"接听人是{'或'.join(self.named('party', p) for p in file.party)}时，" if file.party else ""
        region = f"（只用于{'、'.join(self.named('region', r) for r in file.region)}）" if file.region else ""
        around = f"在{self._names(file.around.of)}前后 {file.around.turns} 轮之内，" if file.around else ""
        after = f"在{self._names(file.after)}之后，" if file.after else ""
        before = f"在{self._names(file.before)}之前，" if file.before else ""
        when = f"{party}{self._within(file.within)}{after}{before}{around}" or "在通话的任何时候，"
        how = "同时满足下面每一项" if file.any is None else "满足下面任意一项"
        if len(file.any or file.all or ()) == 1:
            how = "满足下面这一项"
        return f"{when}{self.named('speaker', file.speaker)}的话{how}{region}："

    def cleared(self, file: RuleFile) -> list[str]:
        """What makes a hit none."""
        return self._unless(file.not_, file.unless)

    def _unless(self, excluded: Sequence[ConditionFile], contexts: Sequence[str]) -> list[str]:
        lines = []
        for each in excluded:
            first, *rest = self.condition(each)
            where = "同一句里" if any(getattr(each, kind) is not None for kind in IN_A_SENTENCE) else ""
            lines += [f"{where}{first}", *_deeper(rest)]
        return lines + [f"这句话是{CONTEXTS_TOLD.get(name, name)}" for name in contexts]

    def applies(self, file: StepFile, weight: int) -> list[str]:
        """When the step is asked for, and what it is worth."""
        applies = file.applies
        lines = [f"接听人是{'或'.join(self.named('party', p) for p in applies.parties)}时要求，占 {weight} 分。"]
        if applies.min_days_overdue is not None:
            lines.append(f"逾期满 {applies.min_days_overdue} 天才要求。")
        if applies.needs_flags:
            names = (self.named("reason", self.named("flag", f)) for f in applies.needs_flags)
            lines.append(f"客户说到这些情形才要求：{'、'.join(names)}。")
        if applies.unless_flags:
            lines.append(f"客户有这些情形就不要求：{'、'.join(self.named('flag', f) for f in applies.unless_flags)}。")
        if applies.unless_metadata:
            told = "；".join(tell_metadata(k, v) for k, v in applies.unless_metadata.items())
            lines.append(f"元数据是这样就不要求：{told}。")
        for title, options in (
            ("通话里谈到下面的话才要求：", applies.after_talk_of),
            ("客户自己说了下面的话，漏了不扣分：", applies.unless_customer),
            ("客户最后一句是下面的话，漏了不扣分：", applies.unless_customer_last),
        ):
            lines += [title, *self.numbered(options, every=False)] if options else []
        return lines

    def parts(self, file: StepFile) -> list[str]:
        """What must be said, part by part, and what spoils it."""
        order = f"，在{self._names(file.order_after)}之后" if file.order_after else ""
        lines = [f"{self._within(file.within)}坐席说到下面{'每一样' if len(file.needs) > 1 else '这一样'}{order}："]
        for number, part in enumerate(file.needs, 1):
            only = f"（接听人是{'或'.join(self.named('party', p) for p in part.parties)}时）" if part.parties else ""
            when = f"（{'；'.join(tell_metadata(k, v) for k, v in part.when.items())}时）" if part.when else ""
            lines += [f"{number}. {part.part}{only}{when}", *_deeper(self.numbered(part.any, every=False))]
            lines += [f"  不算：{line.strip()}" for line in self._unless(part.not_, part.unless)]
        if file.spoiled_by:
            lines.append(f"同一句话有这些违规就不算：{'、'.join(self.named('category', c) for c in file.spoiled_by)}。")
        if file.spoiled_anywhere_by:
            names = "、".join(self.named("category", c) for c in file.spoiled_anywhere_by)
            lines.append(f"通话里有这些违规就不算：{names}。")
        return lines

    def numbered(self, options: Sequence[ConditionFile], every: bool) -> list[str]:
        """Options one under the other."""
        if len(options) == 1:
            return _deeper(self.condition(options[0]))
        lines = []
        for number, option in enumerate(options):
            first, *rest = self.condition(option)
            lead = "并且" if every and number else ""
            lines += [f"  {number + 1}. {lead}{first}", *_deeper(_deeper(rest))]
        return lines

    def condition(self, file: ConditionFile) -> list[str]:
        """One condition: a first line, and what belongs under it."""
        for kind, teller in self.tellers.items():
            given = getattr(file, "not_" if kind == "not" else kind)
            if given is not None:
                told = teller(given)
                if kind in ("any", "all") and len(given) > 1:
                    return ["下面每一项：" if kind == "all" else "下面任意一项：", *told]
                return [told[0].strip(), *told[1:]]
        return ["（不认识的条件）"]

    def words(self, items: Sequence[str]) -> str:
        """Words, and word lists by name with how many they hold; folded where there are many."""
        said = [i for i in items if not i.startswith("@")]
        parts = [self._folded(said)] if said else []
        for name in (i[1:] for i in items if i.startswith("@")):
            if name == "examples":
                parts.append("本规则的 hit 例子")
                continue
            held = self.lists.get(name, ())
            parts.append(f"词表 {name}（{self._folded(held)}）" if held else f"词表 {name}（还没有填）")
        return "；".join(parts)

    def _cut(self, pattern: str) -> str:
        most = self.most * LETTERS_A_WORD
        return pattern if len(pattern) <= most else f"{pattern[:most]}……"

    def _folded(self, words: Sequence[str]) -> str:
        if len(words) <= self.most:
            return "、".join(words)
        return f"{'、'.join(words[: self.most])}……共 {len(words)} 个"

    def _near(self, file: NearFile) -> list[str]:
        order = "依次" if file.ordered else "都"
        if file.within_turns is not None:
            reach = f"同一个人最近 {file.within_turns} 轮里{order}说到"
        else:
            reach = f"一句话里{order}说到，中间最多隔 {GAP if file.within is None else file.within} 个字"
        items = [self.words([i] if isinstance(i, str) else i) for i in file.all]
        return [f"{reach}：", *(f"  {'①②③④⑤⑥'[n]} {item}" for n, item in enumerate(items))]

    def _repeated(self, file: Any) -> list[str]:
        who = f"{self.named('speaker', file.speaker)}" if file.speaker else "同一个人"
        reach = f"最近 {file.within_turns} 轮里" if file.within_turns else "整通电话里"
        return [f"{who}在{reach}第 {file.times} 次说到：", *self.numbered(file.any, every=False)]

    def _previous(self, file: Any) -> list[str]:
        who = self.named("speaker", file.speaker) if file.speaker else "对方"
        first, *rest = self.condition(file)
        return [f"上一轮{who}{first}", *rest]

    def _answers(self, file: Any) -> list[str]:
        first, *rest = self.condition(file.question)
        return [f"对方在前 {file.turns} 轮里问：{first}", *rest, f"  而这一轮以这些话回答：{self.words(file.with_)}"]

    def _not(self, option: ConditionFile) -> list[str]:
        first, *rest = self.condition(option)
        return [f"没有{first}", *rest]

    def _fact(self, key: str, value: str) -> str:
        if key == "flag":
            return f"客户{self.named('flag', value)}"
        if key == "reason":
            return f"客户说的逾期原因是{self.named('reason', value)}"
        return FACTS.get((key, value), f"{key} {value}")

    def _names(self, ids: Sequence[str]) -> str:
        return "、".join(f"“{self._name(i)}”" for i in ids)

    def _name(self, code: str) -> str:
        for kind in ("step", "flag"):
            if (name := self.named(kind, code)) != code:
                return name
        return f"规则 {code}"

    def _within(self, file: WithinFile | None) -> str:
        if file is None:
            return ""
        parts = [
            (file.first_turns, "前 {} 轮"),
            (file.last_turns, "最后 {} 轮"),
            (file.first_seconds, "前 {:g} 秒"),
            (file.last_seconds, "最后 {:g} 秒"),
        ]
        return f"在{'、'.join(form.format(value) for value, form in parts if value is not None)}里，"


def _deeper(lines: Sequence[str]) -> list[str]:
    return [f"  {line}" for line in lines]
