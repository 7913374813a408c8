"""The phrases that tell to which part of a deep summary a sentence of a full text belongs. Pure."""

from __future__ import annotations

import re


def _re(pattern: str) -> re.Pattern[str]:
    """A pattern in verbose syntax: spaces in it are escaped."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


# ── the field and the work of others ──────────────────────────────────────────────────────────────────────────────

ONE_WORK = _re(
    r"^(?:[\w’'-]+\ (?:and\ [\w’'-]+\ )?(?:et\.?\ al\.?|\((?:19|20)\d\d)"
    r"|(?-i:[A-Z]\w+)\ (?:introduces?|proposes?|presents?)\b)"
)
"""A single work of others as the subject: "Kim et al. (2020) use …", "Kayal introduces …"."""

_THINGS = (
    r"(?:methods?|approach\w*|works?|models?|systems?|techniques?|benchmarks?|studies|solutions?|datasets?|research|"
    r"efforts?|evaluations?|frameworks?|pipelines?|algorithms?|tools?|predictions?|theor(?:y|ies)|simulations?|"
    r"strategies|architectures?|networks?|surveys?|analyses|measurements|literature)"
)
OTHERS = _re(
    r"\b(?:existing|current|prior|previous|conventional|traditional|classical|standard|typical|recent|most|many|"
    r"several|"
    r"other|earlier|widely\ used|state-of-the-art|popular|known|today['’]?s?|available|dominant|common|"
    r"majority\ of)\ "
    rf"(?:[\w-]+\ ){{0,4}}?{_THINGS}\b"
    r"|\b(?:has|have)\ been\ (?:used|shown|found|studied|proposed|applied|explored|investigated|developed|"
    r"introduced)\b"
    r"|\b(?:researchers|authors|studies)\ have\b|-based\ (?:methods|approaches|models)\b"
)
REPORTED = _re(
    rf"\b(?:{_THINGS}|analysis|experiments?|calculations?|works?)\b[^;.]{{0,120}}?\b(?:showed|predicted|found|"
    rf"demonstrated|reported|"
    r"revealed|noted|(?:have|has)\ (?:\w+ly\ )?(?:shown|found|demonstrated|predicted|reported|revealed|noted|"
    r"suggested|explored|proposed|"
    r"investigated|focused|achieved|studied|inspired))\b"
)
"""What studies found so far; the field's question is something else."""

GAP = _re(
    r"\b(?:challeng\w*|bottleneck|limit(?:s|ed|ation|ations|ing)?\b|lacks?\b|lacking|fails?\b|failure|"
    r"falls?\ short|suffer\w*|"
    r"struggl\w*|hinder\w*|hamper\w*|gaps?\b|costly|expensive|inefficien\w*|difficult\w*|hard\ to|overlook\w*|"
    r"neglect\w*|ignor\w*|"
    r"until\ (?:now|(?:very\ )?recently)|so\ far|to\ date|unclear|unknown|under-?explored|unexplored|"
    r"open\ (?:question|problem)|poorly\ understood|remains?\b|insufficient\w*|"
    r"scarce|scarcity|little\ (?:is\ known|attention)|drawbacks?|prone\ to|vulnerab\w*|bias(?:es|ed)?\b|rarely|"
    r"cannot|"
    r"can\ not|unable|no\ way|not\ (?:been|yet|well|always|designed|able|only\ on|directly|thoroughly|sufficiently|"
    r"incorporate|consider|capture|scale|account|provide)|precludes?|restrict\w*|barriers?|susceptible|spurious|"
    r"solely|"
    r"too\ (?:strict|large|slow|long)|obscure\w*|obstacle|impractical|unreliable|inaccura\w*|as\ is\b|"
    r"ill-suited|sensitive\ to)"
)
IMPORTANCE = _re(
    r"\b(?:has|have)\ (?:recently\ |become|emerged|been|gained|attracted|made|long)|"
    r"\b(?:is|are)\ (?:increasingly|widely|essential|critical|crucial|fundamental|central|important|key|vital|"
    r"ubiquitous|"
    r"typically|among|used|one\ of|an?\ \w+\ (?:task|problem|tool|aspect|part|area|source))\b|"
    r"\b(?:recent(?:ly)?|widely|increasingly|in\ recent\ years|growing|rapid(?:ly)?|ubiquitous|lies\ at|play)\b"
)

