"""The pages of the login: plain HTML of our own, without a script, and nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Literal, TypeAlias

Lang: TypeAlias = Literal["zh", "en"]

TEXTS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {
        "product": "催收通话质检",
        "login": "登录",
        "name": "登录名",
        "password": "密码",
        "enter": "登录",
        "provider": "用{name}登录",
        "any_provider": "统一登录",
        "or": "或",
        "forgot": "忘记密码或没有账号，请联系管理员。",
        "wrong": "登录名或密码不对，或账号已停用。请再试一次。",
        "wait": "失败次数太多。请等 {minutes} 分钟后再试，或联系管理员重设密码。",
        "stale": "这一页已经过期。请再登录一次。",
        "logged_out": "已退出登录。",
        "changed": "密码已修改，所有设备上的登录都已退出。请用新密码登录。",
        "logout": "退出登录",
        "logout_ask": "退出后，本机上需要重新登录才能看通话。",
        "back": "返回",
        "change": "修改密码",
        "old": "现在的密码",
        "new": "新密码",
        "again": "再输一遍新密码",
        "rule": "10 到 128 个字符，不含登录名。可以用一句自己记得住的话。",
        "save": "修改密码",
        "old_wrong": "现在的密码不对。请再试一次。",
        "differ": "两次输入的新密码不一样。请重新输入。",
        "no_password": "你的账号用统一登录，没有单独的密码。请在统一登录系统里修改。",
        "unregistered": "账号未登记",
        "unregistered_says": "统一登录已确认你是 {name}，但这里还没有登记这个账号，或已停用。请联系管理员登记，再重新登录。",
        "failed": "没有登录成功",
        "retry": "重新登录",
        "other": "English",
    },
    "en": {
        "product": "Collection call quality",
        "login": "Log in",
        "name": "User name",
        "password": "Password",
        "enter": "Log in",
        "provider": "Log in with {name}",
        "any_provider": "single sign-on",
        "or": "or",
        "forgot": "No account, or the password is lost? Ask your administrator.",
        "wrong": "The name or password is wrong, or the account is no longer active. Please try again.",
        "wait": "Too many failures. Please wait {minutes} min and try again, or ask your administrator for a new password.",
        "stale": "This page was too old. Please log in again.",
        "logged_out": "You are logged out.",
        "changed": "The password is changed and every device is logged out. Please log in with the new password.",
        "logout": "Log out",
        "logout_ask": "After this, calls can be seen on this machine only after a new login.",
        "back": "Back",
        "change": "Change password",
        "old": "Present password",
        "new": "New password",
        "again": "New password again",
        "rule": "10 to 128 characters, not holding your user name. A sentence you remember is fine.",
        "save": "Change password",
        "old_wrong": "The present password is wrong. Please try again.",
        "differ": "The two new passwords are different. Please type them again.",
        "no_password": "Your account uses single sign-on and has no password here. Please change it there.",
        "unregistered": "Account not registered",
        "unregistered_says": "Single sign-on says that you are {name}, but no active account of that name is registered here. "
        "Please ask your administrator, then log in again.",
        "failed": "The login did not succeed",
        "retry": "Log in again",
        "other": "中文",
    },
}
_OTHER: Mapping[Lang, Lang] = {"zh": "en", "en": "zh"}
_HTML_LANG = {"zh": "zh-Hans", "en": "en"}

_STYLE = """
:root { color-scheme: light }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f6f9; color: #1c2733;
  font: 16px/1.6 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif }
main { width: min(24rem, calc(100vw - 2rem)); margin: 1rem; padding: 2rem; background: #fff; border: 1px solid #dde3ea;
  border-radius: 8px }
