"""Finds what no text of a model may contain, whatever its source says: links, markup, placeholders … Pure.

The phrases were seen in replies of models, in the languages that are tested (English, Chinese in both scripts, Spanish,
Japanese, Russian). A phrase is listed only if no paper would be summarized with it: a word that is a placeholder in one
language may be a common one in another.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.summaries.planted_orders import is_order
from bot.tex.invisible import without_invisible


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_LINK = _any(
    r"https?:|www\.|\b(?:javascript|mailto):\S|\bdata:\w+/\w|\b(?:file|tg):/",
    r"\S@[^\s@]+\.\w{2,}",
)
# Only common top-level domains: "e.g." and "vs.the" are no host names. Each part of a name has 63 characters at most,
# and its last four parts are enough: without these bounds a long row of letters and hyphens would take minutes.
_HOST = _any(
    r"(?<![\w@])(?:[\w-]{1,63}\.){1,4}(?:com|org|net|io|ai|dev|edu|gov|info|co|me|ly|cn|ru|jp|de|es|uk|xyz|app|sh|gg|tv|site|"
    r"page|link|top)(?:/\S*)?(?![.-]*\w)",
)
_MENTION = _any(r"(?<![\w.])@[A-Za-z_]\w{2,}|<[@#&!:]|@everyone|@here\b")
_MARKUP = _any(
    r"```|`[^`]+`|\*\*|(?<!\w)__\w|~~|\|\||\]\(|<!--|</?[a-zA-Z][\w:-]*(?:\s[^<>]*)?/?>|&(?:[a-z]+|#\d+);",
    r"^\s*(?:#{1,6}|[-*•>])\s",
)

_PLACEHOLDER = _any(
    r"(?<!\w)(?:x{3,}|n/a|tbd|tba|fixme|lorem ipsum)(?!\w)",
    # "todo" is Spanish for "all", "na" Portuguese, Polish and Czech for "in" or "on": only as the whole text.
    r"^(?:undefined|null|nan|none|na|todo|unknown|-+|—)\W*$",
    # A placeholder may be the subject of a paper ("placeholder tokens").
    r"\bplaceholder (?:text|title|headline|summary|takeaway|quote|for)\b|^\W*placeholder\W*$",
    r"\?\?\?|\.{4,}|…\s*…",
    r"\[(?:insert|your|name|title|url|link|number|paper|author|placeholder|待|填|…)[^\]]*\]|<(?:insert|your)\b",
    r"\{\{|\}\}",
    r"(?:not|no) (?:specified|mentioned|provided|available|given|stated|disclosed) (?:in|by) the "
    r"(?:abstract|paper|text|source|content)",
    r"the (?:abstract|paper|text|source) (?:does not|doesn't) (?:mention|specify|state|provide|say|give)",
    # That earlier work gives no guarantee, or that no labels can be had, are statements about the subject.
    r"待补充|待補充|待填|^暂无|^暫無",
    r"(?:摘要|论文|論文|原文|文中|文章)中?(?:并)?(?:未|没有|沒有)(?:提及|提供|说明|說明|给出|給出|明确|明確)",
    r"^(?:未|没有|沒有|无法|無法)(?:提及|提供|说明|說明|给出|給出|明确|明確|获取|獲取|取得)",
    r"(?:无法获取|無法獲取)(?:摘要|论文|論文|全文|原文|链接|連結)",
    r"no se (?:especifica|menciona|proporciona)|no (?:especificad|proporcionad)[oa]",
    r"記載(?:なし|されてい(?:ない|ません))|不明です|情報なし",
    r"не указан[оаы]?\b|^\W*нет данных|не предоставлен",
)
# In capitals only: "todo" is a word of Spanish and Portuguese.
_MARKED_TASK = re.compile(r"(?<!\w)TODO(?!\w)")

_APOLOGY = _any(
    r"\b(?:i'?m|i am|we are) (?:sorry|unable)|\bsorry,|\bi apologi[sz]e|\bapologies\b",
    r"\bas an? (?:ai|large language|language)|\bmy (?:knowledge|training)\b",
    r"\bi (?:cannot|can't|can not|do not have|don't have)\b",
    r"\bplease (?:provide|share|note|let me|paste|see)\b|\blet me know\b",
    r"\bif you (?:can|could|would|provide|need|have)\b",
    r"抱歉|对不起|對不起|很遗憾|很遺憾|作(?:为|為)(?:一个|一個|一名)?(?:AI|人工智能|人工智慧|语言模型|語言模型)",
    r"(?:请|請)(?:提供|您)|我(?:无法|無法|不能)",
    r"lo siento|como (?:modelo de lenguaje|una? (?:ia|inteligencia artificial))|disculp",
    r"por favor,? (?:proporcion|comparte)",
    r"申し訳|すみません|AIとして|ご提供ください|提供してください",
    r"извините|прошу прощения|к сожалению, я|как (?:языковая модель|ии\b)|пожалуйста, предоставьте|я не могу",
)
_PREAMBLE = _any(
    r"^\W*(?:here(?:'s| is| are)\b(?! (?:we|where))|(?:sure|certainly|of course|okay|ok|absolutely)[,!.:]|"
    r"below (?:is|are)\b|as requested|the following is|summary:|tl;?dr|headline:|takeaways?:|translation:|"
    r"以下(?:是|为|為)|好的[，,！!。]|(?:当然|當然)[，,！!]|下面是|(?:总结|總結|摘要)[：:]|"
    r"aqu[ií] (?:está|están|tiene|tienes|va)|claro[,!.]|por supuesto[,!.]|resumen:|"
    r"a continuación se presenta el resumen|"
    r"はい、|以下(?:は|が|に)|承知|もちろん[、です]|要約[：:]|"
    r"конечно[,!.]|вот (?:краткое|резюме|перевод|ваш)|разумеется[,!.]|резюме:|ниже (?:приведен|представлен))",
)

# What advertises or commands; orders to a model are found by `planted_orders`. A verb is an instruction only as an
# imperative at the beginning of a clause, or with the object of an advertisement: papers do study users who click.
_CLAUSE = r"(?:^|[.!?:;。！？；：¡“\"(]\s*|\bplease\s+)"
_CJK_CLAUSE = r"(?:^|[。！？；：，,]\s*|请|請)"
_INSTRUCTION = _any(
    # "Click-through rates", "click models", "visits by", "visits to the same place" begin sentences as nouns.
    rf"{_CLAUSE}(?:click(?! by)|visit(?! (?:by|to the same))|subscribe|buy|donate|download now)\b(?![-‑])"
    r"(?! (?:models?|logs?|data|rates?|predict\w*|behaviou?rs?|streams?|counts?|\w+s? (?:is|are|was|were))\b)",
    r"\bclick (?:here|below|(?:on )?th(?:is|e following) (?:link|button))\b",
    r"\bvisit (?:us|me|our|my|this (?:page|site|link|website)|the (?:project |web)?(?:page|site|website))\b",
    r"\bsubscribe (?:now|here|to (?:our|my|us|this channel))\b|\bfollow (?:us|me|@)|\bjoin (?:us|our)\b",
    rf"{_CLAUSE}sign up\b|\bsign up (?:now|here|at|for (?:our|free))\b|\b(?:download|buy|donate) now\b",
    r"\byou (?:must|should|need to|have to|are now)\b",
    r"(?:请|請)您?(?:点击|點擊)|点击(?:这里|此处|下方|以下|链接查看)|點擊(?:這裡|此處|下方|以下)",
    rf"{_CJK_CLAUSE}[点點][击擊](?![率量流数數预預模日行次])",  # 点击率: click-through rate
    rf"关注我们|關注我們|(?:订阅|訂閱)我[们們]|{_CJK_CLAUSE}(?:订阅|訂閱)(?:我们|我們|本|频道|頻道|$|[。！？])",
    r"ha(?:z|ga) clic\b|suscríb[ae]",
    r"(?:ここ|こちら)をクリック|(?:クリック|登録)して(?:ください|下さい)",
    r"нажмите|подпишитесь|перейдите по ссылке",
)
_PRAISE = _any(
    r"\b(?:best|greatest|most important) (?:paper|work|article) (?:ever|of all time|in history)|\bmust[- ]read\b",
    r"\bstrong(?:ly)? (?:accept|recommend\w* (?:acceptance|accepting|this paper))",
    r"\bdeserves? (?:acceptance|to be accepted|an award)",
    r"史上最(?:好|佳|伟大|偉大)的?(?:论文|論文)|史上最高の論文",
    r"mejor artículo (?:de la historia|jamás)|лучшая (?:статья|работа) (?:в истории|всех времён)",
)

# In this order: the first match is the reason that the model is told.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (_LINK, "it contains a link or an address"),
    (_MENTION, "it mentions an account"),
    (_MARKUP, "it contains markup"),
    (_PLACEHOLDER, "it contains a placeholder"),
    (_MARKED_TASK, "it contains a placeholder"),
    (_APOLOGY, "it apologizes or talks to the reader"),
    (_PREAMBLE, "it begins with a preamble"),
    (_INSTRUCTION, "it gives an instruction"),
    (_PRAISE, "it praises the paper"),
)


def forbidden_reason(text: str, source: str = "") -> str | None:
    """Why a text of a model may not be shown; None if it may.

    What `source` says in the same words ("p_{\\mathrm{lm}}", "placeholder tokens", "Click through rates") is about the
    paper's subject and is allowed, except links and mentions of accounts. So is a word of it that looks like a host
    name ("Character.AI").
    """
    plain = _without_disguise(text)
    for pattern, reason in _RULES:
        if pattern in (_LINK, _MENTION):
            if pattern.search(text) or pattern.search(plain):
                return reason
        elif any(not _is_quoted(match, source) for match in pattern.finditer(text)):
            return reason
    if without_invisible(text) != text:
        return "it contains invisible characters"
    if is_order(text):
        return "it gives an instruction"
    for host in _HOST.finditer(plain):
        if "/" in host.group() or host.group().lower() not in source.lower():
            return "it contains a link or an address"
    return None


def _is_quoted(match: re.Match[str], source: str) -> bool:
    """Whether the source has what was found, with the words beside it."""
    text = match.string
    around = text[max(match.start() - _BEFORE, 0) : match.end() + _AFTER]
    # A word that is cut off at the end is left out, and so is the first letter, which a sentence may begin with.
    around = " ".join(around.rsplit(None, 1)[0].split() if match.end() + _AFTER < len(text) else around.split())
    return len(around) > len(match.group().strip()) and around.casefold() in _on_one_line(source)


_BEFORE, _AFTER = 12, 14
"""Characters beside a phrase that the source has to have as well."""


@lru_cache(maxsize=64)  # every claim of a paper is compared with the same text
def _on_one_line(source: str) -> str:
    return " ".join(source.split()).casefold()


def _without_disguise(text: str) -> str:
    """The text with the letters and signs that it is read as: "evil.com" for "evil[.]com" and for wide letters."""
    plain = re.sub(r"\s?[\[({](?:\.|dot)[\])}]\s?", ".", unicodedata.normalize("NFKC", text), flags=re.I)
    return re.sub(r"\bhxxp", "http", plain, flags=re.I)


def adds_link(text: str) -> bool:
    """Whether a chat would show a link or a mention of an account in it."""
    return bool(_LINK.search(text) or _MENTION.search(text) or any("/" in host[0] for host in _HOST.finditer(text)))


def cleaned(text: str) -> str:
    """A model's text without outer spaces and quotes, bold marks and bullets, which say nothing."""
    text = " ".join(text.split())
    # Two digits at most: a sentence may begin with a year.
    text = re.sub(r"^(?:[-*•·]|\d{1,2}[.)])\s+", "", text)
    text = re.sub(r"\*\*(.+?)\*\*|(?<!`)`([^`]+)`(?!`)", lambda m: m.group(1) or m.group(2), text)
    # Not if there are more marks inside: “A” and “B” is no quotation as a whole.
    if len(text) > 2 and text[0] in '"“«「' and text[-1] in '"”»」' and text.count(text[0]) + text.count(text[-1]) <= 2:
        text = text[1:-1].strip()
    return text