# ── what the paper does ───────────────────────────────────────────────────────────────────────────────────────────

MADE = _re(
    r"\b(?:we|i|this\ (?:paper|work|article|study)|our\ (?:work|paper)|(?:the|our)\ (?:main\ |"
    r"key\ )?contributions?\ of\ this\ paper)\b"
    r"(?:\ (?:\w+ly|here|also|then))*\ (?:is\ the\ introduction|propos|introduc|present|develop|design|devis|"
    r"built|build|releas|"
    r"describ|construct|creat|contribut|identif|formulat|deriv|establish|investigat|stud|analy[sz])\w*"
)
EVALUATES = _re(r"\bto\ (?:evaluate|test|assess|verify|validate|demonstrate|illustrate|show)\b|^as\ a\ demonstration\b")
MECHANISM = _re(
    r"\b(?:consists?\ of|comprises?|is\ (?:built|based|composed|initiali[sz]ed|trained|designed|obtained|"
    r"computed|applied|"
    r"formulated|implemented)|are\ (?:built|based|composed|initiali[sz]ed|trained|obtained|computed|randomly|"
    r"applied|encoded|"
    r"replaced|added|combined)|takes?\ [^.]{0,60}\bas\ input|generates?|outputs?|maps?|encodes?|uses?|relies|"
    r"employs?|leverages?|enforces?|defines?|"
    r"operates?|combines?|integrates?|contains?|performs?|learns?|activates?|inserts?|follows?|adds?|replaces?|"
    r"guarantees?|ensures?|attends?|selects?|searches|processes|introduces?|incorporates?|does\ not|"
    r"(?:was|were)\ (?:set|trained|obtained|generated|collected|computed|encoded|replaced|calculated|simulated))\b"
)
STEP = _re(
    r"\b(?:we|i)\b(?:\ \w+ly|\ then|\ first|\ further|\ next)?\ (?:use|employ|adopt|leverage|train|combine|integrate|"
    r"apply|incorporate|formulate|model|derive|decompose|extract|fine-?tune|exploit|utili[sz]e|collect|"
    r"construct|compute|"
    r"learn|optimi[sz]e|encode|generate|augment|replace|cast|embed|impose|adapt|implement|sample|select|perform|"
    r"assign|"
    r"enforce|modify|add|initiali[sz]e|treat|solve|simulate|measure|estimate|obtain|compile|build|keep|join|search|"
    r"calculate|include|divide|split|retain|follow|insert|update|minimi[sz]e|maximi[sz]e|share|project|map|feed|mask|"
    r"prompt|match|filter|introduce|develop|determine|extend|quantify|restrict|reconstruct|freeze|merge|rank|"
    r"(?!showed|found|"
    r"observed|concluded|noted|discussed|expected|believed)\w+ed)\b"
)
STRUCTURE = _re(
    r"\b(?:consists?\ of|comprises?|is\ (?:built|based|composed|designed|formulated|implemented)|"
    r"takes?\ [^.]{0,60}\bas\ input|maps?|"
    r"encodes?|uses?|relies|employs?|leverages?|combines?|integrates?|incorporates?|operates?|learns?|follows?|"
    r"extends?|replaces?|"
    r"decomposes?|generates?|adds?|treats?|models?|stitches|searches|describes?|defines?|enforces?)\b"
)
"""Verbs that say what a system is made of or how it works."""

NEEDED = _re(
    r"\bwe\ (?:need|must|have|want|wish|aim|should|could|may|might|can|are|hope|plan|believe|suspect|"
    r"hypothesi[sz]e)\b|"
    r"\bwe\ (?:chose|choose|showcase|highlight|invite|encourage|recommend)\b|^similar(?:ly)?\ to\b"
)
"""What would be necessary or possible, and why something was chosen: no step of its own."""