.top { display: flex; justify-content: space-between; gap: 1rem; font-size: .875rem; color: #4a5866 }
h1 { font-size: 1.5rem; line-height: 1.3; margin: .25rem 0 1.25rem }
p { margin: 0 0 1rem }
label { display: block; margin: 0 0 .25rem; font-weight: 600 }
input { width: 100%; font: inherit; padding: .55rem .7rem; margin: 0 0 1rem; border: 1px solid #6b7a89; border-radius: 6px;
  color: inherit; background: #fff }
button, .button { display: block; width: 100%; font: inherit; font-weight: 600; text-align: center; text-decoration: none;
  padding: .6rem 1rem; border-radius: 6px; border: 1px solid #1f5fa8; background: #1f5fa8; color: #fff; cursor: pointer }
.second { background: #fff; color: #1f5fa8 }
.or { display: flex; align-items: center; gap: .75rem; margin: 1rem 0; color: #4a5866 }
.or::before, .or::after { content: ''; flex: 1; border-top: 1px solid #dde3ea }
.note { color: #4a5866; font-size: .875rem; margin: 1rem 0 0 }
[role=alert], [role=status] { padding: .6rem .8rem; border-radius: 6px; border-left: 4px solid }
[role=alert] { background: #fdecea; border-color: #b3261e; color: #7a1710 }
[role=status] { background: #e7f3ea; border-color: #2c7a44; color: #17522a }
a { color: #1f5fa8 }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid #b45f06; outline-offset: 2px }
"""


def login_page(
    lang: Lang, token: str, wanted: str, *, name: str = "", provider: str | None = None, alert: str = "", status: str = ""
) -> str:  # fmt: skip
    """The login form.

    Args:
        lang: the language.
        token: what the form must bring back, the same as in the form's cookie.
        wanted: the page to show afterwards.
        name: what was typed as the name before.
        provider: what the OpenID Connect provider is called; empty for a provider without a name, ``None`` for none.
        alert: what went wrong.
        status: what went well.
    """
    says = TEXTS[lang]
    form = f"""<form method="post" action="/login">
{_hidden(token, lang, wanted)}
<label for="name">{says["name"]}</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" spellcheck="false"
 maxlength="80" required{"" if name else " autofocus"}>
<label for="password">{says["password"]}</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1000" required{
        " autofocus" if name else ""
    }>
<button>{says["enter"]}</button>
</form>"""
    if provider is not None:
        called = says["provider"].format(name=escape(provider or says["any_provider"]))
        query = escape(_query(lang, wanted))
        form += f'<p class="or">{says["or"]}</p><a class="button second" href="/oidc/start?{query}">{called}</a>'
    form += f'<p class="note">{says["forgot"]}</p>'
    return _page(lang, "login", form, f"/login?{_query(_OTHER[lang], wanted)}", alert, status)


def logout_page(lang: Lang) -> str:
    """The question whether to log out."""
    says = TEXTS[lang]
    body = f"""<p>{says["logout_ask"]}</p>
<form method="post" action="/logout"><input type="hidden" name="lang" value="{lang}"><button>{says["logout"]}</button></form>
<p class="note"><a href="/">{says["back"]}</a></p>"""
    return _page(lang, "logout", body, f"/logout?lang={_OTHER[lang]}")


def password_page(lang: Lang, token: str, name: str, *, alert: str = "") -> str:
    """The form by which somebody changes their own password."""
    says = TEXTS[lang]
    body = f"""<p>{says["name"]}：<strong>{escape(name)}</strong></p>
<form method="post" action="/password">
{_hidden(token, lang, "/")}
<input type="hidden" name="name" value="{escape(name)}" autocomplete="username">
<label for="old">{says["old"]}</label>
<input id="old" name="old" type="password" autocomplete="current-password" maxlength="1000" required autofocus>
<label for="new">{says["new"]}</label>
<input id="new" name="new" type="password" autocomplete="new-password" maxlength="1000" required aria-describedby="rule">
<label for="again">{says["again"]}</label>
<input id="again" name="again" type="password" autocomplete="new-password" maxlength="1000" required>
<button>{says["save"]}</button>
</form>
<p class="note" id="rule">{says["rule"]}</p>
<p class="note"><a href="/">{says["back"]}</a></p>"""
    return _page(lang, "change", body, f"/password?lang={_OTHER[lang]}", alert)


def message_page(lang: Lang, title: str, message: str, *, away: bool = True) -> str:
    """A page that says what is wrong; ``away``: leads to the login rather than back."""
    says = TEXTS[lang]
    link = (
        f'<a class="button" href="/login?lang={lang}">{says["retry"]}</a>'
        if away
        else f'<a href="/">{says["back"]}</a>'
    )
    return _page(lang, title, f'<p role="alert">{escape(message)}</p>{link}', "")


def _page(lang: Lang, title: str, body: str, switch: str, alert: str = "", status: str = "") -> str:
    says = TEXTS[lang]
    other = _OTHER[lang]
    link = (
        f'<a href="{escape(switch)}" lang="{_HTML_LANG[other]}" hreflang="{_HTML_LANG[other]}">{says["other"]}</a>'
        if switch
        else ""
    )
    notice = (
        f'<p role="alert">{escape(alert)}</p>' if alert else f'<p role="status">{escape(status)}</p>' if status else ""
    )
    return f"""<!doctype html>
<html lang="{_HTML_LANG[lang]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>{says[title]} · {says["product"]}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<div class="top"><span>{says["product"]}</span>{link}</div>
<h1>{says[title]}</h1>
{notice}
{body}
</main>
</body>
</html>
"""


def _hidden(token: str, lang: Lang, wanted: str) -> str:
    fields = {"token": token, "lang": lang, "next": wanted}
    return "\n".join(f'<input type="hidden" name="{key}" value="{escape(value)}">' for key, value in fields.items())


def _query(lang: Lang, wanted: str) -> str:
    from urllib.parse import urlencode

    return urlencode({"lang": lang, "next": wanted})
