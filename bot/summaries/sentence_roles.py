"""The role of a sentence in a paper (problem, aim, method, result …), from the phrases that papers use. Pure.

The weights of the cues were set by hand against real abstracts; only their order of size matters.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

from bot.summaries.patterns import PAPER


class SentenceRole(enum.StrEnum):
    BACKGROUND = "background"
    PROBLEM = "problem"
    AIM = "aim"
    METHOD = "method"
    RESULT = "result"
    SIGNIFICANCE = "significance"
    """Implications of the work, outlook."""
    RESOURCE = "resource"
    """Where code and data are available."""


@dataclass(frozen=True, slots=True)
class RoleWeights:
    """The weight of each role in a sentence, 0 and above; the weights of several sentences can be compared."""

    weights: dict[SentenceRole, float]

    @property
    def role(self) -> SentenceRole:
        """The role with the largest weight."""
        return max(self.weights, key=lambda role: self.weights[role])

    def __getitem__(self, role: SentenceRole) -> float:
        return self.weights[role]


def _re(pattern: str) -> re.Pattern[str]:
    """A pattern in verbose syntax: spaces in it are escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_MAKES = (
    r"(?:propos|introduc|present|develop|design|devis|build|built|releas|contribut|offer|put\ forward|creat|"
    r"construct|curat|assembl|compil)"
)
_STUDIES = (
    r"(?:stud(?:y|ies)\b|investigat|explor|examin|analy[sz]|address|tackl|revisit|formali[sz]|formulat|"
    r"consider|describ|"
    r"survey|review|characteri[sz]|argu|ask\b|aims?\b|seeks?\b|focus|report|conduct|benchmark|compar|evaluat|outlin|"
    r"discuss|targets?\b|provid|give\b|extend|appl(?:y|ies)|deriv|establish|advocat|quantif|measur|generali[sz]|unif(?:y|ies)|generat|collect)"
)
_SHOWS = r"(?:show|prov[ei]|uncover|demonstrat|find\b|found\b|observ|reveal|confirm|identif|discover|obtain|achiev)"
_PAPER = rf"(?:this|the\ present|our|the)\ (?:[\w-]+\ )?{PAPER}"
_WE = rf"(?:\bwe\b|\b{_PAPER}|\bthe\ authors\b|\bi\b(?=\ \w+))"
_ADVERBS = (
    r"(?:(?:\ (?:here|then|first|firstly|also|further|thus|therefore|hence|next|now|finally|formally|carefully|"
    r"\w+ly)),?){0,2}"
)

