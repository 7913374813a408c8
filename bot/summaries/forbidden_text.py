"""What no claim may hold, in the languages that are tried: links, markup, placeholders, apologies, preambles. Pure."""

from __future__ import annotations

import re

_LINK = re.compile(r"https?:|www\.|\b(?:javascript|data|file|tg|mailto):|\S+@\S+\.\w{2,}", re.I)
_HOST = re.compile(
    r"(?<![\w@])(?:[\w-]+\.)+(?:com|org|net|io|ai|dev|edu|gov|info|co|me|ly|cn|ru|jp|de|es|uk|xyz|app|sh|gg|tv|site|"
    r"page|link|top)(?:/\S*)?(?![\w.-]*\w)",
    re.I,
)
_MENTION = re.compile(r"(?<![\w.])@[A-Za-z_]\w{2,}|<[@#&!:]|@everyone|@here\b", re.I)
_MARKUP = re.compile(
    r"```|`[^`]+`|\*\*|(?<!\w)__\w|~~|\|\||\]\(|<!--|</?[a-zA-Z][\w:-]*(?:\s[^<>]*)?/?>|&(?:[a-z]+|#\d+);|"
    r"^\s*(?:#{1,6}|[-*•>])\s"
)
_PLACEHOLDER = re.compile(
    r"(?<!\w)(?:x{3,}|n/a|tbd|tba|fixme|lorem ipsum)(?!\w)|^(?:undefined|null|nan|none|na|todo|unknown|-+|—)\W*$|"
    r"\bplaceholder (?:text|title|headline|summary|takeaway|quote|for)\b|^\W*placeholder\W*$|"
    r"\?\?\?|\.{4,}|…\s*…|"
    r"\[(?:insert|your|name|title|url|link|number|paper|author|placeholder|待|填|…)[^\]]*\]|<(?:insert|your)\b|"
    r"\{\{|\}\}|"
    r"待补充|待填|待補充|^暂无|^暫無|(?:摘要|论文|論文|原文|文中|文章)中?(?:并)?(?:未|没有|沒有)(?:提及|提供|说明|說明|给出|給出|明确)|"
    r"^(?:未|没有|沒有|无法|無法)(?:提及|提供|说明|說明|给出|給出|明确|获取|取得)|无法获取(?:摘要|论文|全文|原文|链接)|"
    r"(?:not|no) (?:specified|mentioned|provided|available|given|stated|disclosed) (?:in|by) the (?:abstract|"
    r"paper|text|"
    r"source|content)|the (?:abstract|paper|text|source) (?:does not|doesn't) (?:mention|specify|state|"
    r"provide|say|give)|"
    r"no se (?:especifica|menciona|proporciona)|no (?:especificad|proporcionad)[oa]|"
    r"не указан[оаы]?\b|^\W*нет данных|не предоставлен|記載(?:なし|されてい(?:ない|ません))|不明です|情報なし",
    re.I,
)
"""Common words of other languages are left out: "todo" is Spanish for "all", "na" Portuguese, Polish and Czech for "in"
or "on"."""
_MARKED_TASK = re.compile(r"(?<!\w)TODO(?!\w)")
_APOLOGY = re.compile(
    r"\b(?:i'?m|i am|we are) (?:sorry|unable)|\bsorry,|\bi apologi[sz]e|\bapologies\b|\bas an? (?:ai|"
    r"large language|language)"
    r"|\bi (?:cannot|can't|can not|do not have|don't have)\b|\bplease (?:provide|share|note|let me|paste|see)\b|"
    r"\bif you (?:can|could|would|provide|need|have)\b|\blet me know\b|\bmy (?:knowledge|training)\b|"
    r"抱歉|对不起|很遗憾|作为(?:一个|一名)?(?:AI|人工智能|语言模型)|请(?:提供|您)|我(?:无法|不能)|"
    r"lo siento|como (?:modelo de lenguaje|una? (?:ia|inteligencia artificial))|por favor,? (?:proporcion|"
    r"comparte)|disculp|"
    r"申し訳|すみません|AIとして|ご提供ください|提供してください|"
    r"извините|прошу прощения|к сожалению, я|как (?:языковая модель|ии\b)|пожалуйста, предоставьте|я не могу",
    re.I,
)
_PREAMBLE = re.compile(
    r"^\W*(?:here(?:'s| is| are)\b(?! (?:we|where))|sure[,!.:]|certainly[,!.:]|of course[,!.:]|okay[,!.:]|"
    r"ok[,!.:]|absolutely[,!.:]|"
    r"below (?:is|are)\b|as requested|the following is|summary:|tl;?dr|headline:|takeaways?:|translation:|"
    r"以下(?:是|为)|好的[，,！!。]|当然[，,！!]|下面是|总结[：:]|摘要[：:]|"
    r"aqu[ií] (?:está|están|tiene|tienes|va)|claro[,!.]|por supuesto[,!.]|resumen:|"
    r"a continuación se presenta el resumen|"
    r"はい、|以下(?:は|が|に)|承知|もちろん[、です]|要約[：:]|"
    r"конечно[,!.]|вот (?:краткое|резюме|перевод|ваш)|разумеется[,!.]|резюме:|ниже (?:приведен|представлен))",
    re.I,
)
_START = r"(?:^|[.!?:;。！？；：¡“\"(]\s*|\bplease\s+)"
"""Where a sentence or clause begins, so that its first verb is an imperative and not what users or models do."""
_ORDER = re.compile(
    rf"{_START}\W*(?:now\s+)?(?:ignore|disregard|forget|override)\b.{{0,30}}\b(?:instruction|prompt|previous|rules)|"
    r"\b(?:ignore|disregard|forget|override)\b (?:all |any )?(?:of )?(?:your|my|the (?:above|previous|prior)|previous|"
    r"prior|earlier|above) (?:\w+ )?(?:instruction|prompt|rules)|"
    r"\byour (?:system|hidden) prompt\b|"
    rf"{_START}(?:reveal|print|repeat|output|show|ignore|leak) (?:the|this) (?:system|hidden) prompt\b|"
    rf"{_START}(?:click(?! by)|visit(?! (?:by|to the same))|subscribe|buy|donate|download now)\b(?![-‑])"
    r"(?! (?:models?|logs?|data|rates?|predict\w*|behaviou?rs?|streams?|counts?|\w+s? (?:is|are|was|were))\b)|"
    r"\bclick (?:here|below|(?:on )?th(?:is|e following) (?:link|button))\b|"
    r"\bvisit (?:us|me|our|my|this (?:page|site|link|website)|the (?:project |web)?(?:page|site|website))\b|"
    r"\bsubscribe (?:now|here|to (?:our|my|us|this channel))\b|\bfollow (?:us|me|@)|\bjoin (?:us|our)\b|"
    rf"{_START}sign up\b|\bsign up (?:now|here|at|for (?:our|free))\b|\b(?:download|buy|donate) now\b|"
    r"\byou (?:must|should|need to|have to|are now)\b|"
    r"(?:^|[。！？；：，,]\s*|请|請)忽略.{0,12}(?:指令|提示|规则|規則)|请(?:您)?点击|請(?:您)?點擊|点击(?:这里|此处|下方|以下|链接查看)|"
    r"點擊(?:這裡|此處|下方|以下)|(?:^|[。！？；：，,]\s*)[点點][击擊](?![率量流数數预預模日行次])|关注我们|關注我們|"
    r"(?:请|請|^|[。！？；：，,]\s*)(?:订阅|訂閱)(?:我们|我們|本|频道|頻道|$|[。！？])|(?:订阅|訂閱)我[们們]|"
    r"(?:^|[.!?:;¡]\s*)ignor[ae]\b.{0,30}instrucciones|ha(?:z|ga) clic\b|suscríb[ae]|"
    r"指示を(?:すべて|全て)?無視(?:して(?:ください|下さい)|せよ|しろ)|(?:ここ|こちら)をクリック|クリックして(?:ください|下さい)|"
    r"登録して(?:ください|下さい)|игнорируй|нажмите|подпишитесь|перейдите по ссылке",
    re.I,
)
"""Instructions to the reader or to a model. That users click, that models ignore an instruction or that an attack reads
the system prompt are subjects of papers, so a verb counts only as an imperative or with an object of advertising."""
_PRAISE = re.compile(
    r"\b(?:best|greatest|most important) (?:paper|work|article) (?:ever|of all time|in history)|\bmust[- ]read\b|"
    r"\bstrong(?:ly)? (?:accept|recommend\w* (?:acceptance|accepting|this paper))|\bdeserves? (?:acceptance|"
    r"to be accepted|an award)|"
    r"史上最(?:好|佳|伟大)的?论文|mejor artículo (?:de la historia|jamás)|лучшая (?:статья|работа) (?:в истории|"
    r"всех времён)|史上最高の論文",
    re.I,
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_LINK, "it holds a link or an address"),
    (_MENTION, "it mentions an account"),
    (_MARKUP, "it holds markup"),
    (_PLACEHOLDER, "it is or holds a placeholder"),
    (_MARKED_TASK, "it is or holds a placeholder"),
    (_APOLOGY, "it apologizes or talks to the reader"),
    (_PREAMBLE, "it begins with a preamble"),
    (_ORDER, "it gives an instruction"),
    (_PRAISE, "it praises the paper"),
    (_INVISIBLE, "it holds invisible characters"),
)


def forbidden_reason(text: str, source: str = "") -> str | None:
    """Why a text of a model's making may not be shown, None where it may.

    A word that looks like a host (“Character.AI”) is let through where `source` has it too.
    """
    for pattern, why in _RULES:
        if pattern.search(text):
            return why
    for host in _HOST.finditer(text):
        if "/" in host.group() or host.group().lower() not in source.lower():
            return "it holds a link or an address"
    return None


def cleaned(text: str) -> str:
    """A model's text with what is only wrapping taken off: outer spaces, quotes, bold marks and bullets."""
    text = " ".join(text.split())
    text = re.sub(r"^(?:[-*•·]|\d{1,2}[.)])\s+", "", text)
    text = re.sub(r"\*\*(.+?)\*\*|(?<!`)`([^`]+)`(?!`)", lambda m: m.group(1) or m.group(2), text)
    if len(text) > 2 and text[0] in '"“«「' and text[-1] in '"”»」' and text.count(text[0]) + text.count(text[-1]) <= 2:
        text = text[1:-1].strip()
    return text