SETTING = _re(
    r"\b(?:beam\ size|learning\ rate|batch\ size|epochs?|dropout|weight\ decay|warm-?up|random\ seeds?|checkpoints?|"
    r"hyper-?parameters?|(?:validation|development)\ set|for\ validation|optimizer|training/validation|"
    r"vocabulary|padding|"
    r"gpus?|precision\ is)\b"
)
NEWNESS = _re(
    r"\b(?:the\ first|for\ the\ first\ time|first\ (?:to|model|method|study|work|time)|novel(?:ty)?|new\b|unlike|"
    r"novelty|in\ contrast\ to|instead\ of|rather\ than|differs?\ from|(?:main|key|our|major|primary|"
    r"core)\ (?:\w+\ )?contributions?|eschew\w*|dispens\w+|without\ (?:using|any|requiring)|"
    r"to\ the\ best\ of|to\ our\ knowledge|unique|identif\w+|no\ (?:longer|need))\b"
)
FIRST = _re(r"\b(?:the\ first|for\ the\ first\ time|to\ (?:the\ best\ of\ )?our\ knowledge)\b")
RELEASE = _re(
    r"\b(?:licen[sc]e|available|open-?sourced?|github|code\ (?:is|and|has)|(?:will\ be|is|are|"
    r"we)\ (?:\w+ly\ )?(?:released?|published))\b"
)

# ── what came out ─────────────────────────────────────────────────────────────────────────────────────────────────

OUTDOES = _re(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beats?|achiev\w+|attain\w*|state[- ]of[- ]the[- ]art|SoTA|"
    r"superior|performance|accuracy)\b"
)
SUCCESS = _re(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beats?|achiev(?:e|es|ed|ing)|attain(?:s|ed)?|reach(?:es|ed)?|"
    r"improv(?:es?|ed|ing|ements?)|"
    r"reduc(?:es?|ed|ing|tions?)|yield(?:s|ed|ing)?|gains?|speed-?\ ?ups?|superior|advantage\ over|preferred|"
    r"match(?:es|ed)|mirror(?:s|ed)|"
    r"on\ par|comparable\ (?:to|with)|at\ a\ level|new\ state[- ]of[- ]the[- ]art|(?:faster|better|"
    r"smaller|larger|higher|"
    r"lower|fewer|stronger|cheaper|more\ \w+|less\ \w+)\b[^.;]{0,60}?\bthan|with\ fewer|"
    r"exhibits?\ (?:a\ )?(?:superior|greater)|"
    r"increas(?:es?|ed)|enhanc(?:es?|ed)|boosts?|boosted|approach(?:es)?\ the|establish(?:es|ed|ing)\ a\ new|"
    r"generali[sz]es\ well|halv(?:es|ed)|doubl(?:es|ed)|saves?|shorten(?:s|ed)?|cuts?)\b"
)
_FINDS = (
    r"(?:shows?|showed|shown|finds?|found|demonstrate[sd]?|reveal(?:s|ed)?|confirm(?:s|ed)?|conclude[sd]?|"
    r"observe[sd]?|"
    r"indicate[sd]?|prove[sd]?|establish(?:es|ed)?|identif(?:y|ies|ied))\b"
)
FOUND = _re(
    rf"\b(?:we|i)\ (?:\w+ly\ |also\ |further\ |then\ |first\ ){{0,2}}{_FINDS}"
    r"|\b(?:results?|experiments?|evaluations?|findings?|simulations?|analys[ei]s|observations?|measurements?|"
    r"data|tests?|"
    rf"work|study|paper)\b[^.;]{{0,50}}?\b{_FINDS}"
)
MEASURED = _re(
    r"\b(?:estimate[sd]?|classif(?:y|ies|ied)|predict(?:s|ed)?|explain(?:s|ed)?|distinguish(?:es)?|obtain(?:s|"
    r"ed)?|got|determine[sd]?|"
    r"decreas(?:es?|ed|ing)|takes?|needs?|costs?)\b"
)
"""Verbs that report a result if an amount stands beside them."""

AMOUNT = _re(
    r"(?<![\w./-])[+-]?\d+(?:[.,]\d+)*\s*(?:\\?%|×|x\b|points?\b|pp\b|dB\b|-?fold|times\b|BLEU|dex\b|percent\w*|"
    r"σ|sigma|"
    r"[kmµn]?[smgVWJ]\b|seconds?|hours?|fps)|(?<![\w./-])\d+\.\d+(?!\.?\d)|"
    r"\b(?:twice|half|one\ third|orders?\ of\ magnitude|two-fold|tenfold)\b"
)
LOSS = _re(
    r"\b(?:worse|worst|inferior|underperform\w*|degrad\w+|fails?|failed|failure|struggl\w*|poor(?:ly)?|"
    r"unfortunately|cannot|"
    r"can\ not|unable|limited|limitations?|drops?|dropped|declin\w+|hurts?|harms?|below|behind|suffer\w*|"
    r"(?:achieve|reach|obtain|attain)\w*\ only|only\ (?:comparable|marginal\w*|slight\w*|achieve\w*|reach\w*)|"
    r"(?:did|does|do)\ not|not\ (?:always|able|well|as|yet|been|comprehensively|clear|suitable|sufficient|"
    r"necessarily|guarantee\w*|imply|comparable|"
    r"performed|allow\w*))\b"
)
"""A loss or a limit: not what the paper achieved."""

