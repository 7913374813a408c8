"""Which sentences of a full text belong into which part of a deep summary, and how well. Pure.

Each part has a function that gives a sentence a score, or None if it does not belong there. The weights were set by
hand against real papers; only their order of size matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.summaries.full_text_sentences import PaperSentence
from bot.summaries.own_names import mentions
from bot.summaries.sections import SectionPart
from bot.summaries.sentence_roles import SentenceRole, is_about_cited_work, is_about_this_paper, role_weights

Score = float | None


def _re(pattern: str) -> re.Pattern[str]:
    """A pattern in verbose syntax: spaces in it are escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


# One work of others as the subject: "Kim et al. (2020) use …", "Kayal introduces …".
_ONE_WORK = _re(r"^(?:[\w’'-]+\ (?:and\ [\w’'-]+\ )?(?:et\.?\ al\.?|\((?:19|20)\d\d)|(?-i:[A-Z]\w+)\ (?:introduces?|proposes?|presents?)\b)")
_OTHERS = _re(
    r"\b(?:existing|current|prior|previous|conventional|traditional|classical|standard|typical|recent|most|many|several|other|earlier|"
    r"widely\ used|state-of-the-art|popular|known|today['’]?s?|available|dominant|common)\ (?:[\w-]+\ ){0,4}?"
    r"(?:methods?|approach\w*|works?|models?|systems?|techniques?|benchmarks?|studies|solutions?|datasets?|research|efforts?|"
    r"evaluations?|frameworks?|pipelines?|algorithms?|tools?|predictions?|theor(?:y|ies)|simulations?|strategies|architectures?|networks?|"
    r"surveys?|analyses|measurements|literature)\b"
    r"|\b(?:prior|previous)\ (?:works?|research|art|studies)\b|\bhas\ been\ (?:used|shown|studied|proposed|applied|explored|"
    r"investigated)\b|\bhave\ been\ (?:used|shown|studied|proposed|applied|explored|investigated|developed|introduced)\b"
    r"|\b(?:researchers|authors|studies)\ have\b|-based\ (?:methods|approaches|models)\b|\bmethods\b"
)
_GAP = _re(
    r"\b(?:challeng|bottleneck|limit(?:s|ed|ation|ations|ing)?\b|lacks?\b|lacking|fails?\b|failure|suffer|struggl|hinder|hamper|gap\b|"
    r"costly|expensive|inefficien|difficult|hard\ to|overlook|neglect|ignor|unclear|unknown|under-?explored|unexplored|"
    r"open\ (?:question|problem)|poorly\ understood|remains?\b|insufficient|scarce|scarcity|little\ (?:is\ known|attention)|drawback|"
    r"prone\ to|vulnerab|bias(?:es|ed)?\b|rarely|cannot|can\ not|unable|no\ way|not\ (?:been|yet|well|always|designed|able|only|directly|thoroughly|sufficiently)|"
    r"only\b|precludes?|restrict|costs?\b|barriers?|problem\b|susceptible|spurious|solely|too\ (?:strict|large|slow|long)|latency|"
    r"hind(?:er|rance)|obscure|require[sd]?\b|need(?:s|ed)?\ to|sensitive\ to|obstacle|impractical|unreliable|inaccurate)"
)
_IMPORTANCE = _re(
    r"\b(?:has|have)\ (?:recently\ |become|emerged|been|shown|gained|attracted|achieved|made|demonstrated|long)|"
    r"\b(?:is|are)\ (?:increasingly|widely|essential|critical|crucial|fundamental|central|important|key|vital|ubiquitous|"
    r"typically|among|used|one\ of|an?\ \w+\ (?:task|problem|tool|aspect|part|area|source))\b|"
    r"\b(?:recent(?:ly)?|widely|increasingly|in\ recent\ years|growing|rapid(?:ly)?|ubiquitous|lies\ at|play)\b|\breveals?\b"
)
_RESULT_VERB = _re(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beats?|achiev\w+|attain\w*|reach(?:es|ed)?|improv(?:es?|ed|ing|ements?)|reduc(?:es?|ed|ing|tions?)|"
    r"increas(?:es?|ed|ing)|yield(?:s|ed|ing)?|gains?|speed-?\ ?ups?|faster|accura(?:cy|te(?:ly)?)|precision|superior|advantage|better|best|competitive|"
    r"comparable|on\ par|preferred|match(?:es|ed)|mirror(?:s|ed)|show(?:s|ed|n)?|demonstrat\w+|find|found|observ\w+|reveal\w*|confirm\w*|conclud\w+|"
    r"explain(?:s|ed)?|predict(?:s|ed)?|estimate[sd]?|classif(?:y|ies)|distinguish(?:es)?|declin\w+|agree[sd]?|receive[sd]?|lead(?:s|ing)?\ to|shorten(?:s|ed)?|"
    r"halv(?:es|ed)|doubl(?:es|ed)|save[sd]?|cut(?:s)?|lower(?:s|ed)?|enhanc(?:es?|ed|ing)|boost(?:s|ed)?|establish(?:es|ed)?|prov(?:e|es|ed)|correlat\w+)\b"
)
_AMOUNT = _re(
    r"(?<![\w.-])[+-]?\d+(?:[.,]\d+)*\s*(?:\\?%|×|x\b|points?\b|pp\b|dB\b|-?fold|times\b|BLEU|dex\b|percent\w*|σ|sigma|[kmµn]?[smgVWJ]\b|seconds?|hours?|fps)|"
    r"(?<![\w.-])\d+\.\d+(?!\.?\d)|\b(?:twice|half|one\ third|order[s]?\ of\ magnitude|two-fold|tenfold)\b"
)
# A loss, a limit, or a test that only explains the main result.
_LOSS = _re(
    r"\b(?:worse|worst|inferior|underperform\w*|degrad\w+|fails?|failed|failure|struggl\w*|poor(?:ly)?|unfortunately|cannot|can\ not|unable|"
    r"limited|limitations?|drops?|dropped|declin\w+|hurts?|harms?|decreas\w+|below|behind|suffer\w*|only\ (?:comparable|marginal\w*|slight\w*)|"
    r"not\ (?:always|able|well|as|yet|been|been\ able|comprehensively|clear|suitable|sufficient|necessarily|guarantee\w*|imply|comparable)|however)\b"
)
_NO_LOSS = _re(
    r"\b(?:no|without|not|nor|less|smaller|avoid\w*|prevent\w*|mitigat\w*|reduc\w*)\ (?:\w+\ ){0,5}?(?:degrad\w+|drops?|failures?|loss|decreas\w+|worse)"
    r"|\b(?:error|loss|latency|cost|perplexity|rmse|mae|memory|time|rate)s?\ (?:\w+\ ){0,3}?(?:drops?|dropped|decreas\w+|declin\w+)"
    r"|\b(?:worse|poorly|fails?|failure|degrad\w+)\b(?=[^.]{0,20}\bthan\ (?:ours|our|the\ proposed))"
)
_ABLATION = _re(
    r"\b(?:ablat\w+|remov(?:e|es|ed|ing)|delet(?:e|es|ed|ing)|disabl\w+|drop(?:ping|ped)\ the|without\ (?:the|our|any|using)|w/o|ensembl\w*|variants?|"
    r"hyper-?\ ?parameters?|sensitivity|vary(?:ing)?|varied|replac(?:e|es|ed|ing)|for\ different\ values|further\ (?:enhanc|improv|increas|observ)\w*)\b"
)
_MEASURING = _re(
    r"\bwe\ (?:also\ |further\ |then\ |only\ )?(?:report|use|used|evaluate|evaluated|measure|compare|compared|adopt|conduct|conducted|perform|performed|consider|"
    r"test|assess|set|select|selected|choose|chose|train|trained|employ|employed|varied|vary|follow|averaged|fix|fixed|picked|pick|rely|ask|computed?|need|"
    r"add|interpret|hypothesi[sz]e|suspect|surmise|expect|investigate|answer|hope|plan|believe|designed?|developed?|constructed?)\b"
)
_STEP = _re(
    r"\b(?:we|our)\b(?:\ \w+ly|\ then|\ first|\ further|\ next)?\ (?:use|employ|adopt|leverage|train|combine|integrate|apply|incorporate|formulate|model|derive|decompose|"
    r"extract|fine-?tune|exploit|utili[sz]e|collect|construct|compute|learn|optimi[sz]e|encode|generate|augment|replace|cast|embed|impose|adapt|implement|sample|select|"
    r"perform|assign|enforce|modify|add|initiali[sz]e|treat|solve|simulate|measure|estimate|obtain|compile|build|keep|join|search|calculate|include|divide|split|"
    r"retain|follow|insert|update|minimi[sz]e|maximi[sz]e|share|project|map|feed|mask|prompt|match|filter|introduce|develop|determine|extend|quantify|restrict|reconstruct|"
    r"consider|begin|began|started?|\w+ed)\b"
)
_PART_OF_SYSTEM = _re(
    r"\b(?:consists?\ of|comprises?|is\ (?:built|based|composed|initiali[sz]ed|trained|designed|obtained|computed|defined|applied|given)|are\ (?:built|based|composed|initiali[sz]ed|trained|"
    r"obtained|computed|randomly|applied|encoded|replaced|added)|takes?|generates?|outputs?|maps?|encodes?|uses?|relies|employs?|leverages?|enforces?|defines?|operates?|reads?|"
    r"contains?|processes|performs?|learns?|predicts?|activates?|inserts?|introduces?|allows?|guarantees?|enables?|ensures?|works?|attends?|produces?|selects?|"
    r"has\ been|have\ been|were\ (?:trained|obtained|generated|collected|computed|encoded|replaced|calculated)|was\ (?:set|trained|obtained|generated|collected|computed))\b"
)
_SETTING = _re(
    r"\b(?:beam\ size|learning\ rate|batch\ size|epochs?|dropout|weight\ decay|warm-?up|random\ seeds?|checkpoints?|hyper-?parameters?|validation\ set|development\ set|"
    r"for\ validation|optimizer|train/validation|training/validation|vocabulary|padding|license|pre-?computed|gpus?|initial\ learning)\b"
)
_OUTLOOK = _re(
    r"\b(?:(?:our|this|these|the\ present)\ (?:\w+\ ){0,2}?(?:work|results?|findings?|study|method|approach|analysis|framework|observations?|experiments?)\b[^.;]{0,60}?\b"
    r"(?:demonstrat\w+|show\w*|suggest\w*|indicat\w+|impl(?:y|ies)|highlight\w*|underscor\w+|provid\w+|offer\w*|open\w*|pav\w+|enabl\w+|represent\w*|establish\w*|"
    r"point\w*|contribut\w+|advanc\w+|help\w*|lay\w*|support\w*|reveal\w*|confirm\w*|is\ valuable|can\ be|has\ implications|have\ implications))"
)
_CONSEQUENCE = _re(
    r"\b(?:step\ (?:toward|towards|in|forward|to)|significant\ step|important\ (?:progress|step)|progress\ toward|pav\w+\ the\ way|open(?:s|ing)?\ (?:up|the\ door|new|a\ new|interesting)|"
    r"potential\ (?:to|for|of)|implications?\ (?:for|of)|valuable\ for|useful\ (?:for|in|to)|powerful\ alternative|alternative\ (?:to|for)|"
    r"(?:can|could|may|might|will)\ (?:also\ )?(?:help|enable|serve|benefit|guide|inform|support|facilitate|improve|lead|be\ (?:used|applied|extended|adapted|deployed|easily|directly|generali[sz]ed))|"
    r"help(?:s|ing)?\ (?:the\ )?(?:community|researchers|practitioners|clinicians|astronomers|scientists|engineers|users|developers)|"
    r"practical|real-world\ applications?|applications?\ (?:in|to|such|of)|foundation\ for|basis\ for|insights?\ into|generali[sz]es?\ (?:well\ )?to|appl(?:y|ied|icable)\ (?:to|them\ to)|"
    r"future\ (?:work|research|directions?|of|studies)|we\ (?:hope|believe|expect|envision|anticipate|plan|conclude|concluded)|our\ (?:aim|hope|goal)\ is|this\ work\ represents|"
    r"indicating\ that|suggest(?:s|ing)?\ that|impl(?:y|ies|ying)\ that|implying|signal(?:s|ing)|hints?\ at|for\ the\ first\ time|thought|interpretable|eliminat\w+|democrati[sz]\w+|without\ (?:the\ need|requiring|sacrific\w+)|"
    r"enables?|makes?\ it\ possible|allows?)\b"
)
_NEWNESS = _re(
    r"\b(?:the\ first|for\ the\ first\ time|first\ (?:to|model|method|study|work|time)|novel(?:ty)?|new\b|unlike|in\ contrast\ to|instead\ of|rather\ than|differs?\ from|contributions?|"
    r"eschew\w*|dispens\w+|without\ (?:using|any|requiring)|entirely|to\ the\ best\ of|to\ our\ knowledge|unique|identified|no\ (?:longer|need)|opposite|not\ only)\b"
)
_MADE = _re(
    r"\b(?:we|this\ (?:paper|work|article|study)|our\ (?:work|paper|contributions?))\b(?:\ \w+ly|\ here|\ also|\ then)*\ "
    r"(?:propos|introduc|present|develop|design|devis|built|build|releas|describ|construct|creat|contribut|identif|formulat|show|demonstrat|deriv|establish|provid|investigat|stud|analy[sz])\w*"
)
_EFFORT = _re(
    r"\b(?:\d[\d,.]*\ ?[kKMBT]?|\w+teen|ten|twenty|thirty|forty|fifty|(?:\w+\ )?(?:hundreds?|thousands?|millions?|billions?))\s+(?:[\w/-]+\s+){0,4}?"
    r"(?:gpus?|tpus?|cpus?|cores?|hours?|days?|weeks?|months?|steps|epochs?|examples?|samples?|images?|sentences?|tokens|annotators?|participants?|patients|subjects|"
    r"experiments?|datasets?|models?|tasks|papers|documents|pairs|parameters|layers|runs|simulations?|galaxies|stars|objects|events|queries|questions|prompts|instances|"
    r"videos?|users?|trials?|configurations?|molecules|structures|trajectories|episodes|frames|records|articles|languages|benchmarks?|cells|particles|observations|"
    r"measurements|seeds|points|nodes|flops|h)\b"
)
_COMPUTE = _re(r"\b(?:gpus?|tpus?|cpus?|gpu-hours|training\ (?:took|time)|hours|days|annotators?|participants?|reviewed)\b")
_WORKED = _re(
    r"\b(?:train\w*|collect\w*|annotat\w+|evaluat\w+|compar\w+|simulat\w+|ran|run|process\w*|sampl\w+|compris\w+|consist\w*|contain\w*|includ\w+|review\w*|gather\w*|"
    r"analy[sz]\w+|fine-?tun\w+|recruit\w*|measur\w+|label\w*|took|built|construct\w*|select\w*|use|used)\b"
)
_RELEASE = _re(r"\b(?:license|licence|available|released?|open-?sourced?|github|code\ (?:is|and|has))\b")
_SUPERLATIVE_ONLY = _re(r"\b(?:several\ key\ benefits|a\ number\ of\ (?:key\ )?features|key\ features|various\ experiments|extensive\ experiments\.|some\ examples)\b")


