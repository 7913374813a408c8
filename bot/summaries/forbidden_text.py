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
    r"(?<!\w)(?:x{3,}|n/?a|tbd|tba|todo|fixme|placeholder|lorem ipsum)(?!\w)|^(?:undefined|null|nan|none|"
    r"unknown|-+|—)\W*$|\?\?\?|\.{4,}|…\s*…|"
    r"\[(?:insert|your|name|title|url|link|number|paper|author|待|填|…)[^\]]*\]|<(?:insert|your)\b|\{\{|\}\}|"
    r"待补充|待填|暂无|未提供|无法获取|(?:未|没有)(?:提及|说明|给出|明确)|"
    r"(?:not|no) (?:specified|mentioned|provided|available|given|stated|disclosed) (?:in|by) the (?:abstract|"
    r"paper|text|"
    r"source|content)|the (?:abstract|paper|text|source) (?:does not|doesn't) (?:mention|specify|state|"
    r"provide|say|give)|"
    r"no se (?:especifica|menciona|proporciona)|no (?:especificad|proporcionad)[oa]|"
    r"не указан[оаы]?\b|нет данных|не предоставлен|記載(?:なし|されてい(?:ない|ません))|不明です|情報なし",
    re.I,
)
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
_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instruction|prompt|previous|rules)|\b(?:system|"
    r"hidden) prompt\b|"
    r"\b(?:click|visit|subscribe|follow (?:us|me|@)|join (?:us|our)|sign up|download now|buy|donate)\b(?! by|"
    r" to the same)|"
    r"\byou (?:must|should|need to|have to|are now)\b|"
    r"忽略.{0,12}(?:指令|提示|规则)|点击|关注我们|訂閱|订阅|ignora.{0,20}instrucciones|haz clic|suscríbe|"
    r"指示を無視|クリック|登録して(?:ください)?|игнорируй|нажмите|подпишитесь|перейдите по ссылке",
    re.I,
)
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
    (_APOLOGY, "it apologizes or talks to the reader"),
    (_PREAMBLE, "it begins with a preamble"),
    (_ORDER, "it gives an instruction"),
    (_PRAISE, "it praises the paper"),
    (_INVISIBLE, "it holds invisible characters"),
)


def refused(text: str, source: str = "") -> str | None:
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
