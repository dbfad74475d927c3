"""A packet's page: one HTML file that reads and plays all of it, without scripts and without asking anybody for anything.

Every text is escaped where it enters; nothing on the page is markup but what this module writes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from html import escape
from typing import Any

Name = Callable[[str, str], str]
CHINA = timezone(timedelta(hours=8))
STYLE = """
:root { --critical: #a61b1b; --major: #9a4408; --minor: #765600; --notice: #52606d; --good: #1b6e4c; --agent: #1f5fa8; --customer: #6b4a9c;
  --unknown: #52606d; --ink: #1c2733; --faint: #55616e; --line: #d5dce4; --wash: #f4f6f9; --mark: #ffe9a8; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.2rem 1.2rem 4rem; color: var(--ink); background: #fff;
  font: 15px/1.65 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; padding-top: .8rem; border-top: 3px solid var(--ink); }
h3 { font-size: 1.08rem; margin: 1.6rem 0 .4rem; } h4 { font-size: .95rem; margin: 1rem 0 .25rem; color: var(--faint); }
a { color: var(--agent); } :focus-visible { outline: 2px solid var(--agent); outline-offset: 2px; }
.user { unicode-bidi: isolate; white-space: pre-wrap; }
.badge { display: inline-block; padding: 0 .5em; border: 1px solid currentColor; border-radius: 4px; font-size: .82em; font-weight: 600; }
.critical { color: var(--critical); } .major { color: var(--major); } .minor { color: var(--minor); } .notice { color: var(--notice); } .good { color: var(--good); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; } dt { color: var(--faint); } dd { margin: 0; }
dl.two { grid-template-columns: max-content 1fr max-content 1fr; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .86em; } pre { white-space: pre-wrap; background: var(--wash); padding: .7rem; border-radius: 6px; }
.box { border: 1px solid var(--line); border-radius: 8px; padding: .2rem 1rem 1rem; margin: 1rem 0; } .note { background: var(--wash); border-radius: 8px; padding: .7rem 1rem; margin: .8rem 0; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-size: .88em; color: var(--faint); font-weight: 600; } td.n, th.n { white-space: nowrap; font-variant-numeric: tabular-nums; }
ol.talk { list-style: none; padding: 0; margin: .3rem 0; } ol.talk li { display: grid; grid-template-columns: 4.2rem 3.6rem 1fr; gap: .5rem; padding: .15rem .4rem; border-left: 3px solid transparent; }
ol.talk li.here { background: var(--wash); border-left-color: var(--critical); } ol.talk time { color: var(--faint); font-variant-numeric: tabular-nums; }
.agent { color: var(--agent); } .customer { color: var(--customer); } .unknown { color: var(--unknown); } mark { background: var(--mark); color: inherit; } .off { color: var(--faint); }
audio { display: block; width: 100%; margin: .3rem 0; } figure { margin: .5rem 0; } figcaption { font-size: .88em; color: var(--faint); } summary { cursor: pointer; margin: .4rem 0; }
ul { padding-left: 1.3rem; margin: .2rem 0; } li.deep { list-style: none; margin-left: 1.2rem; }
@media (max-width: 40rem) { dl, dl.two { grid-template-columns: max-content 1fr; } ol.talk li { grid-template-columns: 3.4rem 1fr; } ol.talk li .user { grid-column: 1 / -1; } }
@media print { body { max-width: none; font-size: 11pt; } audio { display: none; } h2 { break-before: page; } .box, tr { break-inside: avoid; } }
"""  # noqa: E501


def page(calls: Sequence[Mapping[str, Any]], at: datetime, signer: str, *, redacted: bool, name: Name) -> str:
    """The page as HTML.

    Args:
        calls: what ``reports.evidence`` tells of each, with its ``log``.
        at: when the packet was signed.
        signer: the fingerprint of the key that signs it.
        redacted: whether personal data are left out.
        name: what a reader calls a code; the page's own words are of kind ``packet``.
    """
    w = _Words(name)
    style = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    # a page opened from a disk has no origin of its own: 'self' alone would not let it play what lies beside it
    policy = (
        f"default-src 'none'; style-src 'sha256-{style}'; media-src 'self' file:; base-uri 'none'; form-action 'none'"
    )
    state, tone = (w("redacted"), "good") if redacted else (w("whole"), "critical")
    found = sum(len(call["findings"]) for call in calls)
    body = [
        f"<h1>{w('title')}</h1><p><span class='badge {tone}'>{state}</span></p>",
        _pairs([
            (w("made"), _moment(at.isoformat())),
            (w("calls"), str(len(calls))),
            (w("findings"), str(found)),
            (w("signer"), f"<code>{_in_groups(signer)}</code>"),
        ]),
        f"<div class='note'><p>{w('how')}</p><pre>auditor verify PATH --trust KEY.pub</pre><p>{w('how_more')}</p></div>",
        f"<nav id='contents'><h3>{w('contents')}</h3><ul>{''.join(_entry(call, w) for call in calls)}</ul></nav>",
        *(_call(call, w) for call in calls),
    ]  # fmt: skip
    head = f"""<!DOCTYPE html>
