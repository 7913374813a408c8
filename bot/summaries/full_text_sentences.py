"""The sentences of a full text that may stand on a card, each with its place in the paper. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.model import Evidence, Paper, Reading, Section
from bot.summaries.noun_phrases import STOP_WORDS
from bot.summaries.own_names import mentions, own_names
from bot.summaries.planted_orders import is_order
from bot.summaries.sections import SectionPart, parts
from bot.summaries.self_contained import is_self_contained, without_opening
from bot.summaries.sentence_cleaning import cleaned, is_damaged, without_heading
from bot.summaries.sentence_roles import is_about_this_paper
from bot.summaries.sentences import split
from bot.summaries.source_text import section_label

# What the reader of a card does not see: a figure, a table, a formula, another passage.
_REFERS_ELSEWHERE = re.compile(
    r"\b(?:fig(?:ure)?s?|tab(?:le)?s?|sec(?:tion)?s?|eqs?|equations?|appendix|algorithm|theorem|lemma|"
    r"proposition|row|"
    r"column|panel|step|chapter|footnote|ref|supplement\w*)(?:s?\.?\s*~?\(?\d|s?\.?[\s~]+\(?(?-i:[A-Z])(?!\w))|"
    r"\b(?:the|see|as|described|discussed|defined|mentioned|introduced|given|listed|noted|outlined|"
    r"from) (?:above|below)\b|"
    r"\b(?:above|below)(?=[,.;)])|\b(?:previously (?:described|introduced|mentioned|defined)|earlier|as follows|"
    r"(?:the|this) following|shown in|"
    r"(?:next|previous|following|last|this|these) (?:sub)?sections?|aforementioned|mentioned|(?:laid out|"
    r"described|discussed|introduced|defined|"
    r"presented|explained|outlined|reported) (?:before|earlier|previously|above)|the (?:opposite|reverse|"
    r"contrary)(?! of| direction)|do(?:es|ing)? so|did so|"
    r"in the (?:first|second|third|final|last|next|former|latter) (?:stage|step|phase|case|part|task|setting)|"
    r"(?:the|all) remainder of (?:the|this)|rest of (?:the|this) paper|forthcoming|supplementary)\b|\((?:left|"
    r"right|top|bottom)\)|§|:\s*$",
    re.IGNORECASE,
)
# "around each of the two sub-layers": which two, the sentence before says. A list may follow: "the two agents: …".
_COUNTED = re.compile(
    r"\b(?:the|these|those|all|both) (?:two|three|four|five|six|seven|eight|\d) (?!\w+est\b|most\b|main\b|largest\b)"
    r"(?![^.;]{0,60}(?::|\bof\b|\bnamely\b|\bthat\b|\bin\b|\bfrom\b))",
    re.IGNORECASE,
)
# "Briefly, …", "It is evident that …", "Despite its importance, current tools are …" (the pronoun stands for something
# before the sentence), and "However NAME yields …" without the comma: what follows says the same.
_EMPTY_OPENING = re.compile(
    r"^(?:Briefly|Critically|Strikingly|Interestingly|Surprisingly|Remarkably|Significantly|Specifically), "
    r"|^It is (?:\w+ly )?(?:evident|clear|apparent|obvious|notable|noteworthy|worth noting) that "
    r"|^(?:However|Moreover|Furthermore|Therefore|Thus|Hence) (?=[A-Z])"
    r"|^Despite (?:its [^,]{2,60}, (?=(?:[\w-]+ ){0,8}?(?:are|have|were|do)\b)|"
    r"their [^,]{2,60}, (?=(?:[\w-]+ ){0,8}?(?:is|has|was|does)\b))"
)
# "Given its importance, current tools are …": the pronoun stands for something before the sentence.
_DISAGREES = re.compile(
    r"^(?:given|because of|due to|beyond|with|for|in) (?:its [^,]{2,60}, (?:[\w-]+ ){0,8}?(?:are|have|"
    r"were|do)|"
    r"their [^,]{2,60}, (?:[\w-]+ ){0,8}?(?:is|has|was|does)) |^that(?:['’]s| is| was| means| shows| leads)\b|"
    r"^for (?:example|instance)\b",
    re.IGNORECASE,
)
# What adds to something before it, once the opening that says to what is cut: "Subsequently, we use … for more doors".
_ADDS = re.compile(
    r"\b(?:another|additional|an? (?:second|third|fourth|fifth|extra))\b(?! to\b)|\bthe same\b(?!.*\b(?:as|that)\b)",
    re.IGNORECASE,
)
# Labels of things that the paper numbers: "hypotheses H1 and H2", "features SL 17, SL 138".
_LABELLED = re.compile(r"(?<![\w-])(?P<label>[A-Z]{1,2}) ?\d{1,3}(?![.\d])\b.*(?<![\w-])(?P=label) ?\d{1,3}(?![.\d])\b")
# Guides to the text, and remarks to the reader.
_GUIDE = re.compile(
    r"\b(?:in (?:this|the (?:next|following)) (?:section|appendix|chapter)|this section|(?:is|"
    r"are) (?:organi[sz]ed|structured) "
    r"|we (?:now|next|will|shall) (?:describe|discuss|present|introduce|show|explain|turn|give|provide|review)|"
    r"we refer|"
    r"refer to|recall that|note that|as in (?:our|the) (?:previous|prior|earlier)|for (?:more )?details|"
    r"details?\b.{0,80}\b(?:can be found|(?:is|are|"
    r"will be) (?:given|provided|described))|"
    r"please\b|see e\.g|for convenience|"
    r"we (?:give|provide|present) (?:an |more |further |additional )?(?:overview|details|examples?|illustrations?)|"
    r"we (?:illustrate|depict|visuali[sz]e|plot|summari[sz]e|list|report in|outline|review)\b|"
    r"let us\b|we (?:call|denote|write|define)\b|denotes?\b|without loss of generality|we thank|acknowledg\w+)",
    re.IGNORECASE,
)
# "… has several key benefits.": which ones, other sentences say. "We are excited …": nothing about the work.
_SAYS_NOTHING = re.compile(
    r"\b(?:has|have|offers?|provides?|shows?) (?:several|a number of|many|various|some|"
    r"numerous) (?:\w+ )?(?:benefits|features|advantages|properties|"
    r"drawbacks|limitations|issues|problems|challenges)(?! (?:such|includ|like|in|over|of|for)|:)"
    r"|^there (?:are|exist) (?:two|three|four|five|several|a number of) (?![^.]*[:,])|\b(?:similarly|"
    r"analogously|accordingly|in the same (?:way|manner))\.$"
    r"|\beither (?:process|case|method|approach|model|setting|direction|group|side|way)\b(?! or)"
    r"|\b(?:same|similar|identical|analogous) (?:approach|procedure|manner|way|method|protocol|setting|setup|"
    r"strategy)s?\b(?! (?:as|to|that|of))"
    r"|\b(?:two|three|four|five|multi|multiple|several)-(?:step|stage|phase|part)s? "
    r"(?:process|procedure|approach|task|problem|method|strategy|pipeline)\.$"
    r"|\bwe (?:are|were) (?:excited|grateful|happy|pleased|proud)\b|\bis left for\b|\bbeyond the scope\b",
    re.IGNORECASE,
)
# "In Section 2, we review …" tells where; "In Section 3, we estimate the mass to 0.1 dex" tells what.
_OUTLINE = re.compile(
    r"^in (?:section|appendix|figure|table|fig|sec)[^,]{0,30}, we (?:\w+ly )?(?:give|review|describe|introduce|"
    r"present|discuss|"
    r"conclude|illustrate|show|provide|apply|offer|compare|evaluate|study|analy[sz]e|vary|report|explore|turn)\b",
    re.IGNORECASE,
)
_SETUP_TITLE = re.compile(
    r"\b(?:set-?\s?ups?|settings?|datasets?|data|baselines?|metrics?|implementation|(?:experimental|"
    r"technical) details|training|"
    r"protocol|evaluation (?:criteria|measures?)|participants|materials|hardware|optimizers?|schedules?|"
    r"configurations?)\b",
    re.IGNORECASE,
)
_DETAIL_TITLE = re.compile(
    r"\b(?:ablations?|sensitivity|variations?|analysis of|further|additional|robustness checks?|hyper|"
    r"error analysis|failure|"
    r"case stud(?:y|ies)|qualitative)\b",
    re.IGNORECASE,
)
_METHODS_CHAPTER = re.compile(
    r"(?:materials? and |online |experimental )?(?:methods?|methodology|procedures?)\b", re.IGNORECASE
)
_METHODS_TITLE = re.compile(r"\b(?:methods?|materials?|methodology|models?|procedures?|algorithms?)\b", re.IGNORECASE)
_LIMITATION_TITLE = re.compile(r"\b(?:limitations?|threats|future|further work|outlook)\b", re.IGNORECASE)
_OTHERS_TITLE = re.compile(r"\b(?:previous|prior|existing|other|current|conventional)\b", re.IGNORECASE)
_PROBLEM_TITLE = re.compile(
    r"\b(?:problem|motivation|challenges?|preliminar\w*|background|notation|definitions|task definition|why)\b", re.I
)
# On which data or task something was found: "on TowerBench".
_NAMED_DATA = re.compile(r"\b(?:[Oo]n|[Ff]or|[Aa]cross) (?:the )?(?:\w+ )?[A-Z]")
_COMPARED_START = 20
"""Characters by which to tell whether the beginning of a sentence was cut."""

_LONGEST_QUOTE = 1000
"""Characters of a sentence with its citations."""

_WORD = re.compile(r"[A-Za-z][A-Za-z-]{2,}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a paper a sentence stands.

    `precedes_own_work`: no sentence before it in its section speaks of this paper. `position` is 0 for the first and 1
    for the last sentence of the section. `follows_results`: it comes after the results, where papers add applications.
    `follows_data`: a sentence before it in its paragraph says on which data something was found.
    """

    part: SectionPart
    title: str = ""
    precedes_own_work: bool = False
    position: float = 0.0
    opens_paragraph: bool = False
    is_caption: bool = False
    follows_results: bool = False
    follows_data: bool = False

    @property
    def is_setup(self) -> bool:
        return bool(_SETUP_TITLE.search(self.title))

    @property
    def is_in_methods(self) -> bool:
        """Whether its chapter is the one on methods, whatever its section is called."""
        return bool(_METHODS_CHAPTER.match(self.title))

    @property
    def is_detail(self) -> bool:
        """Whether its section looks at details of the main result: ablations, variants, failures."""
        return bool(_DETAIL_TITLE.search(self.title))

    @property
    def is_limitation(self) -> bool:
        """Whether its section says what the work cannot do, or what is left to do."""
        return bool(_LIMITATION_TITLE.search(self.title)) and not _OTHERS_TITLE.search(self.title)

    @property
    def is_application(self) -> bool:
        """Whether it follows the results and is no section on methods, as the last one of some journals is."""
        return self.follows_results and not _METHODS_TITLE.search(self.title)

    @property
    def is_problem(self) -> bool:
        """Whether its section prepares the method: the problem, definitions, known methods."""
        return bool(_PROBLEM_TITLE.search(self.title))