def background(sentence: PaperSentence) -> Score:
    """Why the question of the field matters: general statements at the beginning, not about this paper or its rivals."""
    text, place = sentence.text, sentence.place
    is_early = place.part is SectionPart.ABSTRACT and place.position < 0.35
    is_opening = place.part is SectionPart.INTRODUCTION and place.precedes_own_work
    if not (is_early or is_opening) or sentence.speaks_of_paper or _ONE_WORK.match(text) or _RELEASE.search(text):
        return None
    score = 1.4 * bool(_IMPORTANCE.search(text)) + 2.0 * sentence.relevance + 1.2 * place.opens_paragraph
    score -= 1.5 * len(_GAP.findall(text)) + 0.8 * bool(_OTHERS.search(text)) + 2.5 * place.position
    return score + 0.6 * is_opening - _length_malus(text)


def prior_work(sentence: PaperSentence) -> Score:
    """What others did, and which gap is left."""
    text, place = sentence.text, sentence.place
    is_there = place.part is SectionPart.RELATED or (
        place.part in (SectionPart.INTRODUCTION, SectionPart.ABSTRACT) or place.is_problem
    )
    if not is_there or sentence.speaks_of_paper or _RELEASE.search(text):
        return None
    gaps, others = len(_GAP.findall(text)), bool(_OTHERS.search(text))
    if not gaps and not others:
        return None
    if place.part in (SectionPart.INTRODUCTION, SectionPart.ABSTRACT) and place.position > 0.6:
        return None
    score = 1.5 * min(gaps, 2) + 1.3 * others + 2.0 * sentence.relevance
    score += 0.7 * (place.part is not SectionPart.METHOD) - 1.5 * bool(_ONE_WORK.match(text))
    return score - _length_malus(text)


