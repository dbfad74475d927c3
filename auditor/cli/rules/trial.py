"""``auditor rules try``: what fires on typed words and why, and what nearly fired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from auditor.cli.rules.page import print_prose
from auditor.cli.terminal import SEVERITY_STYLE, LanguageOption, PackOption, check_language, harmless, named, out

if TYPE_CHECKING:
    from auditor.models import Call, Finding, Speaker
    from auditor.rules.pack import Pack
    from auditor.rules.scene import Scene
    from auditor.rules.trial import NearMiss

MOST = 10


def try_words(
    turns: Annotated[
        list[str],
        typer.Argument(help="要试的话，一轮一个；可以写成“客户：……”“坐席：……”。", metavar="话…"),
    ],
    before: Annotated[
        list[str] | None,
        typer.Option("--before", help="前面说过的话，如“客户：我不想活了”；可以写多次。", metavar="话"),
    ] = None,
    speaker: Annotated[
        Literal["agent", "customer"], typer.Option("--speaker", help="没写“坐席：”“客户：”的话算谁说的。")
    ] = "agent",
    party: Annotated[
        Literal["debtor_verified", "debtor_unverified", "third_party", "wrong_number", "voicemail", "auto"],
        typer.Option("--party", help="接听人是谁；auto 从对话里判断。"),
    ] = "debtor_verified",
    region: Annotated[Literal["CN", "TW", "HK"] | None, typer.Option("--region", help="按哪里的规范判。")] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option("--metadata", help="元数据，如 days_overdue=70 或 逾期天数=70；可以写多次。", metavar="名=值"),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="差一点的全部列出，不只最近的几条。")] = False,
    pack: PackOption = "collections-zh",
    lang: LanguageOption = "zh",
) -> None:
    """打几句话试试：哪条规则命中、凭哪几个字，哪条差一点、差在哪里。

    差一点的原因有：语境排除了（否定、转述……）、not 里的词排除了、说话人或接听人或地区不对、顺序不对、词离得太远、读音差一点、还缺一个条件。

    例：

      auditor rules try "再不还我们就上门了"
      auditor rules try "我们不会上门的"
      auditor rules try "那你去死啊" --before "客户：我不想活了"
      auditor rules try "坐席：您弟弟欠了我们五千块" --party third_party --region TW

    退出码：0 完成；2 写法不对；3 规则包不能用。
    """
    from auditor.pipeline import every_finding, scene_of
    from auditor.rules.pack import load_pack
    from auditor.rules.trial import after, near_misses

    check_language(lang)
    loaded = load_pack(pack)
    call = _call([*(before or []), *turns], speaker, region, metadata or [])
    scene = scene_of(call, loaded, None if party == "auto" else party)
    found = every_finding(scene, loaded)
    scene = after(found, scene)

    def name(kind: str, code: str) -> str:
        return named(kind, code, lang)

    new = set(range(len(before or []), len(call.utterances)))
    _print_call(call, scene, lang)
    _print_found(found, scene, loaded, lang)
    misses = near_misses(loaded, scene, found, name)
    close = [m for m in misses if not new.isdisjoint(scene.turns[m.turn].utterances)]
    _print_close(sorted(close, key=_distance), everything, lang)
    _print_steps(scene, loaded, lang)


def _call(lines: list[str], speaker: Speaker, region: str | None, metadata: list[str]) -> Call:
    from auditor.errors import UsageError
    from auditor.rules.typed import typed
    from auditor.speech.metadata import field_name, parse_metadata

    raw: dict[str, object] = {"region": region} if region else {}
    for each in metadata:
        name, sign, value = each.partition("=")
        if not sign:
            raise UsageError(f"--metadata 要写成 名=值，如 days_overdue=70；不认识 {each}。")
        raw[field_name(name)] = value
    about, _ = parse_metadata(raw, "--metadata")
    return typed(lines, speaker, about)


def _distance(miss: NearMiss) -> tuple[int, int, int, str]:
    return miss.distance, len(miss.obstacles), -len(miss.words), miss.rule.id


def _line(*parts: str | tuple[str, str]) -> None:
    from rich.text import Text

    out().print(harmless(Text.assemble(*parts)))


def _print_call(call: Call, scene: Scene, lang: str) -> None:
    for n, utterance in enumerate(call.utterances):
        who, party = named("speaker", utterance.speaker, lang), named("party", scene.party.at(n), lang)
        _line((f"{who}：", "dim"), utterance.text, (f"  （接听人：{party}）" if n == 0 else "", "dim"))


def _print_found(found: list[Finding], scene: Scene, pack: Pack, lang: str) -> None:
    from auditor.rules.trial import matched_words

    rules = {r.id: r for r in pack.of(scene.region).rules}
    _line(("\n命中", "bold"), "" if found else "：没有")
    for f in found:
        head = " ".join(
            (named("severity", f.severity, lang), named("status", f.status, lang), named("category", f.category, lang))
        )
        words, heard = matched_words(rules[f.rule_id], f, scene)
        written = f"（写作“{heard}”，同音字）" if heard != words else ""
        on = f"凭“{words}”{written}" if words else ""
        _line(
            (f"  {head}", SEVERITY_STYLE[f.severity]),
            f"  {f.rule_id}  {on}（{named('matched_by', f.matched_by, lang)}）",
        )
        print_prose(f.why, "dim", 6)


def _print_close(close: list[NearMiss], everything: bool, lang: str) -> None:
    _line(("\n差一点", "bold"), "" if close else "：没有")
    for miss in close if everything else close[:MOST]:
        category = named("category", miss.rule.category, lang)
        on = f"“{miss.words}”" if miss.words else ""
        _line(f"  {category}  {miss.rule.id}  {on}")
        for obstacle in miss.obstacles:
            print_prose(obstacle, "yellow", 6)
    if len(close) > MOST and not everything:
        _line((f"  还有 {len(close) - MOST} 条，加 --all 看全部", "dim"))


def _print_steps(scene: Scene, pack: Pack, lang: str) -> None:
    from auditor.scoring.steps import candidates

    said = []
    for step, candidate in candidates(pack.of(scene.region).steps, scene).items():
        for part, place in candidate.places:
            if place is not None:
                said.append(f"{named('step', step, lang)}·{part}“{place.quote}”")
    if said:
        _line(("\n算步骤里的话", "bold"))
        for each in said:
            _line(f"  {each}")
