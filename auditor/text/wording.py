"""Words by what they do to the words around them, in comparable form; ``context`` says how far each kind reaches.

Plain lists, so that a misfire is mended by a word. ``either`` makes a pattern of them.
"""

from __future__ import annotations

import re


def either(*groups: tuple[str, ...]) -> str:
    """A pattern that finds any of the words, the longest first."""
    words = {word for group in groups for word in group}
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=lambda w: (-len(w), w))) + ")"


def compiled(*groups: tuple[str, ...]) -> re.Pattern[str]:
    """The same, compiled."""
    return re.compile(either(*groups))


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


# ── negation ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# will not, may not: they deny also what they stand in the middle of: 外访人员不会收钱
NEGATED_MODALS = _words(
    "绝不 决不 从不 并不会 不会 不能 不可以 不可 不得 不允许 不许 不准 不该 不应 无权 无需 无须 不用 不必 不需",
    "禁止 严禁 唔会 唔可以 唔使 毋须",
)
# these and the rest govern what follows in their clause, some words away: 我们绝不会因为这个上门
NEGATORS = NEGATED_MODALS + _words(
    "并不 并非 从没 从来没 并没 没有 没说 没人 没谁 未曾 不存在 不敢 不要 不是 杜绝 不做 不搞 不兴",
    "唔好 唔系 冇 未有",
)
# govern only what stands right behind them: 不上门, 没骂您, 别转
SHORT_NEGATORS = _words("不 没 未 勿 别 无 唔")
# hold a negator's character and deny nothing
ONLY_LOOK_NEGATIVE = _words(
    # other words
    "未来 未婚 未必 别人 别家 别处 别的 别致 特别 分别 区别 性别 级别 个别 告别",
    "差别 派别 无论 无非 无所谓 不久 不日 不论 不管 不过 不错 不时 不断 不停",
    "不但 不仅 不光 不止 不只 不单 不如 不然 要不 不同 不少 差不多 对不起 不好意思",
    "了不起 看不起 瞧不起 没多久 没几天 没准 说不准 拿不准 没关系 没问题 没事 不客气",
    # insults
    "不要脸 没良心 没出息 没本事 没脸 没教养 没素质 没用 不知好歹 不识抬举 不懂事 不配",
    "不争气 不中用 不负责 不孝 不讲理 不是人 不是东西 不是玩意 不算人",
    # two negatives, or one that strengthens
    "不可能不 不得不 不会不 不能不 不是不 不就 怎么不 何尝不 免不了 少不了 跑不 躲不 逃不",
    "受不了 不了 不掉 由不得 没完 不怕 不手软 不留情 没那么 没这么 别指望 别想 不由",
    # the customer's own failing, the usual reason given for a threat
    "再不 还不 若不 如不 要是不 一天不 只要不 不还 不给 不来 不交 不缴 不结 不清",
    "不接 不处理 不配合 不回 不付 不想 不愿 不肯 不同意 不认 没还 没交 没缴 没处理",
    "没接 没钱 不按时 不按期 没按时 未按时 没有按时 未能按时 没有还 没有缴 没有处理 没有接",
    "没有付 没有结清 没有回复 没有到账 未还 未缴 未处理 未付 未结清 未按期 没有钱 未能",
    # what the speaker or the customer does not know or feel
    "不信 不知 不确定 不清楚 不懂 不明白 不放心 不满 不方便 不会用 不会操作 不信任 不见",
    "不在 没办法 没法 不保证 不敢保证",
    # "I'm not joking", "don't force me", "don't blame me"
    "没吓 没跟你 没跟您 没有跟你开 没和你 没开玩笑 没骗你 没有骗你 没有吓 不是吓 不吓 没商量",
    "没有商量 没意思 不跟你 不跟您 不和你 不和您 不要逼 不要等 不要再拖 不用等 不是玩笑",
    "别怪 别逼 别怨 别以为 不要怪 不是开玩笑 没有开玩笑 没有别的 没有其他",
    # yes-or-no questions
    "是不是 会不会 要不要 能不能 可不可以 有没有 敢不敢 信不信 在不在 能不 行不行 好不好",
    # Cantonese: please, sorry, worried
    "唔该 唔好意思 唔放心 唔紧要 唔知 唔识 唔记得 唔舒服 唔系咩",
)
# the verbs of which 走不走 is made
YES_OR_NO = tuple(
    f"{verb}{no}{verb}" for verb in "走来去还交给说认怕想看懂听接打转付签管要肯见搬讲办动痛系" for no in "不没唔"
)
# the thought turns, or a new subject takes over: what comes behind is no longer governed
TURNS = _words(
    "而是 就是 但是 可是 不过 反而 就 只能 只好 直接 马上 立刻 今晚 明天 将",
    "都上 都去 都要",
)
# 我不会上门才怪, 你以为我不敢: what looks denied is affirmed
AFFIRMED_BY_DENIAL = _words(
    "才怪 别以为 你以为 您以为 难道 谁说 谁讲 信不信 不信你 不是不 不等于 不代表 何尝",
    "又不是不 会不 能不",
)
# after the words: 爆通讯录这种事我们不做
DENIED_BEHIND = _words(
    "不会 绝不 决不 从不 不做 不干 不说 不讲 不可能 不存在 不允许 没有 没说 做不出",
    "不搞 不兴 不用 不必 不需要 不建议 犯不上 唔会 唔使 冇",
)
# … but these deny nothing: 上门的话我们不会客气
DENIES_NOTHING_BEHIND = _words(
    "不会客气 不会手软 不会放过 不会留情 不会罢 不会再 不会提前 不会通知 不会只 不会轻 不会少",
    "没有商量 没有余地 没有回头 没有办法 没有用 没有好 不会有好 没有还 没有下",
)
# such talk, such conduct: takes up what was just said
SUCH_TALK = _words(
    "这种话 这类话 这样的话 这些话 这句话 这话 的话 那种话 这种说法 这个说法 的说法 之类",
    "这种字眼 这样的字眼 的字眼 这种词 这类词",
)
SUCH_CONDUCT = _words(
    "这种事 这类事 这事 的事 这样的事 那种事 这种行为 的行为 这种做法 的做法 这种情况 这回事",
    "的情况 这个情况 这种要求 是",
)

