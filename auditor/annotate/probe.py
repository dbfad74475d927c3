"""Whether a large-model server can do what it is wanted for: one question about a made-up line, as long as a real one."""

from __future__ import annotations

from auditor.annotate.answers import read
from auditor.annotate.client import FORMATS, Client
from auditor.annotate.prompt import Line, conversation, questions
from auditor.rules.pack import Pack

_LINES = (Line(0, "agent", "您好，请问是机主本人吗？"), Line(1, "customer", "我是。"))
_FORMS = {"json_schema": "按 JSON Schema 输出", "json_object": "按 JSON 输出", "plain": "不支持指定格式，只靠提示词"}


def probe(client: Client, pack: Pack) -> str:
    """Ask once and say, in one sentence, how the server answers.

    Raises:
        ReaderError: it gives no usable answer.
        UsageError: it may not be asked.
    """
    (question,) = questions(pack, None, "all")
    with client:
        reply = client.ask(question, conversation(_LINES))
    read(reply.text, question, _LINES)
    server, form = client.server, _FORMS[FORMATS[client.format]]
    counted = f"服务器计为 {reply.tokens_in} token" if reply.tokens_in else "服务器没有报 token 数"
    return (
        f"大模型 {server.model}（{server.url}）：{form}，{reply.seconds:.1f} 秒答完；"
        f"提示词 {len(question.system)} 字，{counted}，上下文长度要比它再多出一通电话"
    )