@dataclass(frozen=True, slots=True)
class PaperSentence:
    """A sentence that stands by itself: `text` as shown, `evidence` verbatim, `order` in the paper.

    `names` are those of the paper's own work; `relevance` is its share of words with title and abstract, 0 to 1.
    """

    text: str
    evidence: Evidence
    place: Place
    order: int
    names: tuple[str, ...]
    relevance: float

    @property
    def speaks_of_paper(self) -> bool:
        """Whether the authors speak of themselves or name their work."""
        return is_about_this_paper(self.text) or mentions(self.text, self.names) is not None

    @property
    def names_data(self) -> bool:
        """Whether it says on which data or task something was found."""
        return bool(_NAMED_DATA.search(self.text))

    @property
    def words(self) -> frozenset[str]:
        return content_words(self.text)


def content_words(text: str) -> frozenset[str]:
    """The words without stop words, by their first seven letters or without a plural's "s": inflected forms agree."""
    words = (word.lower() for word in _WORD.findall(text) if word.lower() not in STOP_WORDS)
    return frozenset(word[:7] if len(word) > 7 else word.removesuffix("s") for word in words)


def full_text_sentences(paper: Paper, reading: Reading, shown: str) -> list[PaperSentence]:
    """The sentences of abstract, sections and captions that stand alone, in the order of the paper.

    `shown` is the text above them on a card: it gives a meaning to nouns ("The charmed baryon sector …").
    """
    names = own_names(paper, reading)
    topic = content_words(f"{paper.title} {paper.abstract}")
    sentences: list[PaperSentence] = []
    for quote, place, evidence in _passages(paper, reading):
        text = _standing_alone(quote, names, f"{paper.title}\n{shown}")
        if text is not None:
            words = content_words(text)
            relevance = len(words & topic) / max(len(words), 1)
            sentences.append(PaperSentence(text, evidence, place, len(sentences), names, relevance))
    return sentences