def method(sentence: PaperSentence) -> Score:
    """What this paper does as a whole: the sentence that introduces it, or what its system mainly is."""
    text, place = sentence.text, sentence.place
    if place.part not in (SectionPart.INTRODUCTION, SectionPart.ABSTRACT, SectionPart.METHOD, SectionPart.CONCLUSION):
        return None
    if not sentence.speaks_of_paper or is_about_cited_work(text) or _RELEASE.search(text) or place.is_limitation:
        return None
    aim = role_weights(text, place.position)[SentenceRole.AIM]
    is_named_first = _subject_is_own(sentence) and bool(_PART_OF_SYSTEM.search(text[:120]))
    if aim < 4 and not is_named_first or _AMOUNT.search(text) and _RESULT_VERB.search(text):
        return None
    score = min(aim, 7.0) / 2 + 1.2 * is_named_first + 2.0 * sentence.relevance
    score += 0.6 * (mentions(text, sentence.names) is not None) - 1.5 * bool(_re(r"^to\ (?:evaluate|test|assess)|\bto\ evaluate\b").search(text))
    score -= 1.0 * bool(_RESULT_VERB.search(text)) + 1.2 * (place.part is SectionPart.METHOD) + 0.8 * (place.part is SectionPart.CONCLUSION)
    return score - 1.5 * _continues(text) - _length_malus(text)