_CUES: dict[SentenceRole, tuple[tuple[re.Pattern[str], float], ...]] = {
    SentenceRole.AIM: (
        (_re(rf"{_WE}{_ADVERBS}\ {_MAKES}"), 6.8),
        (_re(rf"{_WE}{_ADVERBS}\ {_STUDIES}"), 4.0),
        (_re(rf"{_WE}{_ADVERBS}\ {_SHOWS}"), 1.6),
        (_re(rf"\bwe\ (?!consider)[^.;:]{{3,80}}?\band\ {_MAKES}"), 3.0),
        (
            _re(
                rf"{_WE}{_ADVERBS}\ (?:model|treat|frame|reframe|cast|recast|view|us|appl|train|test|ask)"
                r"(?:e|y|ies|es|ed|d|s)?\b"
            ),
            2.0,
        ),
        (_re(r"\b(?:is|are)\ (?:hereby\ )?(?:proposed|introduced|presented|developed)\b(?!\ as\b)"), 3.2),
        (
            _re(r"\b(?:in\ this\ (?:paper|work|article|study|survey|report|letter|thesis|note|chapter)|here,?\ we)\b"),
            1.8,
        ),
        (_re(r"\b(?:our|the|this)\ (?:main\ |primary\ )?(?:goal|aim|objective|purpose|contribution)s?\b"), 2.0),
        (
            _re(
                r"\b(?:a|an|the\ first)\ (?:[\w-]+\ ){0,4}(?:framework|benchmark|dataset|method|approach|"
                r"model|algorithm)\b"
            ),
            0.8,
        ),
    ),
    SentenceRole.PROBLEM: (
        (
            _re(r"^(?:however|yet|but|nevertheless|nonetheless|unfortunately|despite|still|although|while|though)\b"),
            2.6,
        ),
        (_re(r"\b(?:however|yet)\b,?"), 1.0),
        (
            _re(
                r"\b(?:challeng|bottleneck|limit(?:s|ed|ation|ing)?\b|lacks?\b|lacking|fails?\b|failure|"
                r"suffer|struggl|hinder|gap\b|"
                r"costly|expensive|inefficien|difficult|hard\ to|overlook|neglect|ignor|unclear|unknown|"
                r"underexplored|"
                r"under-?explored|unexplored|open\ (?:question|problem)|poorly\ understood|remains?\b|"
                r"insufficient|scarce|"
                r"little\ (?:is\ known|attention)|drawback|prone\ to|vulnerab|bias(?:ed)?\b|rarely|cannot|unable)"
            ),
            1.5,
        ),
        (
            _re(
                r"\b(?:existing|current|prior|previous|conventional|traditional|most|recent|state-of-the-art)\ "
                r"(?:[\w-]+\ ){0,3}(?:methods?|approach\w*|works?|models?|systems?|techniques?|benchmarks?|"
                r"studies|solutions?|"
                r"datasets?|research|efforts?|evaluations?|frameworks?|pipelines?|algorithms?)\b"
            ),
            1.3,
        ),
    ),
    SentenceRole.METHOD: (
        (
            _re(
                r"\bwe\b(?:\ \w+ly|\ then|\ first|\ further|\ also)?\ (?:use|employ|adopt|leverage|train|"
                r"combine|integrate|apply|incorporate|"
                r"define|formulate|model|derive|decompose|extract|fine-?tune|exploit|utili[sz]e|collect|"
                r"construct|compute|learn|"
                r"optimi[sz]e|encode|generate|augment|replace|cast|embed|impose|adapt|implement|sample|select|"
                r"perform)\b"
            ),
            2.6,
        ),
        (
            _re(
                r"\b(?:consists?\ of|comprises?|is\ (?:built|based)\ (?:up)?on|built\ (?:up)?on|"
                r"by\ (?:\w+ly\ )?\w+ing\b|via\b|"
                r"through\b|leverag\w+|combin\w+|integrat\w+|incorporat\w+|using\b|utili[sz]\w+|modules?\b|"
                r"components?\b|"
                r"architecture|encoder|decoder|pipeline|loss\b|objective\b|stages?\b|two-stage|three-stage|mechanism)"
            ),
            0.9,
        ),
        (
            _re(
                r"\b(?:our|the\ proposed)\ (?:\w+\ )?(?:method|approach|framework|model|algorithm|system|"
                r"architecture|pipeline)\b"
            ),
            1.2,
        ),
        (
            _re(
                r"\b(?:key\ (?:idea|insight|innovation)|core\ idea|at\ (?:its|the)\ (?:core|heart)|"
                r"specifically|in\ particular|to\ this\ end|"
                r"concretely|instead\ of|rather\ than)\b"
            ),
            1.2,
        ),
    ),
    SentenceRole.RESULT: (
        (
            _re(
                r"\b(?:results?|experiments?|evaluations?|ablations?|simulations?|analys[ei]s|findings?|benchmarking|"
                r"user\ stud(?:y|ies))\b[^.]{0,60}?"
                r"\b(?:show|demonstrat|indicat|reveal|suggest|confirm|validat|highlight|verif|prove|illustrat)\w*"
            ),
            3.4,
        ),
        (
            _re(
                r"\bwe\b(?:\ \w+ly|\ also|\ further|\ then)?\ (?:show|prove|demonstrate|find|observe|achieve|"
                r"obtain|report|establish|identify)\b"
            ),
            2.4,
        ),
        (
            _re(
                r"\b(?:outperform\w*|surpass\w*|exceed\w*|achiev\w+|attain\w*|improv(?:es?|ed|ing|ements?)|"
                r"reduc(?:es?|ed|ing|tions?)|"
                r"state-of-the-art|competitive|superior|gains?\b|speed-?ups?|faster|accura(?:cy|te)|"
                r"consistently|significant(?:ly)?)\b"
            ),
            1.0,
        ),
        (_re(r"\bit\ is\ (?:shown|proved|proven|found|demonstrated)\b"), 1.6),
        # What the authors' own work achieves.
        (
            _re(
                r"\b(?:(?:our|the|the\ proposed)\ [\w-]+(?:\ [\w-]+)?|(?-i:\b[A-Z][\w-]*[A-Z][\w-]*)|we|it)"
                r"(?:\ \w+ly|\ also)?\ (?:outperforms?|surpass(?:es)?|exceeds?|beats?|achieves?|attains?|reach(?:es)?|"
                r"ranked|ranks|demonstrates|delivers|exhibits|improves|reduces|raises|cuts|"
                r"(?:is|are)\ (?:\w+ly\ )?preferred)\b"
            ),
            1.8,
        ),
        (_re(r"(?<![\w.-])\d+(?:\.\d+)?\s*(?:\\?%|\\times|×|x\b|\$\\times|points?\b|pp\b|dB\b|-fold|times\b)"), 1.8),
        (_re(r"(?<![\w.-])\d+\.\d+"), 0.5),
        (_re(r"\bon\ (?:\w+\ )?(?:benchmarks?|datasets?|tasks?)\b|\bacross\b"), 0.5),
    ),
    SentenceRole.SIGNIFICANCE: (
        (
            _re(
                r"\b(?:overall|in\ summary|together|taken\ together|in\ conclusion|these\ (?:results|"
                r"findings)|our\ (?:results|findings|work|study|analysis))\b"
                r"[^.]{0,80}?\b(?:suggest|highlight|impl|underscor|provid|offer|open|pav|point|establish|"
                r"position|advanc|enabl|lay)\w*"
            ),
            3.0,
        ),
        (_re(r"^(?:overall|in\ summary|together|taken\ together|in\ conclusion|we\ conclude|more\ broadly)\b"), 2.2),
        (
            _re(
                r"\b(?:pav\w+\ the\ way|implications?|insights?|future\ (?:work|research|directions?)|"
                r"practical|real-world|potential|"
                r"foundation\ for|step\ towards?)\b"
            ),
            0.9,
        ),
    ),
    SentenceRole.RESOURCE: (
        (
            _re(
                r"\b(?:code|data(?:set)?s?|models?|weights|demo|implementation|project\ page|website|page|"
                r"supplementary|video)\b"
                r"[^.]{0,80}?\b(?:available|released?|found|accessible|open-?sourced?|provided|hosted)\b"
            ),
            4.0,
        ),
        (_re(r"https?://|\\url\{|\\href\{|github\.com|huggingface\.co"), 5.0),
        (
            _re(
                r"^(?:comments?\ are\ welcome|accepted\ (?:at|to|by|for)|this\ paper\ has\ been\ (?:withdrawn|"
                r"accepted))"
            ),
            5.0,
        ),
    ),
    SentenceRole.BACKGROUND: (
        (
            _re(
                r"\b(?:has|have)\ (?:recently\ |become|emerged|been|shown|gained|attracted|achieved|made|"
                r"demonstrated)"
            ),
            1.4,
        ),
        (
            _re(
                r"\b(?:is|are)\ (?:increasingly|widely|essential|critical|crucial|fundamental|central|"
                r"important|key|vital|a\ \w+\ task)\b"
            ),
            1.4,
        ),
        (_re(r"\b(?:recent(?:ly)?|widely|increasingly|in\ recent\ years|growing|rapid(?:ly)?)\b"), 0.8),
    ),
}