def _passages(paper: Paper, reading: Reading) -> Iterator[tuple[str, Place, Evidence]]:
    precedes_own_work = True
    for index, quote in enumerate(abstract := split(paper.abstract)):
        precedes_own_work = precedes_own_work and not is_about_this_paper(quote)
        place = Place(SectionPart.ABSTRACT, "Abstract", precedes_own_work, index / max(len(abstract) - 1, 1))
        yield quote, place, Evidence(quote, "Abstract")
    above = _titles_above(reading)
    follows_results = False
    for part, section in parts(reading):
        follows_results = follows_results or part is SectionPart.RESULTS
        if part is not SectionPart.ABSTRACT:
            yield from _section_passages(section, Place(part, above[id(section)], follows_results=follows_results))
    captions = [(f"Table {t.number}", t.caption, t.page) for t in reading.tables]
    captions += [(f"Figure {f.number}", f.caption, f.page) for f in reading.figures]
    for name, caption, page in captions:
        # The first sentence of a caption is its title.
        for quote in split(caption)[1:]:
            yield quote, Place(SectionPart.RESULTS, is_caption=True), Evidence(quote, name, page)


def _titles_above(reading: Reading) -> dict[int, str]:
    """The title of each section with that of its chapter, by the section's identity."""
    titles, top = {}, ""
    for section in reading.sections:
        top = section.title if section.level == 1 else top
        titles[id(section)] = section.title if section.level == 1 else f"{top}: {section.title}"
    return titles