<html lang="{w("lang")}"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{w("title")}</title><style>{STYLE}</style></head><body>
"""
    html = head + "\n".join(body) + "\n</body></html>\n"
    return html.encode("utf-8", "backslashreplace").decode()


class _Words:
    """The page's words, escaped."""

    def __init__(self, name: Name) -> None:
        self._name = name

    def __call__(self, key: str, **values: object) -> str:
        return escape(self._name("packet", key).format(**values))

    def of(self, kind: str, code: object) -> str:
        return escape(self._name(kind, str(code))) if code else ""


def user(text: object) -> str:
    """A text from outside: escaped, and kept from turning the writing of what stands around it."""
    return "" if text is None or text == "" else f"<span class='user'>{escape(_visible(str(text)))}</span>"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text)


def _entry(call: Mapping[str, Any], w: _Words) -> str:
    own = "".join(
        f"<li><a href='#{_anchor(call, each)}'>{w('finding', n=each['number'])}</a>　{_badge(each['finding'], w)}</li>"
        for each in call["findings"]
    )
    return f"<li><a href='#{_anchor(call)}'>{w('call')} {user(call['call_id'])}</a><ul>{own}</ul></li>"


def _call(call: Mapping[str, Any], w: _Words) -> str:
    known = call["metadata"]
    agent = "　".join(filter(None, (user(known["agent_id"]), user(known["agent_name"]))))
    rows = [
        (w("started"), _moment(known["started_at"])), (w("agent"), agent), (w("team"), user(known["team"])),
        (w("institution"), user(known["institution"])), (w("agency"), user(known["agency"])), (w("case"), user(known["case_id"])),
        (w("customer"), user(known["customer_id"])), (w("product"), w.of("product", known["product"])),
        (w("region"), w.of("region", known["region"])), (w("due"), user(known["amount_due"])), (w("overdue"), user(known["days_overdue"])),
        (w("duration"), "" if call["duration"] is None else w("seconds", n=f"{call['duration']:.1f}")),
        (w("party"), w.of("party", call["party"])), (w("source"), user(call["source"])),
    ]  # fmt: skip
    cards = "".join(
        f"<tr><td class='n'>{w(which)}</td><td class='n'>{_score(call[which], w)}</td>"
        f"<td>{w('as_machine') if which == 'counts' and call['counts'] == call['machine'] else _lost(call[which], w)}</td></tr>"
        for which in ("machine", "counts")
    )
    found = "".join(_finding(call, each, w) for each in call["findings"]) or f"<p>{w('no_findings')}</p>"
    said = [{"line": n, "about": False, "mark": None, **u} for n, u in enumerate(call["transcript"])]
    warned = "".join(f"<li>{user(each['message'])}</li>" for each in call["warnings"])
    prints = [
        (w(key), f"<code>{user(value)}</code>" if value else w("none")) for key, value in call["fingerprints"].items()
    ]
    return "\n".join((
        f"<section><h2 id='{_anchor(call)}'>{w('call')} {user(call['call_id'])}</h2>",
        _pairs([row for row in rows if row[1]], "two"),
        f"<h3>{w('warnings')}</h3><ul>{warned}</ul>" if warned else "",
        f"<h3>{w('score')}</h3>{_table(('', w('score'), w('lost')), cards)}",
        f"<h3>{w('findings')}</h3>{found}",
        f"<h3>{w('steps')}</h3>{_steps(call['steps'], w)}",
        f"<h3>{w('decisions')}</h3>{_decisions(call['decisions'], call, w)}",
        _appeals(call["appeals"], w),
        f"<h3>{w('fingerprints')}</h3>{_pairs(prints)}",
        f"<h3>{w('log')}</h3>{_log(call['log'], w)}",
        f"<details><summary>{w('whole_transcript')}</summary>{_talk(said, w)}</details>",
        f"<p><a href='#contents'>{w('back')}</a></p></section>",
    ))  # fmt: skip