# ── quotation ─────────────────────────────────────────────────────────────────────────────────────────────────────────

# who may be reported; 您 and 你 only where nobody speaks to them (跟您说)
REPORTED = _words(
    "他 她 客户 人家 别人 网上 有人 视频里 视频 新闻里 新闻 朋友 同事 上一位 上位",
    "上一个 上个 上一通 上通 那边 对方 骗子 传言 短信里 短信",
)
REPORTS = _words(
    "说 讲 话讲 提到 反映 反馈 听到 听说 看到 刷到 担心 以为 觉得 问 投诉 自称",
    "声称 传 写 叫 称 转述",
)
# reports without a speaker
HEARSAY = _words(
    "所谓 听说 据说 传言 假如有人 如果有人 有没有人 要是有人 自称 冒充 假冒 冒用 谁跟你说 谁跟您说 谁告诉你 谁告诉您"
)
# the agent's own voice takes over again
OWN_VOICE = _words(
    "我不敢 我就 我会 我要 我现在 我马上 我立刻 我还 我偏 我今天 我明天 我们不敢 我们就",
    "我们会 我们要 我们现在 我们马上 我们立刻 我们还 我们偏 我们今天 我们明天 怎么了 怎么着",
    "那又怎样 没错 就是",
)
# 我说得出做得到, 这话我放这儿了: the speaker stands by it
STANDS_BY_IT = _words(
    "说得出 说到做到 自己品 你品 您品 掂量 自己想 听进去 放这 放在这 撂这 撂在这 我说的 不是吓 记住 记好"
)

# ── advice against ────────────────────────────────────────────────────────────────────────────────────────────────────