def methods(sentence: PaperSentence) -> Score:
    """One step of the method."""
    text, place = sentence.text, sentence.place
    if place.part is not SectionPart.METHOD or place.is_problem or is_about_cited_work(text) or _RELEASE.search(text):
        return None
    is_step = bool(_STEP.search(text))
    is_system = _subject_is_own(sentence) and bool(_PART_OF_SYSTEM.search(text))
    is_component = bool(_re(r"^(?:the|our|each)\ ").match(text)) and bool(_PART_OF_SYSTEM.search(text))
    if not (is_step or is_system or is_component) or (_RESULT_VERB.search(text) and _AMOUNT.search(text)):
        return None
    score = 1.6 * is_step + 1.6 * is_system + 0.8 * is_component + 3.0 * sentence.relevance
    score += 0.6 * place.opens_paragraph - 1.5 * bool(_SETTING.search(text)) - 1.0 * place.is_setup
    score -= 1.2 * bool(_LOSS.search(text)) + 1.0 * _continues(text) + 0.8 * bool(re.match(r"(?:If|When|Since|As|While) ", text))
    return score - _length_malus(text)


def results(sentence: PaperSentence) -> Score:
    """What was measured or found about this paper's own work, the main numbers first."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RELATED, SectionPart.APPENDIX) or place.is_setup or place.is_limitation:
        return None
    if not _is_own_success(sentence):
        return None
    amounts = len(_AMOUNT.findall(text))
    if place.part is SectionPart.METHOD and not amounts:
        return None
    score = 1.0 + 1.0 * min(amounts, 2) + 2.0 * sentence.relevance + 0.8 * (place.part is SectionPart.RESULTS)
    score += 1.0 * _subject_is_own(sentence) - 1.8 * place.is_detail - 1.8 * bool(_ABLATION.search(text))
    score -= 1.0 * (place.part is SectionPart.METHOD) + 0.6 * place.is_caption
    return score - _length_malus(text)


def performance(sentence: PaperSentence) -> Score:
    """How well the paper's own work does, said as a whole: in the conclusion, the abstract or the introduction."""
    score = results(sentence)
    if score is None or sentence.place.is_detail or _ABLATION.search(sentence.text):
        return None
    compares = _re(r"\b(?:than|outperform\w*|surpass\w*|exceed\w*|state[- ]of[- ]the[- ]art|compar\w+|baselines?|faster|smaller|best|superior|without)\b")
    if not compares.search(sentence.text) and not _AMOUNT.search(sentence.text):
        return None
    return score + 1.2 * (sentence.place.part is SectionPart.CONCLUSION) + 0.6 * (sentence.place.part is SectionPart.ABSTRACT)