def _finding(call: Mapping[str, Any], told: Mapping[str, Any], w: _Words) -> str:
    finding, counts = told["finding"], told["counts_as"]
    now = w("not_counted") if counts is None else " · ".join(
        filter(None, (w.of("category", counts["category"]), w.of("severity", counts["severity"]), w.of("status", counts["status"])))
    )  # fmt: skip
    clauses = "".join(f"<li>{_clause(each, w)}</li>" for each in told["clauses"])
    return "\n".join((
        f"<article class='box'><h3 id='{_anchor(call, told)}'>{w('finding', n=told['number'])}　{_badge(finding, w)}</h3>",
        _pairs([
            (w("quote"), user(finding["quote"])),
            (w("why"), user(finding["why"])),
            (w("machine"), w.of("status", finding["status"]) if told["by_machine"] else w("by_person")),
            (w("standing"), w.of("standing", told["standing"])),
            (w("counts_as"), now),
        ]),
        _clips(call, told, w),
        f"<h4>{w('window')}</h4>{_talk(told['window'], w)}" if told["window"] else "",
        f"<h4>{w('clauses')}</h4>" + (f"<ul>{clauses}</ul>" if clauses else f"<p>{w('no_clauses')}</p>"),
        f"<h4>{w('rule')}</h4>{_rule(told, w)}",
        f"<h4>{w('trail')}</h4>" + (_decisions(told["decisions"], call, w) if told["decisions"] else f"<p>{w('no_trail')}</p>"),
        "</article>",
    ))  # fmt: skip


def _clips(call: Mapping[str, Any], told: Mapping[str, Any], w: _Words) -> str:
    if not told["clips"]:
        why = "no_clip_metadata" if told["finding"]["start"] is None else "no_clip_gone"
        return f"<p class='off'>{w(why if call['has_recording'] or why == 'no_clip_metadata' else 'no_clip_text')}</p>"
    shown = []
    for clip in told["clips"]:
        says = w("clip", start=f"{clip['start']:.2f}", end=f"{clip['end']:.2f}", channels=clip["channels"])
        at = told["finding"]["start"]
        if at is not None and clip["start"] <= at <= clip["end"]:
            says += "；" + w("clip_at", n=f"{at - clip['start']:.1f}")
        if clip["bleeped"]:
            says += "；" + w("bleeped", n=len(clip["bleeped"]))
        shown.append(
            f"<figure><audio controls preload='metadata' src='{clip['file']}'></audio><figcaption>{says}</figcaption></figure>"
        )
    return "".join(shown)


def _rule(told: Mapping[str, Any], w: _Words) -> str:
    rule = told["rule"]
    if rule["text"] is None:
        return f"<p>{w('no_rule_reader' if told['by_machine'] else 'no_rule_person')}</p>"
    sections = "".join(
        f"<p><strong>{escape(title)}</strong></p><ul>"
        + "".join(f"<li{' class=deep' if line.startswith('  ') else ''}>{user(line.strip())}</li>" for line in lines)
        + "</ul>"
        for title, lines in rule["told"]
    )
    examples = "".join(
        f"<dt>{w(kind)}</dt><dd><ul>{''.join(f'<li>{user(each)}</li>' for each in rule[kind])}</ul></dd>"
        for kind in ("hit", "clean")
        if rule[kind]
    )
    return "".join((
        f"<p><code>{user(rule['id'])}</code></p>",
        f"<dl>{examples}</dl>" if examples else "",
        f"<details><summary>{w('rule_told')}</summary>{sections}</details>" if sections else "",
        f"<details><summary>{w('rule_file')}　<code>{user(rule['file'])}</code></summary><pre>{user(rule['text'])}</pre></details>",
    ))  # fmt: skip


def _clause(norm: Mapping[str, Any], w: _Words) -> str:
    if "norm" not in norm:
        return user(norm["key"])
    return (
        f"<strong>{user(norm['norm'])} {user(norm['article'])}</strong>"
        f"（{w('verification')} {user(norm['verification'])}）{user(norm['requirement'])}"
    )


def _steps(steps: Sequence[Mapping[str, Any]], w: _Words) -> str:
    rows = "".join(
        f"<tr><td>{w.of('step', s['id'])}</td><td class='n'>{w.of('verdict', s['verdict'])}</td>"
        f"<td class='n'>{w.of('verdict', s['counts_as'])}</td><td>{user(s['quote'] or s['why'])}</td></tr>"
        for s in steps
    )
    return _table((w("step"), w("verdict"), w("now"), w("said")), rows)


