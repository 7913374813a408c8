"""A sentence of a full text as a card shows it, without list marks, run-in headings and references. Pure.

Only what points outside the sentence is cut: a citation, "(see Table 2)", "As shown in Figure 3, ". No word of the
statement is changed, except that a new beginning gets a capital.
"""

from __future__ import annotations

import re

_LIST_MARK = re.compile(r"^(?:[•●▪‣◦∙*–—-]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])[).])\s+(?=\S)")
# "Encoder: The encoder is …", "Key finding. We …" is divided by the splitter already.
_LABEL = re.compile(r"^[A-Z][\w’'/&-]*(?: [\w’'/&-]+){0,2}:\s+(?=[A-Z])")
# A word that begins sentences, with a capital inside the sentence: what precedes it is a heading.
_INNER_START = re.compile(
    r"^(?P<heading>(?:[A-Z][\w’'/&+-]*|\[[A-Z]\w+\])(?: (?:[A-Z][\w’'/&+-]*|\[[A-Z]\w+\]|of|in|for|and|with|the|"
    r"to|on|by|vs\.?))*?) "
    r"(?=(?:We|The|An|In|Our|To|For|It|They|This|These|Each|When|While|If|As|By|On|At|Given|Unlike|Following|Since|"
    r"Although|During|A(?= [a-z]))\b(?!\.))"
)
_CAPITALIZED_RUN = re.compile(r"^(?:(?:[A-Z][\w’'/&-]*|of|in|for|and|with|the|to|on) ){2,7}")

_PLACE = (
    r"(?:(?:the )?(?:\w+ (?:panel|row|column|part|side)s? (?:of|in) )?(?:supplementary |extended data )?"
    r"(?:fig(?:ure)?s?|tab(?:le)?s?|sec(?:tion)?s?|appendi(?:x|ces)|eqs?|equations?|algorithms?|§|app)\.?"
    r"\s*~?\(?[\dA-Z§][\w.()-]*(?:\s*(?:,|and|to|–|-|&)\s*~?\(?[\dA-Z][\w.()]*)*)"
)
# "As shown in Table 2, ", "In Section 3.2, ", "As can be seen, ".
_POINTING_OPENING = re.compile(
    rf"^(?:as (?:can be |is |are |we )?(?:\w+ )?(?:shown|seen|see|illustrated|depicted|noted|observed|reported|"
    rf"summari[sz]ed|listed|"
    rf"presented|indicated|demonstrated|discussed|mentioned|described|show)(?: (?:in|by|from|on) {_PLACE}|"
    rf" above| below| earlier| before)?|"
    rf"(?:in|from) {_PLACE}),\s+",
    re.IGNORECASE,
)
# ", as illustrated in Figure 5."
_POINTING_END = re.compile(
    rf",? (?:as )?(?:is |are )?(?:shown|depicted|illustrated|reported|listed|indicated|seen|"
    rf"summari[sz]ed) in {_PLACE}(?=\.$)",
    re.IGNORECASE,
)
# "These findings underscore that …" says nothing about what follows but that it was found. The word "that" may be
# missing before a clause: "These findings show MapHopper improves …", but not "… show MapHopper's use".
_FINDING_OPENING = re.compile(
    r"^(?:these|this) (?:\w+ )?(?:findings?|results?|experiments?|observations?|analys[ei]s|evidence) (?:\w+ly |"
    r"also |further )?"
    r"(?:shows?|demonstrates?|underscores?|confirms?|highlights?|reveals?|establish(?:es)?|proves?|"
    r"illustrates?) (?:that |(?=(?-i:[A-Z])[\w-]* (?:\w+ly )?(?:is|are|can|has|have|(?!as\b|its\b)[a-z]+s)\b))",
    re.IGNORECASE,
)
# "In most cases, however, such models fail": the word that ties to the sentence before, after a phrase.
_CONTRAST_AFTER_PHRASE = re.compile(
    r"^(?P<phrase>(?:In|On|For|At|With|From|By|Under|To|Despite|Unlike|As|Across|Given)\b[^,;:()]{3,80}), "
    r"(?:however|therefore|thus|hence|moreover|furthermore|nevertheless|consequently), "
)
_POINTER = re.compile(rf"\b(?:{_PLACE}|see (?:above|below|text)|appendix|supplement(?:ary|al)?)\b", re.IGNORECASE)
_YEAR = r"(?:19|20)\d\d[a-z]?"
_CITED_WORK = re.compile(
    rf"^(?:see |e\.g\.,? |cf\.? |and references therein|see,? e\.g\.,? |see also |i\.e\.,? )*"
    rf"[A-Z](?:[\w’'.&+-]+,? ){{1,8}}?\(?{_YEAR}(?:,\s*(?:{_YEAR}|[a-z]))*\)?(?:\s*for .*)?$|^{_YEAR}[a-z]?$"
    r"|^[a-z]+(?:[A-Z]\w*|\w*\d{2,4}\w*)$|^[a-z]+[A-Z]\w+$"
)
# Not after a word that needs it as its noun: "similar to [30]", "models such as [2, 9]".
_NUMBERED_CITATION = re.compile(
    r"(?<!\bas )(?<!\bto )(?<!\bin )(?<!\bof )(?<!\bby )(?<!\band )(?<!\bor )(?<!\bfrom )(?<!\bwith )(?<!\blike )"
    r"(?<!\bthan )(?<!\bsee )(?<!\bfollow )(?<!\bfollowing )(?<!\bon )(?<!\bfor )\[\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\]"
)
# The key of a bibliography entry that a page prints in place of the citation: "smith2017attention".
_CITATION_KEY = re.compile(
    r"\s*(?:\(\s*)?\b[A-Za-z]+(?:19|20)\d\d[A-Za-z]\w+\b(?:[;,] *[A-Za-z]+(?:19|20)?\d\d\w*)*(?:\s*\))?"
)
# "susceptibilities Kim, Lee and Wu (2014); Park (2023)." at the end of a clause, without brackets around it.
_NAMES = r"[A-Z][\w’'-]+(?:(?:, | and | & )[A-Z][\w’'-]+)*(?: et al\.?)?"
_BARE_CITATION = re.compile(
    rf"(?<=[a-z)]) (?<!by )(?<!of )(?<!in )(?<!from )(?<!with )(?<!see )(?<!to )(?<!and )(?<!as )(?<!than )(?<!while )"
    rf"(?<!following ){_NAMES} \({_YEAR}(?:,\s*(?:{_YEAR}|[a-z]))*\)(?:[;,] {_NAMES} \({_YEAR}(?:,\s*(?:{_YEAR}|"
    rf"[a-z]))*\))*"
    r"(?=\s*[.,;:)])"
)