WARNS = _words(
    "千万别 千万不要 千万不能 请不要 不要 请勿 切勿 切忌 切莫 请别 别再 别去 不建议",
    "不鼓励 不提倡 不推荐 不用去 不必去 没必要 不值得 谨防 警惕 小心 当心 提防 防止",
    "避免 拒绝 唔好 毋须 千祈唔好 别 劝您别 劝您不",
)
# hold such a word and warn of nothing
ONLY_LOOK_LIKE_WARNING = _words(
    "要不要 不要脸 不要逼 不要以为 不要怪 不要找借口 不要跟我 别磨 别怪 别逼 别以为 别说",
    "别想 别指望 别跟我 别再跟我 别再骗 别骗我 别装 别废话 别急 小心点 小心着 小心我 小心自己",
    "小心你 小心您 当心点 当心我 当心自己 当心你 当心您 为了避免 拒绝还 拒绝配合 拒绝处理",
    "拒绝接 拒绝缴 拒绝付 特别 分别 区别 性别 级别 个别 告别 离别 派别 差别 别人 别的",
    "别家 别处 别致 唔好意思",
)
CONDEMNS = _words(
    "是骗子 是诈骗 是假的 是假冒 是违规 是违法 是不合规 是不允许 是被禁止 是不对 系骗子 系假",
    "不要相信 不要轻信 不要信 不要理 别相信 别轻信 别信 别理 请举报 请投诉 请挂断 请报警",
    "可以举报 可以投诉 属于违规 有风险 不合规 不可信 唔好信",
)

# ── possibility, condition, question ──────────────────────────────────────────────────────────────────────────────────

MAY_BE = _words(
    "可能 或许 也许 不排除 视情况 视乎 有机会 会考虑 未必 不一定 为准",
)
# open only where a court or the lender acts on money: 依法拘留你 is no possibility
LAWFULLY = _words(
    "依法 依照 按照法律 根据法律 根据规定 根据合同 按规定 按合同 按约定 有权 保留",
    "法律程序 法律途径 法律手段 司法程序 司法途径 通过诉讼 法院决定 法院裁定 法院判决 法院认定",
)
SEIZES_A_PERSON = _words(
    "抓 拘 逮 坐牢 坐监 坐花厅 做牢 判刑 刑事 关进 关起来 关你 铐 带走 通缉 网逃",
    "弄死 打断 砍 揍 收拾你",
)
IMPOSSIBLE = _words("不可能")
CERTAIN = _words(
    "一定 肯定 马上 立刻 立马 已经 今天就 今天下午 今天晚上 今天上午 今天之内 明天就",
    "明天一早 明天上午 明天 今晚 现在就 百分之百 必定 必然 准备好 等着 分分钟 铁定",
    "跑不掉 绝对 迟早",
)
UNCERTAIN = _words("不一定")
CONDITIONS = _words("如果 若是 要是 假如 假设 万一 倘若 一旦 的话")
# yes-or-no questions; 什么 谁 几 哪 ask only where a question mark was heard: 什么都…, 没什么, 几个人 are no questions
ASKS = _words("吗 是不是 有没有 是否 能不能 可不可以 需不需要 会不会 要不要")
# no answer is wanted: threats and scorn in a question's clothes, and requests (转我卡上行吗)
ASKS_NOTHING = _words(
    "你当我 您当我 怎么着 怎么了 那又怎 信不信 你以为 您以为 难道 凭什么 谁给你 好意思 还有脸 良心",
    "要不要脸 是不是人 是不是想 是不是要我 还想不想 想不想 敢不敢 怕不怕 怕了吗 怕吗 信吗",
    "想让我 想让你 想让您 想看 愿意让 舍得让 听见没 听到没 听懂没 听清楚没 听见了没 听到了没",
    "听懂了没 听见吗 听到吗 听懂吗 听清楚吗 听见了吗 听到了吗 听懂了吗 听清楚了吗 知道吗 懂吗",
    "懂不懂 明白吗 行吗 行不行 好吗 好不好 可以吗 成吗 不行吗 不会吗 不就",
)