NO_LOSS = _re(
    r"\b(?:do|does|did)\ not\ (?:\w+ly\ )?(?:sacrific\w+|requir\w+|need|degrad\w+|increas\w+|harm|hurt|reduc\w+|"
    r"compromis\w+|affect|change)|"
    r"\b(?:no|without|not|nor|less|smaller|avoid\w*|prevent\w*|mitigat\w*|reduc\w*)\ (?:[\w-]+\ ){0,5}?"
    r"(?:degrad\w+|drops?|failures?|loss|declin\w+|worse|limitations?)"
    r"|\b(?:error|loss|latency|cost|perplexity|rmse|mae|memory|time|rate)s?\ (?:\w+\ ){0,3}?(?:drops?|dropped|"
    r"declin\w+|below)"
    r"|\blimited\ (?:\w+\ ){0,2}?(?:data|memory|resources|supervision|compute|training)"
)
"""Words of a loss that tell of a gain."""

ABLATION = _re(
    r"\b(?:ablat\w+|remov(?:e|es|ed|ing)|delet(?:e|es|ed|ing)|disabl\w+|drop(?:ping|ped)\ the|without\ (?:the|our)\b|"
    r"w/o|ensembl\w*|variants?|hyper-?\ ?parameters?|sensitivity|vary(?:ing)?|varied|replac(?:e|es|ed|ing)|"
    r"for\ different\ values|further\ (?:enhanc|improv|increas|observ)\w*|augmentation)\b"
)
MEASURING = _re(
    r"\bwe\ (?:also\ |further\ |then\ |only\ |therefore\ |thus\ )?(?:report|use|used|evaluated?|measured?|"
    r"compared?|adopt|conduct(?:ed)?|perform(?:ed)?|consider|"
    r"test|assess|set|select|selected|choose|chose|train|trained|employ|employed|varied|vary|follow|averaged|"
    r"fix|fixed|picked|"
    r"pick|rely|ask|computed?|need|add|interpret|hypothesi[sz]e|suspect|surmise|expect|investigate|answer|hope|"
    r"plan|believe|"
    r"designed?|developed?|constructed?|fit|restrict|turn|apply|want|provide|offer|support)\b"
    r"|\b(?:analyses|simulations|experiments|calculations)\ were\ (?:performed|run|carried|conducted)|"
    r"\bon\ (?:a|an|one|the)\ (?:[\w.]+\ ){0,4}(?:machine|cluster|processor)\b"
)
"""How something was measured, or what the authors suppose: no result."""

COMPARES = _re(
    r"\b(?:than|outperform\w*|surpass\w*|exceed\w*|state[- ]of[- ]the[- ]art|compar\w+|baselines?|faster|"
    r"smaller|best|superior|"
    r"previous(?:ly)?|existing|all\ other|competitive|sacrific\w+)\b"
)

# ── what follows from it ──────────────────────────────────────────────────────────────────────────────────────────