def _decisions(made: Sequence[Mapping[str, Any]], call: Mapping[str, Any], w: _Words) -> str:
    if not made:
        return f"<p>{w('no_trail')}</p>"
    rows = ""
    numbers = {told["finding"]["finding_id"]: told["number"] for told in call["findings"]}
    for each in made:
        reason = each["body"].get("reason") or each["body"].get("why") or each["body"].get("text")
        what = w.of("verdict", each["verdict"]) if each["kind"] == "step" else w(each["verdict"])
        if each["kind"] == "step" and each["verdict"] == "open":
            what = w("open")
        item = w.of("step", each["item"]) if each["kind"] == "step" else user(numbers.get(each["item"], each["item"]))
        rows += (
            f"<tr><td class='n'>{_moment(each['decided_at'])}</td><td>{user(each['decided_by'])}</td>"
            f"<td>{w('kind_' + each['kind'])} {item}</td><td class='n'>{what}</td><td>{user(reason)}</td></tr>"
        )
    return _table((w("when"), w("who"), w("item"), w("what"), w("reason")), rows)


def _appeals(appeals: Sequence[Mapping[str, Any]], w: _Words) -> str:
    rows = "".join(
        f"<tr><td class='n'>{_moment(step['taken_at'])}</td><td>{user(step['taken_by'])}</td>"
        f"<td>{w('kind_' + appeal['kind'])}</td><td class='n'>{w.of('appeal_state', step['state'])}</td><td>{user(step['text'])}</td></tr>"
        for appeal in appeals
        for step in appeal["steps"]
    )
    return (
        f"<h3>{w('appeals')}</h3>{_table((w('when'), w('who'), w('item'), w('what'), w('reason')), rows)}"
        if rows
        else ""
    )


def _log(log: Mapping[str, Any], w: _Words) -> str:
    own = [each for each in log["events"] if "kind" in each]
    rows = "".join(
        f"<tr><td class='n'>{each['seq']}</td><td class='n'>{_moment(each['at'])}</td><td>{w.of('event', each['kind'])}</td>"
        f"<td><code>{user(each['hash'])}</code></td></tr>"
        for each in own
    )
    says = w("log_says", n=len(log["events"]), own=len(own))
    return f"<p>{says}</p>" + (_table(("#", w("when"), w("event"), w("hash")), rows) if rows else "")


def _talk(said: Iterable[Mapping[str, Any]], w: _Words) -> str:
    return f"<ol class='talk'>{''.join(_line(each, w) for each in said)}</ol>"


def _line(said: Mapping[str, Any], w: _Words) -> str:
    text = user(said["text"])
    if said["mark"]:
        start, end = said["mark"]
        parts = said["text"][:start], said["text"][start:end], said["text"][end:]
        text = f"<span>{user(parts[0])}<mark>{user(parts[1])}</mark>{user(parts[2])}</span>"
    off = f" <span class='badge notice'>{w('quarantined')}</span>" if said["quarantined"] else ""
    return (
        f"<li{' class=here' if said['about'] else ''}><time>{int(said['start']) // 60}:{said['start'] % 60:04.1f}</time>"
        f"<span class='{escape(said['speaker'])}'>{w.of('speaker', said['speaker'])}</span><span>{text}{off}</span></li>"
    )


def _badge(finding: Mapping[str, Any], w: _Words) -> str:
    severity = escape(str(finding["severity"]))
    return f"{w.of('category', finding['category'])} <span class='badge {severity}'>{w.of('severity', finding['severity'])}</span>"


def _score(card: Mapping[str, Any], w: _Words) -> str:
    score = w("untold") if card["score"] is None else escape(f"{float(card['score']):.1f}")
    fatal = f" · {w('fatal')}" if card["fatal"] else ""
    return f"<strong>{score}</strong> {w.of('band', card['band'])}{fatal}"


def _lost(card: Mapping[str, Any], w: _Words) -> str:
    lost = "".join(f"<li>−{float(d['points']):g}　{user(d['why'])}</li>" for d in card["deductions"])
    return f"<ul>{lost}</ul>" if lost else w("nothing_lost")


def _pairs(pairs: Iterable[tuple[str, str]], kind: str = "") -> str:
    return f"<dl class='{kind}'>{''.join(f'<dt>{key}</dt><dd>{value}</dd>' for key, value in pairs)}</dl>"


def _table(headings: Sequence[str], rows: str) -> str:
    heads = "".join(f"<th scope='col'>{each}</th>" for each in headings)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _anchor(call: Mapping[str, Any], told: Mapping[str, Any] | None = None) -> str:
    at = escape(call["folder"].replace("/", "-"))
    return at if told is None else f"{at}-{told['number']}"


def _moment(text: str | None) -> str:
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    return f"{at if at.tzinfo is None else at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"


def _in_groups(text: str) -> str:
    return " ".join(text[n : n + 8] for n in range(0, len(text), 8))