def _section_passages(section: Section, section_place: Place) -> Iterator[tuple[str, Place, Evidence]]:
    name = section_label(section.number, section.title)
    found = [
        (quote, paragraph, index == 0)
        for paragraph in section.paragraphs
        for index, quote in enumerate(split(paragraph.text))
    ]
    precedes_own_work, follows_data = True, False
    for index, (raw, paragraph, opens_paragraph) in enumerate(found):
        precedes_own_work = precedes_own_work and not is_about_this_paper(raw)
        follows_data = follows_data and not opens_paragraph
        quote = without_heading(raw)
        place = replace(
            section_place,
            precedes_own_work=precedes_own_work,
            position=index / max(len(found) - 1, 1),
            opens_paragraph=opens_paragraph,
            follows_data=follows_data,
        )
        yield quote, place, Evidence(quote, name, paragraph.page, paragraph.anchor)
        follows_data = follows_data or bool(_NAMED_DATA.search(quote))


def _standing_alone(quote: str, names: tuple[str, ...], shown: str) -> str | None:
    """The sentence as shown; None if it is damaged, is no statement to readers, or needs the text around it."""
    # Far too long for a card, and slow to look through: a table or a text without full stops.
    if len(quote) > _LONGEST_QUOTE or is_order(quote) or _OUTLINE.match(quote):
        return None
    text = cleaned(quote)
    if opening := _EMPTY_OPENING.match(text):
        text = text[opening.end() :][:1].upper() + text[opening.end() + 1 :]
    text = without_opening(text)
    if _ADDS.search(text) and not " ".join(quote.split()).startswith(text[:_COMPARED_START]):
        return None
    if is_damaged(text, names) or _REFERS_ELSEWHERE.search(text) or _COUNTED.search(text) or _GUIDE.search(text):
        return None
    if _DISAGREES.match(text) or _SAYS_NOTHING.search(text) or _LABELLED.search(text):
        return None
    # "The final MapHopper model …": a name says which model.
    says_which = text if mentions(text[:120], names) else ""
    return text if is_self_contained(text, f"{shown}\n{says_which}") else None