def cleaned(sentence: str) -> str:
    """The sentence on one line, without what only the paper's reader can follow."""
    text = without_heading(" ".join(sentence.split()))
    text = _CITATION_KEY.sub("", _without_pointing_brackets(text))
    text = _NUMBERED_CITATION.sub("", _BARE_CITATION.sub("", text))
    text = _POINTING_END.sub("", text)
    while opening := _POINTING_OPENING.match(text) or _FINDING_OPENING.match(text):
        text = text[opening.end() :]
    text = re.sub(r", (?:however|though)\.$", ".", text)
    text = _CONTRAST_AFTER_PHRASE.sub(r"\g<phrase>, ", text)
    text = " ".join(re.sub(r",(?:\s*,)+", ",", text).split())
    text = re.sub(r" (?=[,.;:)](?:\s|$))|,(?=\))", "", text)
    # A new beginning gets a capital, a name like "nnU-Net" at the old one keeps its letter.
    return text if sentence.startswith(text[:12]) else text[:1].upper() + text[1:]


def says_what_findings_show(sentence: str) -> bool:
    """Whether it begins with "These findings show that …", which `cleaned` cuts."""
    return _FINDING_OPENING.match(sentence) is not None


def without_heading(text: str) -> str:
    """The sentence without the list mark, label or run-in heading before it."""
    text = _LIST_MARK.sub("", text)
    text = _LABEL.sub("", text)
    if inner := _INNER_START.match(text):
        return text[inner.end() :]
    run = _CAPITALIZED_RUN.match(text)
    # "LLM Agents LLM Agents combine …": the heading is the beginning of the sentence, written twice.
    again = text.find(f" {text.split(' ', 1)[0]} ", 1, run.end() + 40) if run else -1
    return text[again + 1 :] if run and 0 < again < run.end() else text


def _without_pointing_brackets(text: str) -> str:
    """Brackets that hold only citations or the number of a figure, table or section are cut with the space before."""
    kept, position = [], 0
    for start, end in _brackets(text):
        if _only_points(text[start + 1 : end - 1]):
            kept.append(text[position:start].rstrip())
            position = end
    return "".join((*kept, text[position:]))