def significance(sentence: PaperSentence) -> Score:
    """What follows from the work: a conclusion beyond the numbers, a use, the next step."""
    text, place = sentence.text, sentence.place
    is_end = place.part is SectionPart.CONCLUSION or (place.part is SectionPart.ABSTRACT and place.position >= 0.5)
    is_claimed = place.part is SectionPart.INTRODUCTION and not place.precedes_own_work
    is_discussed = place.part is SectionPart.RESULTS and bool(_OUTLOOK.search(text))
    if not (is_end or is_claimed or is_discussed) or place.is_limitation or _RELEASE.search(text):
        return None
    outlook, consequences = bool(_OUTLOOK.search(text)), len(_CONSEQUENCE.findall(text))
    if not outlook and not consequences or _LOSS.search(text) or is_about_cited_work(text):
        return None
    if not (sentence.speaks_of_paper or re.search(r"\bthis work\b|\bsparse\b", text)) and not outlook:
        return None
    score = 1.8 * outlook + 1.4 * min(consequences, 2) + 1.2 * sentence.relevance
    score += 1.4 * (place.part is SectionPart.CONCLUSION) + 0.8 * (place.part is SectionPart.ABSTRACT)
    score -= 1.2 * bool(_AMOUNT.search(text)) + 0.8 * bool(_re(r"\bwe\ plan\b|\bfuture\ work\b").search(text)) + 1.5 * bool(_MEASURING.search(text))
    return score - _length_malus(text)