# Beginnings that refer to the sentence before.
_ANAPHOR = _re(
    r"^(?:this|these|that|those|it|its|they|their|such|here|both|the\ (?:former|latter|resulting|second|third|other)|"
    r"(?:in|by|with|for|under|to)\ (?:this|these|that|such)|second(?:ly)?|third(?:ly)?|conversely|instead|then|next|"
    r"as\ a\ result|consequently|thus|hence|therefore|for\ (?:example|instance)|similarly|by\ contrast|"
    r"in\ contrast)\b"
)
# A citation: "Kim et al.", "[3, 7]", "Kim and Lee (2019".
_CITED = re.compile(r"\bet al\.?|\[\d+(?:\s*[,;–-]\s*\d+)*\]|\b[A-Z][a-z]+ (?:and|&) [A-Z][a-z]+,? \(?(?:19|20)\d\d")
_SELF = _re(
    r"\b(?:we|our|ours|us)\b|\b(?:this|the\ present|the\ proposed)\ (?:paper|work|article|study|method|"
    r"approach|framework)\b"
)


def role_weights(sentence: str, position: float) -> RoleWeights:
    """Weigh the roles of a sentence at `position` (0 first, 1 last) of its abstract or paragraph.

    Background and problem come early in a text, results and significance late, so the position counts as well.
    """
    weights = {role: sum(weight for cue, weight in cues if cue.search(sentence)) for role, cues in _CUES.items()}
    # Background has few phrases of its own: the first third of a text counts for it.
    weights[SentenceRole.BACKGROUND] += 1.6 * (1 - min(position * 3, 1))
    weights[SentenceRole.PROBLEM] *= 1.25 - 0.75 * position
    weights[SentenceRole.RESULT] *= 0.7 + 0.5 * position
    weights[SentenceRole.SIGNIFICANCE] *= 0.3 + 0.9 * position
    return RoleWeights(weights)


def needs_previous_sentence(sentence: str) -> bool:
    """Whether it begins by referring to the sentence before ("This …", "They …") and is unclear without it."""
    return bool(_ANAPHOR.search(sentence))


def is_about_cited_work(sentence: str) -> bool:
    """Whether it is about a cited work and not about this paper."""
    return bool(_CITED.search(sentence)) and not _SELF.search(sentence)


def is_about_this_paper(sentence: str) -> bool:
    """Whether the authors speak of themselves or of their work."""
    return bool(_SELF.search(sentence))