def _brackets(text: str) -> list[tuple[int, int]]:
    """Start and end of the outermost round brackets, in order; none of a text whose brackets are not balanced."""
    spans, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if char == "(":
            start = start if depth else index
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                spans.append((start, index + 1))
        if depth < 0:
            return []
    return spans if depth == 0 else []


def _only_points(content: str) -> bool:
    if _POINTER.search(content):
        # A statement in brackets that mentions a table is more than a pointer.
        return len(content) < 60
    pieces = [piece.strip() for piece in content.split(";")]
    # A year alone belongs to the name before the bracket, which is part of the sentence.
    return not re.fullmatch(_YEAR, pieces[0]) and all(_CITED_WORK.match(piece) for piece in pieces)


# Remains of formulas and of broken text extraction.
_FORMULA = re.compile(r"[=∑∏∫√∂∇≤≥∈∀≪≫≈∼→↦⟨⟩|{}\\^_<>]|\(cid:|\d\s\d\s\d|[̀-ͯ⃐-⃿]|https?:|www\.|\S@\S+\.[a-z]")
# "k = 4", "p < 0.001": readable, and often what a result says.
_SIMPLE_VALUE = re.compile(
    r"(?<!\w)(?:[a-z]{2,10}|[A-Za-zα-ω]) ?[=<>≤≥≈∼~] ?[-−]?\d[\d.,]*%?|[<>≤≥≈∼~±] ?(?=\d)|\[[A-Z]\w+\]"
)
# A variable that the sentence does not define: "past values at timestep i".
_VARIABLE = re.compile(r"(?<![\w’'./&-])(?:[B-HJ-Zb-z]|[α-ωΓΔΘΛΞΠΣΦΨΩ])(?![\w’'/&-]|\.[\w])")
_ENUMERATION = re.compile(r"\((?:[a-h]|i{1,3}|iv|v)\)")
# A footnote's mark after a word or a year, a sentence that begins without a space, a word divided at a line's end.
_GLUED = re.compile(
    r"[a-z]{2}\.\d+ [A-Z]|\b(?:19|20)\d\d \d{1,2}[,.;]|,\(|[a-z]\.[A-Z][a-z]+ |"
    r"\b[a-z]{2,}-(?:ized|izing|tion|tions|ing|ment|ments|ity|ness|ally|ed|er|ers|ence|ance|sion|ly)\b|"
    r"(?<!\bof)(?<!\bto)(?<!\bis)(?<!\bat)(?<!\bby)(?<!\bwith)(?<!\bthan)(?<!\band)(?<!\bor)(?<!\bsize)(?<!\blevel)(?<!\bin)"
    r"(?<!\babout)(?<!\bscore) \d\.$"
)
_LEFT_OVER = re.compile(
    r"\[\d[\d, ;–-]*\]|\?\?|\(CITE\)|\w:\d{4}:?\w|\(\s*[,;.)]|[,;]\s*\)|\b(?:such as|to|from|and|by|of|in|with|"
    r"see)\s*[.,;]?$|et\.? al\.?\.?$|\.\.$|"
    r"(?:[A-Z][\w’'-]+, ){2,}[A-Z][\w’'-]+(?:,? and [A-Z][\w’'-]+)? \((?:19|20)\d\d"
)


def is_damaged(text: str, names: tuple[str, ...] = ()) -> bool:
    """Whether a cleaned sentence is no readable prose: a heading, a formula, a row of a table, or text run together.

    The characters of `names` are no formula: "map_hopper".
    """
    # Shorter ones are mostly headings and captions, longer ones several sentences that were not split.
    if not 40 <= len(text) <= 400 or not text[0].isupper() or text[-1] not in '.!”")':
        return True
    plain = _SIMPLE_VALUE.sub("", _ENUMERATION.sub("", text))
    for name in names:
        plain = plain.replace(name, "Name")
    if _FORMULA.search(plain) or _VARIABLE.search(plain) or _GLUED.search(text) or _LEFT_OVER.search(text):
        return True
    if any(text.count(left) != text.count(right) for left, right in ("()", "[]", "“”")) or text.count('"') % 2:
        return True
    # Many digits and signs: a row of a table.
    return sum(char.isalpha() or char.isspace() for char in text) < 0.7 * len(text)