def innovation(sentence: PaperSentence) -> Score:
    """What is new: a contribution, or what tells the work from earlier ones."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RESULTS, SectionPart.APPENDIX) or not sentence.speaks_of_paper or place.is_limitation:
        return None
    newness = len(_NEWNESS.findall(text))
    made = bool(_MADE.search(text))
    if not newness and not (made and place.part in (SectionPart.CONCLUSION, SectionPart.INTRODUCTION)):
        return None
    if _LOSS.search(text) or is_about_cited_work(text) or _RELEASE.search(text) or _AMOUNT.search(text):
        return None
    score = 1.6 * min(newness, 2) + 1.5 * made + 1.0 * _subject_is_own(sentence) + 1.6 * sentence.relevance
    score += 0.8 * (place.part is SectionPart.CONCLUSION) - 1.0 * bool(_SUPERLATIVE_ONLY.search(text))
    return score - _continues(text) - _length_malus(text)


def workload(sentence: PaperSentence) -> Score:
    """How much was built, trained, run or compared."""
    text, place = sentence.text, sentence.place
    if place.part in (SectionPart.RELATED, SectionPart.ABSTRACT) or is_about_cited_work(text) or place.precedes_own_work and place.part is SectionPart.INTRODUCTION:
        return None
    amounts = _EFFORT.findall(text)
    if not amounts or not _WORKED.search(text) or not (sentence.speaks_of_paper or place.is_setup):
        return None
    if place.is_caption or _is_own_success(sentence):
        return None
    score = 1.0 * min(len(amounts), 3) + 1.5 * bool(_COMPUTE.search(text)) + 1.0 * is_about_this_paper(text) + sentence.relevance
    return score - 0.8 * bool(_ABLATION.search(text)) - 0.6 * place.is_detail - _length_malus(text)


SCORES: dict[str, Callable[[PaperSentence], Score]] = {
    "background": background,
    "prior_work": prior_work,
    "method": method,
    "methods": methods,
    "results": results,
    "significance": significance,
    "innovation": innovation,
    "performance": performance,
    "workload": workload,
}
"""For each part of a deep summary, how well a sentence belongs there."""


def _subject_is_own(sentence: PaperSentence) -> bool:
    """Whether the paper's own work is what the main clause speaks of, as far as the order of words tells."""
    text = sentence.text
    own = mentions(text, sentence.names) or re.search(r"\b(?:our|we|this (?:work|paper|study|method|approach))\b", text, re.I)
    if own is None:
        return False
    verb = _RESULT_VERB.search(text)
    return verb is None or own.start() < verb.start() or bool(re.match(r"[^,]{0,40}\b(?:show|find|demonstrate|reveal|indicate)", text))


def _is_own_success(sentence: PaperSentence) -> bool:
    text = sentence.text
    if not sentence.speaks_of_paper or is_about_cited_work(text) or not _RESULT_VERB.search(text):
        return False
    if _LOSS.search(_NO_LOSS.sub("", text)) or _MEASURING.search(text) or _RELEASE.search(text):
        return False
    return _subject_is_own(sentence)


def _continues(text: str) -> bool:
    """Whether it adds to what was said before: "We also …"."""
    return bool(re.search(r"^(?:\w+ ){0,2}(?:also|further|additionally|again|another)\b", text))


def _length_malus(text: str) -> float:
    return 0.8 if len(text) > 300 else 0.3 if len(text) > 240 else 0.0
