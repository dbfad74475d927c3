"""JSON Schemas of a pack's files, made from the models that check them, so that an editor completes keys and marks mistakes.

Draft 7: the newest that Red Hat's YAML extension for VS Code supports (https://github.com/redhat-developer/yaml-language-server).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from auditor.conversation.signals import SIGNALS
from auditor.models import CATEGORIES, CUSTOMER_FLAGS, STEPS
from auditor.rules.cases import CasesFile
from auditor.rules.cue_files import FactsFile, PartyFile, PromiseFile, RolesFile, SignalsFile
from auditor.rules.pack import Pack
from auditor.rules.schema import NormsFile, OverlayFile, PackFile, RuleFile, ScorecardFile, StepFile, TenantFile
from auditor.rules.tolerated import ToleratedFile
from auditor.text.context import CONTEXTS

DRAFT = "http://json-schema.org/draft-07/schema#"
SHAPES: Mapping[str, tuple[Any, str]] = {
    "rule": (RuleFile, "violations/**/*.yaml"),
    "step": (StepFile, "steps/*.yaml"),
    "pack": (PackFile | OverlayFile, "pack.yaml"),
    "tenant": (TenantFile, "tenant.yaml"),
    "norms": (NormsFile, "norms.yaml"),
    "scorecard": (ScorecardFile, "scorecard.yaml"),
    "party": (PartyFile, "party.yaml"),
    "roles": (RolesFile, "roles.yaml"),
    "facts": (FactsFile, "facts.yaml"),
    "promise": (PromiseFile, "promise.yaml"),
    "signals": (SignalsFile, "signals.yaml"),
    "cases": (CasesFile, "cases.yaml"),
    "tolerated": (ToleratedFile, "tolerated.yaml"),
}
"""Kind of file → its model, and which files of a pack are of that kind."""
WITHOUT_BASE = ("norms", "scorecard", "party", "roles", "facts", "promise", "cases")
"""Files of which a pack that extends another may hold a part only: nothing at their top is required."""

ABOUT: Mapping[str, str] = {
    "RuleFile": "一条违规规则。文件名是 编号.yaml，放在 violations/类别/ 里。",
    "RuleFile.id": "规则的编号，与文件名相同；小写字母、数字、连字符。",
    "RuleFile.category": "28 类违规之一，与所在文件夹相同。",
    "RuleFile.status": "experimental 试用：发现一律记疑似，不扣分；stable 稳定：至少 3 个 hit 和 3 个 clean 例子。",
    "RuleFile.severity": "critical 致命，一票否决；major 严重，最高 60 分；minor 一般；notice 提示。",
    "RuleFile.certainty": "confirmed 确认；suspected 只能疑似，要人来听。",
    "RuleFile.speaker": "只看谁说的话，默认坐席。",
    "RuleFile.party": "接听人是谁的时候才算；不写就是不论。",
    "RuleFile.region": "只用于哪些地区；不写就是都用。",
    "RuleFile.within": "只看通话的哪一段。",
    "RuleFile.after": "在这些之后才算：客户情形、步骤或别的规则的编号。",
    "RuleFile.before": "在这些之前才算。",
    "RuleFile.around": "在这些的前后几轮之内才算。",
    "RuleFile.any": "满足其中任意一项就算。顶层写 any 或 all。",
    "RuleFile.all": "同时满足每一项才算。",
    "RuleFile.not_": "同一句里有这些就不算。",
    "RuleFile.unless": (
        "这些语境下不算：negated 被否定，quoted 转述，advised_against 劝对方不要，"
        "possible 依法的可能，conditional 有条件，asked 真的在问。"
    ),
    "RuleFile.message": "给人看的话：做了什么、为什么不行、可以改说什么。",
    "RuleFile.cites": "依据的条款，norms.yaml 里的键。",
    "RuleFile.examples": "例子就是测试。",
    "ExamplesFile.hit": "应该命中的话。",
    "ExamplesFile.clean": "不该命中的话：说法相近、但没有违规。",
    "ConditionFile": "一个条件，只写一种。",
    "ConditionFile.phrase": '说到其中之一。写简体，不写标点；"@名字" 代表 words/名字.txt 的每一行。',
    "ConditionFile.sounds_like": "听起来像其中之一：不计声调，合并识别引擎常混的音。",
    "ConditionFile.similar": "有一句与例句相近；发现一律疑似。",
    "ConditionFile.regex": "RE2 正则表达式：没有环视和反向引用。",
    "ConditionFile.near": "几样话离得近。",
    "ConditionFile.tokens": "spaCy 的词模式，作用于 jieba 分出的词。",
    "ConditionFile.repeated": "同样的话说了几次。",
    "ConditionFile.metadata": "通话的元数据，如 {days_overdue: {min: 60}}。",
    "ConditionFile.signal": "通话信号，如 {agent_talk_share: {min: 0.9}}；是非的写 true 或 false。",
    "ConditionFile.fact": "通话里说出的事实，如 {amount: differs}。",
    "ConditionFile.previous": "上一轮满足的条件。",
    "ConditionFile.answers": "回答了对方的问题。",
    "ConditionFile.any": "任意一项。",
    "ConditionFile.all": "每一项，在同一轮里。",
    "ConditionFile.not_": "没有这一项。",
    "PreviousFile": "上一轮满足的条件。",
    "PreviousFile.speaker": "上一轮是谁说的。",
    "RegexFile.pattern": "RE2 正则表达式。",
    "RegexFile.not_inside_digits": "前后不能再有数字。",
    "NearFile.all": "每一样都要说到；一样里再写列表表示任选其一。",
    "NearFile.within": "中间最多隔几个字，默认 10。",
    "NearFile.within_turns": "或者：在同一个人最近几轮里都说到。",
    "NearFile.ordered": "是否要按写的次序。",
    "SimilarFile.to": "例句；不写就用本规则的 hit 例子。",
    "SimilarFile.at_least": "相似度至少多少，0.5 到 1。",
    "RepeatedFile.times": "第几次起算。",
    "RepeatedFile.any": "说到其中之一算一次。",
    "RepeatedFile.speaker": "数谁说的；不写就是这一轮的说话人。",
    "RepeatedFile.within_turns": "只数最近几轮；不写就数整通电话。",
    "AnswersFile.question": "对方问的话。",
    "AnswersFile.with_": "用来回答的话，如 [对, 是的]。",
    "AnswersFile.turns": "问题最多在几轮之前。",
    "WithinFile.first_turns": "前几轮（按说话人各自数）。",
    "WithinFile.last_turns": "最后几轮。",
    "WithinFile.first_seconds": "前几秒。",
    "WithinFile.last_seconds": "最后几秒。",
    "AroundFile.of": "客户情形、步骤或规则的编号。",
    "AroundFile.turns": "前后几轮。",
    "LineFile": "一轮话。",
    "LineFile.agent": "坐席说的。",
    "LineFile.customer": "客户说的。",
    "DialogueFile": "几轮话，或带接听人、元数据的例子。",
    "DialogueFile.turns": "一轮一项。",
    "DialogueFile.party": "接听人是谁；不写就是已核实的本人。",
    "DialogueFile.metadata": "通话的元数据。",
    "DialogueFile.signals": "通话的信号，如 {agent_longest_raised_voice: 3}；代替从例子里量出来的。",
    "StepFile": "一个要求的步骤。",
    "StepFile.id": "12 个步骤之一，与文件名相同。",
    "StepFile.name": "步骤的名字。",
    "StepFile.applies": "什么情形下要求。",
    "StepFile.needs": "要说到的每一样。",
    "StepFile.within": "只看通话的哪一段。",
    "StepFile.order_after": "应在哪些步骤之后。",
    "StepFile.spoiled_by": "同一句话有哪些类别的违规就不算做到。",
    "StepFile.spoiled_anywhere_by": "通话里有哪些类别的违规就不算做到。",
    "StepFile.message": "漏了时给人看的话。",
    "StepFile.say_instead": "可以怎么说。",
    "StepFile.cites": "依据的条款，norms.yaml 里的键。",
    "StepFile.examples": "例子就是测试。",
    "StepExamplesFile.done": "算做到的对话。",
    "StepExamplesFile.missed": "算没做到的对话。",
    "AppliesFile.parties": "接听人是谁的时候要求。",
    "AppliesFile.min_days_overdue": "逾期满多少天才要求。",
    "AppliesFile.needs_flags": "客户说到其中之一才要求。",
    "AppliesFile.unless_flags": "客户有其中之一就不要求。",
    "AppliesFile.unless_metadata": "元数据是这样就不要求。",
    "AppliesFile.after_talk_of": "通话里谈到这些才要求。",
    "AppliesFile.unless_customer": "客户自己说了这些，漏了不扣分。",
    "AppliesFile.unless_customer_last": "客户最后一句是这些，漏了不扣分。",
    "PartFile.part": "这一样的名字。",
    "PartFile.any": "说到其中之一就算。",
    "PartFile.unless": "这些语境下不算。",
    "PartFile.not_": "同一句里有这些就不算。",
    "PartFile.parties": "接听人是谁的时候才要这一样。",
    "PartFile.when": "元数据是这样才要这一样。",
    "PackFile": "独立的规则包。",
    "PackFile.name": "规则包的名字：小写字母、数字、连字符。",
    "PackFile.version": "版本，如 1.0.0；每份质检结果都会写明。",
    "PackFile.title": "给人看的名字。",
    "PackFile.language": "语言，如 zh。",
    "PackFile.regions": "用于哪些地区。",
    "PackFile.default_region": "元数据没写地区时按哪里判。",
    "PackFile.norms_in_force": "各地区在用的规范（简称或正式名称）；limits 里只有它们的数值算数，不写就全算。",
    "PackFile.built_on": "归档时由程序填写：下面垫着哪些规则包。",
    "OverlayFile": "继承另一个规则包：没写的都沿用。",
    "OverlayFile.extends": "自带规则包的名字，或相对本文件夹的路径，如 ../集团规则包。",
    "OverlayFile.disabled": "停用基础包里的哪些规则。",
    "TenantFile": "由使用机构填写。",
    "TenantFile.institutions": "本机构的全称和简称；规则里用 @institutions。",
    "TenantFile.agencies": "委外公司的全称和简称；@agencies。",
    "TenantFile.hotlines": "官方热线，号码加引号；@hotlines。",
    "TenantFile.official_accounts": "官方收款账户的号码或户名，号码加引号；@official-accounts。",
    "TenantFile.recording_notice_required": "本机构是否要求坐席口头告知录音。",
    "NormsFile.norms": "键 → 条款。",
    "NormsFile.limits": "地区 → 数字上的限制。",
    "NormFile.norm": "规范的简称。",
    "NormFile.article": "第几条。",
    "NormFile.requirement": "要求什么（改写，不是原文）。",
    "NormFile.title": "规范的正式名称。",
    "NormFile.region": "在哪里有效；不写就是各地。",
    "NormFile.url": "在哪里读到的。",
    "NormFile.checked": "在官方页面核对的日期；没核对过写 null。",
    "NormFile.verification": "V1 读过条文；V2 读过引用或详细报道；V3 只见于转述；PK 没有核实。V3 和 PK 显示“待核”。",
    "NormFile.unheard": "条款里有什么是录音听不出来的，为什么。",
    "NormFile.unlocked_by": "有了哪些元数据就能查；可以是自定义列。",
    "LimitFile.hours": '允许催收的时段，如 ["08:00", "22:00"]。',
    "LimitFile.answered_calls_per_day": "每天最多接通几次。",
    "LimitFile.unanswered_attempts_per_number_per_day": "每个号码每天最多几次未接通的呼叫。",
    "LimitFile.cites": "各项限制依据的条款。",
    "CasesFile.checks": "几通电话放在一起的检查；没写的不查。",
    "CasesFile.grace_days": "还款入账可以晚几天。",
    "CheckFile.severity": "critical 致命；major 严重；minor 一般；notice 提示。",
    "CheckFile.certainty": "confirmed 确认，扣分；suspected 疑似，请人看。",
    "CheckFile.message": "给人看的话：做了什么、为什么不行、应该怎么做。",
    "CheckFile.cites": "依据的条款，norms.yaml 里的键。",
    "CheckFile.times": "repeated-minor：之前已有几通。",
    "CheckFile.days": "repeated-minor：几天之内。",
    "ScorecardFile.weights": "12 个步骤的分值，合计 100。",
    "ScorecardFile.penalties": "每类违规扣多少分。",
    "ScorecardFile.knock_out": "哪些严重度一票否决。",
    "ScorecardFile.caps": "有某种严重度的违规时，整通电话最高多少分。",
    "ScorecardFile.bands": "各等级的起点分。",
    "ScorecardFile.trust_words_from": "触发词的平均识别概率低于此值，只记疑似。",
    "ScorecardFile.trust_steps_from": "坐席语音的平均识别概率低于此值，缺的步骤记无法判定。",
    "ScorecardFile.trust_roles_from": "分清坐席与客户的把握低于此值，说话人记为不明：发现只记疑似，步骤记无法判定。",
    "PenaltyFile.points": "扣多少分；或按严重度分别写。",
    "PenaltyFile.per": "call 每通扣一次，finding 每次都扣。",
    "PenaltyFile.cap": "这一类最多扣多少分。",
    "CueFile": "表明某种情形的话。",
    "CueFile.phrase": "说到其中之一。",
    "CueFile.regex": "RE2 正则表达式。",
    "CueFile.near": "几样话离得近。",
    "CueFile.unless": "这些语境下不算。",
    "PartyFile.voicemail": "语音信箱、语音菜单、代接助理的话。",
    "PartyFile.wrong_number": "打错号码的话。",
    "PartyFile.related": "对方说自己是债务人的什么人。",
    "PartyFile.third_party": "第三人的话。",
    "PartyFile.of_debtor": "把债务人当作别人说起的话；对方没说自己就是时才算。",
    "PartyFile.spoken_of": "坐席向对方问起债务人的话。",
    "PartyFile.relation_asked": "坐席问接听人是谁的什么人。",
    "PartyFile.asks_back": "对方只反问是谁、什么事。",
    "PartyFile.claimed": "对方说自己就是。",
    "PartyFile.named": "坐席说出要找的人。",
    "PartyFile.own_name": "对方报姓名；最后一个字是姓。",
    "PartyFile.handing_over": "去叫本人来听。",
    "PartyFile.handed_over": "换了本人来听。",
    "PartyFile.stays_away": "本人叫不来。",
    "PartyFile.passing_on": "本人让别人来听。",
    "PartyFile.lets_speak": "本人同意由别人代谈。",
    "PartyFile.new_voice": "换人接起时的第一句。",
    "PartyFile.factor_asked": "坐席问核身要素。",
    "PartyFile.factor_given": "客户报出要素。",
    "PartyFile.factor_offered": "客户没等问就报出要素。",
    "PartyFile.factor_stated": "坐席说出要素让客户确认；这样不算核实。",
    "PartyFile.factor_agreed": "客户确认。",
    "PartyFile.factor_refused": "客户拒绝核身。",
    "PartyFile.factor_confirmed": "坐席说要素对得上。",
    "PartyFile.factor_rejected": "要素对不上。",
    "RolesFile.agent": "坐席常说的话。",
    "RolesFile.customer": "客户常说的话。",
    "FactsFile.flags": "客户情形 → 表明它的话。",
    "FactsFile.reasons": "逾期原因 → 表明它的话。",
    "FactsFile.not_own": "说的是别人：同一个分句里，它后面不远的情形不算客户自己的。",
    "FactsFile.implied": "有了这种情形，就也有那些情形。",
    "PromiseFile": "客户答应还款的话，按分句看。",
    "PromiseFile.when": "说日子一定带的词，用来快速挑出要细看的话。",
    "PromiseFile.pays": "还钱。",
    "PromiseFile.moves": "钱往哪里走；还要有数目、或坐席在问，才算还钱。",
    "PromiseFile.cannot": "还不出，不肯还。",
    "PromiseFile.tries": "只说试试、求宽限、没定下来。",
    "PromiseFile.reported": "转述：以前说过的、别人说的。",
    "PromiseFile.done": "已经付过的。",
    "PromiseFile.elsewhere": "钱和日子是别的事的。",
    "PromiseFile.supposed": "假设。",
    "PromiseFile.void": "整段都不算：玩笑、按着已有的约定还、替别人还。",
    "PromiseFile.condition": "有条件的承诺。",
    "PromiseFile.ifs": "后面跟着自己付钱、又没有“就”的，只是假设。",
    "PromiseFile.corrects": "改口。",
    "PromiseFile.later": "第一笔以外的钱。",
    "PromiseFile.total": "几笔的总数。",
    "PromiseFile.all": "全额。",
    "PromiseFile.least": "最低还款额。",
    "PromiseFile.that": "坐席刚说的那个数。",
    "PromiseFile.half": "一半。",
    "PromiseFile.payday": "发薪日，没说是几号。",
    "PromiseFile.at_once": "说的是今天。",
    "PromiseFile.accepts": "对坐席的提议说好。",
    "PromiseFile.hedged": "嘴上说好，其实没定。",
    "PromiseFile.offers": "把话说成商量。",
    "PromiseFile.asks_when": "坐席问哪天还。",
    "PromiseFile.refuses": "回绝：不肯还。",
    "PromiseFile.channels": "还款渠道的名字 → 说它的话。",
    "SignalsFile.hold": "坐席请客户等一等的话；之后的静默不算冷场。",
    "SignalsFile.lookup": "客户去查看、去找东西的话；之后的静默不算冷场。",
    "SignalsFile.backchannels": "只是附和、不算抢话也不算接话的词，如 嗯、对、好。",
    "SignalsFile.overlap_seconds": "双方同时说话多少秒以内不算打断。",
    "SignalsFile.dead_air_seconds": "没有交代的静默从多少秒起算冷场。",
    "SignalsFile.rate_window_seconds": "最快语速按连续说话多少秒算。",
    "SignalsFile.raised_voice_db": "比自己平时高多少分贝算提高嗓门。",
    "ToleratedFile": "清白的例子被别的规则命中、可以容忍的。只影响 auditor rules test，不影响质检。",
    "ToleratedFile.tolerated": "一处命中一项。",
    "ToleratedHitFile.rule": "命中的规则。",
    "ToleratedHitFile.owner": "例子属于哪条规则或哪个步骤。",
    "ToleratedHitFile.line": "例子里被命中的那句话，照抄。",
    "ToleratedHitFile.why": "为什么可以容忍。",
}
"""What the editor shows for a model, and for each of its fields; fields of a base class stand under its name."""


def json_schema(kind: str, pack: Pack) -> dict[str, Any]:
    """The schema of one kind of file (see ``SHAPES``); it offers the names that this pack knows."""
    model, _ = SHAPES[kind]
    made = TypeAdapter(model).json_schema(ref_template="#/definitions/{model}")
    definitions = made.pop("$defs", {})
    if "title" in made and "properties" in made:  # a single model stands at the top
        definitions[model.__name__], made = made, {"$ref": f"#/definitions/{model.__name__}"}
    for name, definition in definitions.items():
        definitions[name] = _readable(name, definition)
    _offer(definitions, pack)
    if kind in WITHOUT_BASE and pack.built_on:
        definitions[model.__name__].pop("required", None)
    return {"$schema": DRAFT, "title": f"collections-auditor {kind}", **made, "definitions": definitions}


def models() -> list[type[BaseModel]]:
    """Every model that stands in a schema."""
    found: dict[str, type[BaseModel]] = {}
    waiting = [m for shape, _ in SHAPES.values() for m in _models_in(shape)]
    while waiting:
        each = waiting.pop()
        if each.__name__ not in found:
            found[each.__name__] = each
            waiting += [m for f in each.model_fields.values() for m in _models_in(f.annotation)]
    return list(found.values())


def about(model: type[BaseModel], field: str) -> str:
    """What the editor says of a field; empty where nobody wrote it."""
    names = [base.__name__ for base in model.__mro__]
    names += ["PackFile"] if model is OverlayFile else []
    return next((ABOUT[key] for name in names if (key := f"{name}.{field}") in ABOUT), "")


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    from typing import get_args

    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for a in get_args(annotation) for m in _models_in(a)]


def _readable(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """With Chinese descriptions, and without what pydantic adds for machines: titles, and null as another way to leave out a key."""
    model = next(m for m in models() if m.__name__ == name)
    fields = {f.alias or key: key for key, f in model.model_fields.items()}
    definition = {k: v for k, v in definition.items() if k not in ("title", "description")}
    if name in ABOUT:
        definition["description"] = ABOUT[name]
    properties = {}
    for key, given in definition.get("properties", {}).items():
        plain = {k: v for k, v in given.items() if k not in ("title", "default")}
        options = [o for o in plain.get("anyOf", []) if o != {"type": "null"}]
        if "anyOf" in plain and name != "NormFile":
            plain.pop("anyOf")
            plain |= options[0] if len(options) == 1 else {"anyOf": options}
        if "$ref" in plain:
            # draft 7 reads nothing beside a $ref
            plain = {"allOf": [{"$ref": plain["$ref"]}]}
        properties[key] = {"description": about(model, fields[key]), **plain}
    definition["properties"] = properties
    return definition


def _offer(definitions: dict[str, dict[str, Any]], pack: Pack) -> None:
    """Names that the models check by hand, as lists to choose from; and the keys of which exactly one is written."""
    contexts, norms = {"enum": list(CONTEXTS)}, {"enum": sorted(pack.norms)}
    known = {
        ("RuleFile", "category"): {"enum": list(CATEGORIES)},
        ("StepFile", "id"): {"enum": list(STEPS)},
        ("RuleFile", "unless"): {"items": contexts},
        ("PartFile", "unless"): {"items": contexts},
        ("CueFile", "unless"): {"items": contexts},
        ("RuleFile", "cites"): {"items": norms},
        ("StepFile", "cites"): {"items": norms},
        ("StepFile", "order_after"): {"items": {"enum": list(STEPS)}},
        ("StepFile", "spoiled_by"): {"items": {"enum": list(CATEGORIES)}},
        ("StepFile", "spoiled_anywhere_by"): {"items": {"enum": list(CATEGORIES)}},
        ("AppliesFile", "unless_flags"): {"items": {"enum": list(CUSTOMER_FLAGS)}},
        ("ConditionFile", "signal"): {"propertyNames": {"enum": list(SIGNALS)}},
        ("DialogueFile", "signals"): {"propertyNames": {"enum": list(SIGNALS)}},
    }
    for (model, key), choices in known.items():
        if model in definitions:
            definitions[model]["properties"][key] |= choices
    one_of = {"RuleFile": ("any", "all"), "LineFile": ("agent", "customer")}
    for model, keys in one_of.items():
        if model in definitions:
            definitions[model]["oneOf"] = [{"required": [key]} for key in keys]
    if "ConditionFile" in definitions:
        definitions["ConditionFile"] |= {"minProperties": 1, "maxProperties": 1}