OUTLOOK = _re(
    r"\b(?:our|this|the\ present)\ (?:\w+\ ){0,2}?(?:work|results?|findings?|study|method|approach|analysis|"
    r"framework|"
    r"observations?|experiments?)\b[^,.;]{0,40}?\b(?:demonstrat\w+|show\w*|suggest\w*|indicat\w+|impl(?:y|ies)|"
    r"highlight\w*|"
    r"underscor\w+|provid\w+|offer\w*|open\w*|pav\w+|enabl\w+|represent\w*|establish\w*|point\w*|contribut\w+|"
    r"advanc\w+|"
    r"help\w*|lay\w*|support\w*|reveal\w*|is\ valuable|can\ be|(?:has|have)\ implications)\b"
)
CONSEQUENCE = _re(
    r"\b(?:step\ (?:toward|towards|in|forward|to)|important\ (?:progress|step)|progress\ towards?|pav\w+\ the\ way|"
    r"open(?:s|ing)?\ (?:up|the\ door|new|a\ new|interesting)|potential\ (?:to|for|of)|implications?\ (?:for|"
    r"of)|valuable\ for|"
    r"useful\ (?:for|in|to)|(?:powerful|promising|viable|practical)\ alternative|"
    r"(?:can|could|may|might|will)\ (?:also\ |then\ )?(?:help|enable|serve|benefit|guide|inform|support|"
    r"facilitate|lead\ to|"
    r"be\ (?:used|applied|extended|adapted|deployed|integrated|combined|generali[sz]ed)|compress|exist)|"
    r"help(?:s|ing)?\ (?:the\ )?(?:community|researchers|practitioners|clinicians|scientists|engineers|users|"
    r"developers|\w+ers|\w+ists)|"
    r"real-world\ (?:applications?|use|settings?|scenarios?)|foundation\ for|basis\ for|"
    r"insights?\ into|generali[sz]es?\ (?:well\ )?to|compatible\ with|"
    r"applicable\ to|extend\ (?:\w+\ ){1,4}to|future\ (?:research|directions?|studies)|we\ (?:hope|believe|"
    r"expect|envision|anticipate|plan|conclude|concluded)|"
    r"our\ (?:aim|hope|goal)\ is|indicating\ that|suggest(?:s|ing)?\ that|impl(?:y|ies|ying)\ that|implying|"
    r"signal(?:s|ing)|"
    r"hints?\ at|than\ (?:what\ was\ )?previously\ thought|eliminat\w+|democrati[sz]\w+|not\ necessary|no\ longer|"
    r"without\ (?:the\ need|requiring|sacrific\w+)|makes?\ it\ possible|enables?\ (?:easy|fast|new|the)|"
    r"physical\ laws|can\ learn)\b"
)
PLANNED = _re(r"\bwe\ plan\b|\bfuture\ (?:work|research)\b|\bwe\ (?:will|intend|aim)\b|\bcould\ also\b")

# ── how much was done ─────────────────────────────────────────────────────────────────────────────────────────────

EFFORT = _re(
    r"\b(?:\d[\d,.]*\ ?[kKMBT]?|\w+teen|ten|twenty|thirty|forty|fifty|three|four|five|six|seven|eight|nine|"
    r"(?:\w+\ )?(?:hundreds?|thousands?|millions?|billions?))\s+(?:[\w/-]+\s+){0,4}?"
    r"(?:gpus?|tpus?|cpus?|cores?|hours?|days?|weeks?|months?|examples?|samples?|images?|sentences?|tokens|"
    r"annotators?|participants?|patients|subjects|experiments?|data\ ?sets?|models?|tasks|papers|documents|"
    r"pairs|runs|simulations?|"
    r"galaxies|stars|objects|events|queries|questions|prompts|instances|videos?|users?|trials?|configurations?|"
    r"molecules|"
    r"structures|trajectories|episodes|frames|records|articles|languages|benchmarks?|cells|particles|"
    r"observations|measurements|"
    r"seeds|floors|sites|species|genes|proteins|graphs|networks|respondents|students|interviews|patches|scenes|"
    r"objects)\b"
)
MUCH = _re(r"\b(?:\d{1,3}(?:,\d{3})+|\d{4,}|\d[\d.]*\ ?[kKMBT]|(?:hundreds?|thousands?|millions?|billions?))\b")
COMPUTE = _re(r"\b(?:gpus?|tpus?|cpus?|gpu-hours|hours|days|weeks|annotators?|participants?)\b")
WORKED = _re(
    r"\b(?:train\w*|collect\w*|annotat\w+|evaluat\w+|compar\w+|simulat\w+|ran|run|runs|process\w*|sampl\w+|"
    r"compris\w+|consist\w*|"
    r"contain\w*|includ\w+|review\w*|gather\w*|analy[sz]\w+|fine-?tun\w+|recruit\w*|measur\w+|label\w*|took|"
    r"built|construct\w*|"
    r"select\w*|conduct\w*|perform\w*|generat\w+|test\w*)\b"
)
