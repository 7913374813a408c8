"""The phrases of planted orders in the languages that cards speak, by what makes a sentence an order. Pure data.

A sentence is an order if it cancels other instructions, addresses a program or a reviewer, says what a summary or a
review of this paper has to say, or demands praise. None of these words alone makes one: papers study instructions,
reviewers and summaries, so that each phrase has the form of an order (an imperative at the beginning of a clause, a
modal verb, an address) and its object (earlier instructions, this paper, the text to be written, a good mark).
The patterns are matched against casefolded text.
"""

from __future__ import annotations

import re

from bot.summaries.order_phrases_by_language import CHINESE, JAPANESE, RUSSIAN, SPANISH, START

# ── English ───────────────────────────────────────────────────────────────────────────────────────────────────────

_MODEL = (
    r"(?:(?:large |multimodal |ai )?language models?|(?:m?ll|vl|lv?l)ms?|a\.?i\.?|gpts?|chat ?gpt|claude|gemini|llama"
    r"|chat ?bots?|bots?|copilot|(?:ai|llm|automat\w+|machine|virtual|digital|language)[- ](?:\w+ )?(?:models?"
    r"|agents?"
    r"|assistants?|systems?|tools?|reviewers?|readers?|summari[sz]ers?|pipelines?|evaluators?|graders?|bots?))"
)
_JUDGE = (
    r"(?:(?:ai|llm|peer|meta|paper|human|dear|future|fellow|automated|all|any)[- ])*"
    r"(?:reviewers?|referees?|area chairs?|program committee|summari[sz]ers?|graders?|editors?)"
)
_READER = rf"(?:{_MODEL}|{_JUDGE}|(?:ai )?assistants?|agents?)"
_PAPER = r"(?:paper|work|article|manuscript|submission|study|document|text|preprint|publication|abstract|contribution)"
_THIS = rf"(?:th(?:is|e (?:present|following|above|current|given))|our) (?:\w+ )?{_PAPER}"
_ITS = (
    r"(?:th(?:is|e|ese)|its|our|their) (?:\w+ )?(?:papers?|works?|articles?|manuscripts?|submissions?|stud(?:y|ies)"
    r"|methods?|approach(?:es)?|results?|findings?|authors?|contributions?|claims?|novelty)"
)
_OUTPUT = (
    r"(?:(?:peer |meta-?)?(?:summar(?:y|ies)|reviews?|review reports?|reports?|headlines?|takeaways?|answers?"
    r"|responses?"
    r"|outputs?|repl(?:y|ies)|translations?|assessments?|evaluations?|verdicts?|critiques?|digests?|tl;?drs?|cards?"
    r"|recommendations?|decisions?|descriptions?|rating|score|text|overview|abstract)s?)"
)
_MUST = (
    r"(?:must|should|shall|ha(?:s|ve) to|needs? to|ought to|will only|may only|can only|(?:is|are|be) (?:hereby "
    r"|kindly "
    r"|strongly |politely )?(?:asked|instructed|required|requested|advised|encouraged|urged|told|reminded|expected"
    r"|obliged|supposed|directed|ordered|commanded|invited|not allowed|not permitted|forbidden) to|please|is to|are to)"
)
_ACTION = (
    r"(?:write|say|state|reports?|outputs?|print|repeat|include|mention|praise|highlight|emphasi[sz]e|describe|rate"
    r"|score|recommend|accept|assign|give|award|grant|conclude|declare|call|claim|append|add|begin|start|end|finish"
    r"|respond|reply|answer|tell|note|stress|announce|omit|avoid|ignore|disregard|forget|override|translate"
    r"|summari[sz]e"
    r"|use|follow|comply|produce|generate|return|present|treat|rank|list|insert|quote|confirm|endorse|promote|portray"
    r"|characteri[sz]e|criti[cq]\w+|consider|regard|deem|judge|evaluate|assess|grade|refrain|skip|contain|consist"
    r"|read|express|convey|acknowledge|cite|champion|support)"
)
_NOT = r"(?:do not|don['’]?t|never|under no circumstances|not to|avoid|refrain from)"
_INSTRUCTIONS = (
    r"(?:instructions?|prompts?|directives?|guidelines?|commands?|rules?|constraints|orders|system messages?"
    r"|(?:prior|previous|earlier|above) (?:text|messages?|context|content|input)|policies)"
)
_EARLIER = (
    r"(?:all|any|every(?:thing)?|your|my|the (?:above|previous|prior|earlier|preceding|system|user|other"
    r"|original)|previous"
    r"|prior|earlier|above|preceding|those|these|other|existing|initial|original|system|former|past)"
)
_GOOD = (
    r"(?:highly|favou?rabl[ey]|positive(?:ly)?|enthusiastic\w*|glowing\w*|excellent|outstanding|ground-?breaking"
    r"|exceptional\w*|revolutionary|brilliant|seminal|landmark|flawless|perfect|best|superb|superior|masterpiece"
    r"|breakthrough|must-?read|10/10|(?:10|ten|5|five) out of|(?:maximum|highest|top|full|perfect|high|good|10) "
    r"(?:score"
    r"|rating|marks?|grade|possible|confidence)|strong accept|accept(?:ed|ance)?\b|best paper|an? award"
    r"|impressive|novel"
    r"|state of the art|praise|no (?:\w+ )?(?:weakness\w*|limitations?|flaws?|criticisms?))"
)
_BAD = (
    r"(?:negativ\w*|weakness\w*|limitations?|flaws?|criticisms?|shortcomings?|drawbacks?|problems|concerns?"
    r"|downsides?)"
)
_DOING = (
    r"(?:summari[sz]|review|evaluat|rat|assess|translat|describ|judg|grad|scor|rank|process|pars|read|critiqu"
    r"|analy[sz])ing"
)

_LEAD = (
    r"(?:(?:please|kindly|always|only|never|do not|don['’]t|just|simply|now|also|instead|you (?:must|should)|in "
    r"(?:your|the) \w+)[, ]+){0,3}"
)
_TEXT_VERB = (
    r"write|say|state|mention|summari[sz]e|describe|rate|recommend|accept|praise|highlight|emphasi[sz]e|respond"
    r"|reply|answer"
    r"|claim|conclude|declare|treat|(?:always )?refer to|tell|portray|present|characteri[sz]e|promote|endorse"
    r"|convince|assure"
    r"|inform|pretend|insert|append|include|translate|give|assign|award|grant|generate|produce|output|use"
    r"|disclose|repeat"
    r"|score|focus on|omit|hide|conceal|overlook|downplay|report|call|add|create|compose|draft|credit|quote"
)

_ENGLISH = (
    # Cancels other instructions.
    rf"{START}\W{{0,8}}(?:now,? )?(?:you (?:can |should |must |may )?)?(?:(?:completely|immediately|simply|just) "
    r")?(?:ignore|disregard|forget"
    r"|override|bypass|discard|drop|erase|cancel|set aside|stop following|pay no attention to|do not (?:follow"
    r"|obey)|don['’]t follow)\b"
    rf"[^.]{{0,40}}?\b(?:{_INSTRUCTIONS}|all previous\b|your (?:\w+ )?(?:rubric|criteria|training|programming"
    rf"|guardrails|safety)|(?:the |all |any )?(?:review\w*|evaluation|scoring|grading|rating) (?:criteria|rubrics?"
    rf"|forms?"
    rf"|policy|policies|guidelines?)|(?:what|everything|anything|all)(?: \w+){{0,4}} (?:above|before|told|said"
    rf"|prior|else|so "
    r"far))",
    rf"\b{_MUST} (?:now )?(?:ignore|disregard|forget|override|bypass) (?:\w+ )?(?:of )?{_EARLIER} (?:\w+ "
    rf"){{0,2}}{_INSTRUCTIONS}",
    rf"\b(?:ignore|disregard|forget|override) (?:all |any )?(?:of )?(?:your|my) (?:\w+ )?{_INSTRUCTIONS}",
    rf"{START}(?:new|updated|real|actual|secret|hidden) (?:system )?(?:instructions?|task|directive"
    r"|prompt)s?\s*[:：]",
    r"\byour (?:previous|prior|earlier|original|initial|system|hidden|actual|real|true|new|only) (?:\w+ "
    r")?(?:prompt|instructions?|task|role|job|goal)\b",
    rf"{START}(?:reveal|print|repeat|output|show|leak|disclose|dump) (?:the|this|your) (?:\w+ )?(?:prompt"
    r"|instructions)\b",
    # Makes the reader somebody else.
    rf"(?<!\bif )\byou are (?:now |henceforth )?(?:an?|the|my|in) (?:\w+[ -]){{0,3}}(?:{_READER}|expert|mode)\b"
    rf"|\byou are "
    r"now\b",
    rf"{START}(?:act|behave|respond|pose) as (?:an?|the|if|though)\b|{START}pretend (?:to be|that|you)\b"
    rf"|\bfrom now on,? (?:you|always|only|ignore|respond|answer|do)\b",
    # Addresses a program or a reviewer.
    r"\bif (?:you(?:['’]re| are)|this is being (?:read|processed|summari[sz]ed|reviewed) by|(?:this|the)(?: \w+)? "
    r"is (?:being )?(?:read|processed|parsed|handled|seen|summari[sz]ed|reviewed) by|(?:the )?reader is|read by) "
    rf"(?:an? |the )?(?:\w+ ){{0,2}}{_READER}\b",
    rf"\bif you (?:are|were) (?:\w+ ){{0,2}}{_DOING}",
    rf"\bas an? {_READER},? (?:you|please|your|it is your|do not|always|never|write|give|say|include|output"
    r"|recommend)\b",
    r"\b(?:dear|hey|hello|hi|attention,?|listen,?) (?:all |the |any |esteemed |honou?red |respected "
    rf")?{_READER}s?\b(?=\s*[,:;!.—–-]| (?:reading|who|that|please|you))",
    rf"{START}\W{{0,8}}(?:a |hidden |special |important |confidential |private |secret )*(?:notes?|messages?"
    r"|notice|memo|reminder|attention|warning|important|hint|instructions?|directives?|request|info(?:rmation)?)"
    rf"(?: intended| meant)? ?(?:to|for|:) (?:all |the |any |an? )*{_READER}\b[^.:,—–!\]]{{0,50}}(?:[:,—–!\]]|$| "
    r"(?:please|give|do not|you|must)\b)",
    rf"^\W{{0,8}}(?:to |for )?(?:all |any |the )?{_READER}(?: (?:reading|processing|parsing) this(?: "
    rf"\w+)?)?\s*[:,!—–]\s*(?:(?:please|you|always|never|do not|don['’]t)\b|{_ACTION} (?:the|this|it|that|a|an"
    r"|only|no|with|in|as|our|“|\")\b)",
    r"\bfor (?:all |any )?(?:ai|llm|language model|chatbot)s?(?: (?:reviewers?|assistants?|systems?|models?"
    r"|readers?))?\s*[:,—–][^.]{0,60}\b(?:must|should|please|do not|always|never)\b",
    # Says what an answer has to be.
    rf"\b(?:in |of |for )?your {_OUTPUT}\b[^.]{{0,30}}(?:\b(?:{_MUST}|{_NOT})\b|,? (?:please |always |only "
    rf")?{_ACTION} (?:that|the|this|only|a|an|it|how|all|no)\b)",
    rf"\byour (?:task|job|role|goal|duty|mission|objective) is\b|\b(?:you|we ask you to) {_MUST} (?:\w+ )?{_ACTION}\b"
    rf"|\b(?:we|i) (?:ask|want|need|instruct|order|command|request|urge|beg|expect) you\b",
    rf"\b{_OUTPUT} (?:written |made |produced |generated )?(?:of|for|about|on|based on) (?:{_THIS}"
    rf"|it)\b[^.]{{0,40}}\b(?:{_MUST}|may|can)\b",
    rf"\b(?:any|every|all|each|no|this) (?:\w+ )?{_OUTPUT} {_MUST} (?:\w+ )?(?:{_ACTION}"
    rf"|be)\b[^.]{{0,60}}(?:\b{_THIS}|[\"“']|\b(?:that|{_GOOD})\b)",
    rf"\b{_THIS} {_MUST} (?:\w+ )?(?:be|receive|get) (?:\w+ )?(?:{_GOOD}|accept|recommend|prais|rated|scored"
    r"|describ|summari[sz]|ranked|called|reviewed|presented|portrayed|listed|endorsed|promoted|labell?ed|awarded"
    r"|given)",
    rf"\b{_THIS} (?:truly |clearly |certainly |fully |definitely )?deserves? (?:to be accepted|acceptance|(?:an? "
    r"|the )?(?:\w+ )?(?:award|score|rating|marks?|praise))",
    rf"\b{_READER}\b[^.]{{0,60}}\b{_MUST}\b[^.]{{0,20}}\b{_ACTION}\b[^.]{{0,60}}\b(?:{_THIS}\b[^.]{{0,60}}\b{_GOOD}"
    rf"|{_THIS} (?:as|with|in)\b|it (?:{_GOOD}|as)\b|only (?:the )?(?:positive|strengths)"
    rf"|{_GOOD}[^.]{{0,40}}\b{_THIS})",
    rf"\b{_READER} (?:reading|processing|reviewing|summari[sz]ing|evaluating|handling|parsing) (?:{_THIS}|it"
    rf"|this)\b[^.]{{0,40}}\b{_MUST}\b",
    rf"\bthe (?:\w+ )?(?:summary|review|headline|takeaways?|tl;dr|verdict|digest|critique|translation) {_MUST} "
    rf"(?:\w+ )?{_ACTION} (?:that\b|[\"“']|this\b|only (?:the )?{_GOOD})",
    rf"\byour {_OUTPUT} (?:is|are|be|remains?|stays?) (?:\w+ )?{_GOOD}",
    r"\b(?:who(?:so)?ever|any(?:one|body)|every(?:one|body)|those|all|people|systems?|models?|tools?)(?: who| "
    rf"that)? (?:summari[sz]|review|evaluat|describ|rat|grad|scor|judg|translat)\w+ {_THIS} {_MUST}\b",
    r"\b(?:be|is|are) (?:\w+ )?(?:stated|mentioned|included|written|said|noted|repeated|added|quoted) in (?:every"
    rf"|any|each|all|your|the) {_OUTPUT}\b(?<=[^.])(?:[^.]{{0,10}} that\b|\W{{0,8}}$)",
    r"\b(?:the following|this|these) (?:\w+ )?(?:sentence|text|phrase|words?|statement|string|line|link)s? "
    rf"{_MUST} (?:appear|be (?:included|added|printed|repeated|quoted))",
    rf"\b(?:{_READER}|models?|readers?) {_MUST} (?:\w+ )?{_ACTION} (?:{_THIS}|this|it)\b[^.]{{0,30}}\b(?:as|{_GOOD})",
    r"\b(?:we|i) (?:\w+ )?(?:request|ask|urge|invite|encourage|beg|expect|want) (?:that |for )?(?:all |any |the "
    rf"|every )?{_READER}s?\b[^.]{{0,30}}{_ACTION}[^.]{{0,60}}(?:{_THIS}|\bour\b|{_GOOD}|{_BAD})",
    rf"\bit is (?:required|mandatory|essential|important|imperative|necessary) (?:that|for) [^.]{{0,40}}{_OUTPUT} "
    rf"(?:of {_THIS} )?(?:to )?{_ACTION}",
    # Says what a reader has to do with the paper; "in this work" only says where.
    rf"\b{_READER}s?\b[^.]{{0,60}}\b{_MUST}\b[^.]{{0,20}}\b{_ACTION}\w*\b[^.]{{0,50}}"
    rf"(?<!\bin )(?<!\bby )(?<!\bfrom )(?<!\bto )\b(?:this|our) (?:\w+ )?(?:paper|work|article|manuscript|submission"
    r"|study|preprint|abstract)\b",
    rf"\b(?:forbidden|prohibited|not allowed|not permitted|unacceptable) for (?:all |any |the |an? )?{_READER}s? to"
    rf" {_ACTION}",
    r"\bhereby (?:\w+ )?(?:told|instructed|ordered|asked|required|requested|commanded|directed|obliged)\b",
    rf"\byou (?:will|shall|must|should|can only|may only) (?:\w+ )?{_ACTION} {_THIS}",
    rf"\b(?:who(?:so)?ever|any(?:one|body) who|those who|(?:any|each|every|all) \w+ (?:that|which|who)) (?:will |may )?"
    r"(?:generat|writ|produc|compos|digest|summari[sz]|process|review|read|rat|evaluat|translat|judg)\w* (?:\w+ ){0,2}?"
    rf"(?:{_THIS}|this|(?:newsletter|digest|{_OUTPUT})\b)[^.]{{0,30}}(?:\b{_MUST}\b|, (?:please )?(?:make"
    rf"|{_ACTION})\b)",
    rf"\b(?:{_READER}|machines?|programs?|systems?|models?|tools?) (?:that|which|who) \w+ (?:this|our) (?:\w+ )?"
    rf"(?:{_PAPER}|pages?|lines?|entry)\b[^.]{{0,20}}\b{_MUST}\b",
    rf"\b(?:feedback|comments|remarks|opinions?|posts?|news|articles?) (?:on|of|about) {_THIS} {_MUST}\b",
    r"\bwhen you (?:\w+ )?(?:(?:write|report|talk|speak|read) (?:about|of)|sum up|summari[sz]e|review|describe"
    rf"|translate) (?:us|this|our)\b|^\W{{0,8}}{_READER}s?, your\b",
    r"\byour (?:\w+ )?(?:instructions|system prompt|guidelines|settings|programming) (?:is|are|say|tell|do|does"
    r"|must|may)\b",
    # Says what a reader has to think of the paper, or to keep quiet about.
    rf"\b{_READER}s?\b[^.]{{0,60}}\b{_MUST}\b[^.]{{0,20}}\b(?:present|describe|portray|characteri[sz]e|frame|call"
    rf"|label|introduce) {_ITS} as\b",
    rf"\b{_READER}s?\b[^.]{{0,60}}\b{_MUST}\b[^.]{{0,20}}\b(?:say|state|conclude|declare|claim|report|reply|respond"
    rf"|answer|agree|admit|stress|emphasi[sz]e) that {_ITS}\b[^.]{{0,40}}\b{_GOOD}",
    rf"\b{_READER}s?\b[^.]{{0,40}}\b{_MUST} (?:not|never)\b[^.]{{0,20}}\b{_ACTION}\b[^.]{{0,30}}\b{_BAD}[^.]{{0,20}}"
    rf"\b{_THIS}",
    rf"\b{_READER}s?\b[^.]{{0,60}}\b{_MUST}\b[^.]{{0,40}}\b(?:strong accept|accept(?:ance)? without|full approval"
    r"|(?:10|ten) out of (?:10|ten))",
    rf"\b{_READER} (?:who |that |which )?(?:reads?|reading|sees?|seeing|process\w*|encounter\w*|pars\w+) (?:these|the "
    rf"following|this) (?:words?|lines?|sentences?|passages?|notes?|text|pages?)\b[^.]{{0,40}}\b{_MUST}\b",
    rf"\bit is (?:required|mandatory|essential|imperative|necessary|crucial|vital)\b[^.]{{0,80}}\b{_THIS}\b[^.]{{0,40}}"
    rf"\b{_GOOD}",
    # Addresses a program through whoever runs it, or by a note on whom the text is for.
    rf"{START}(?:please |kindly )?(?:(?:instruct|tell|ask|have|let|make|prompt|direct) your (?:{_READER}|models?)"
    rf"|(?:instruct|tell|ask) (?:the|any|every) {_READER})s? (?:to )?\w+",
    rf"^\W{{0,8}}for (?:the |any |all )?{_READER}s? only\b|\b(?:this|these|the following) (?:\w+ )?(?:text|notes?"
    r"|passages?|sentences?|lines?|paragraphs?|messages?|words?|instructions?) (?:is|are) (?:only "
    r"|solely )?(?:meant |intended "
    rf"|written )?(?:for|addressed to|directed at) (?:the |any |all |an? )?(?:{_READER}|models?|machines?"
    rf"|programs?)s?\b"
    r"[^.]{0,60}(?:[:;–—]|$)",
    # Says what to do while reading.
    rf"\b(?:when(?:ever)?|while|before|after|if|in|for|upon|on)\b[^.,]{{0,20}}\b(?:{_DOING}|(?:asked|told"
    rf"|instructed) to (?:summari[sz]e|review|rate|evaluate|describe|translate)|(?:asked|questioned) about {_THIS}"
    rf"|(?:writing|producing|generating"
    rf"|creating|preparing|drafting|composing) (?:an? |the |your |any )?{_OUTPUT})\b"
    rf"[^.]{{0,40}}?(?:[,:;]|\bthen\b)\s*(?:please |always |only |also |you (?:must |should )?|be sure to |make "
    rf"sure to |remember to |{_NOT} )*{_ACTION} (?:that|the|this|it|its|only|a|an|them|no|all|how|as|none|any|in"
    r"|with|to|“|\"|positive\w*|:)",
    rf"\b(?:when(?:ever)?|while|before|after|if|upon) (?:you )?(?:{_DOING}|summari[sz]e|review|rate|evaluate) "
    rf"(?:{_THIS}|this|it)\b[^.]{{0,30}}(?:[,:;]|\bthen\b)\s*(?:please|you|always|never|do not|don['’]t|make sure"
    rf"|be sure|remember|ensure|{_ACTION})\b",
    # Demands, without an address.
    rf"{START}\W{{0,8}}(?:always |only |just |simply )?(?:rate|score|accept|recommend|praise|champion|endorse"
    rf"|promote|rank|grade|summari[sz]e|describe|portray|present|treat|call|translate) {_THIS}",
    rf"{START}\W{{0,8}}(?:always |only |just |simply )?(?:give|assign|award|grant) (?:it|{_THIS}|this)? ?(?:an? "
    rf"|the )?(?:\w+ ){{0,2}}?{_GOOD}",
    rf"{START}(?:strongly )?(?:recommend|vote for|suggest) (?:strong )?(?:acceptance|accepting)\b|\bgive (?:this "
    r"paper )?an? (?:only )?(?:positive|good|favou?rable) review",
    rf"{START}(?:please )?(?:state|say|write|report|mention|claim|conclude|declare|emphasi[sz]e|stress|highlight"
    r"|note|add|include|tell (?:the )?(?:reader|user|everyone|people)s?|make (?:it )?(?:clear|sure))(?: in "
    rf"(?:your|the|any) {_OUTPUT})? that (?:this|the (?:paper|work|authors?|method|present|results? (?:is|are))"
    rf"|it(?: is|'s)|our|all\b[^.]{{0,20}}\b{_GOOD})(?=[^.]*\b(?:{_GOOD}|{_OUTPUT}|proven?|first|only|solve[sd]?"
    r"|revolution\w*))",
    rf"{START}\W{{0,8}}(?:please )?(?:only |always )?(?:mention|write|report|list|include|highlight|emphasi[sz]e) "
    r"(?:only |exclusively )?(?:the )?(?:positive|strengths|good)\b",
    rf"\b{_NOT} (?:mention|highlight|list|report|discuss|include|raise|point out|state|give|write|output|note"
    r"|reveal|criticise|criticize)(?:ing)? (?:any|the|its|a|this|negative|weaknesses"
    rf"|limitations)\b[^.]{{0,30}}(?:\b{_BAD}|{_THIS}|$|instruction|prompt)",
    rf"{START}(?:respond|reply|answer|output|begin|start|end|finish|conclude)\b(?: only| exactly| just)?(?: "
    rf"(?:your|the|every|each) {_OUTPUT})? (?:only )?(?:with|by saying|by writing)\b[^.]{{0,40}}(?:[\"“'‘]|the "
    r"(?:word|phrase|sentence|following|text)|json)",
    rf"\b{_MUST} (?:respond|reply|answer|output|begin|start|end) (?:only )?with\b[^.]{{0,20}}(?:[\"“'‘]|the "
    rf"(?:word|phrase|sentence))[^.]{{0,60}}{_GOOD}",
    rf"{START}(?:include|insert|append|add|output|print|write|repeat|say|use)\b (?:only )?(?:the|this|these"
    rf"|following)[^.]{{0,20}}\b(?:word|phrase|sentence|text|link|url|string|line|words|statement|keyword"
    r"|tag)s?\b(?! embeddings?)",
    rf"{START}instead,? (?:say|write|state|report|answer|reply|claim)\b",
    rf"{START}(?:say|write|mention|reveal|disclose|report) (?:nothing|no word|not a word)\b|{START}(?:tell|inform"
    r"|assure|convince|remind) (?:the|your|every|all|any) (?:\w+ )?(?:readers?|users?|audience|humans?|committee"
    r"|editors?|chairs?)\b"
    rf"|{START}(?:tell|inform|assure|convince|remind) (?:everyone|everybody|people|them|all) that\b",
    # An imperative at the beginning of a sentence: abstracts have next to none, and these speak of the paper.
    rf"^\W{{0,8}}{_LEAD}(?:consider|deem|regard|judge|evaluate|assess|grade) {_THIS}[^.]{{0,40}}\b{_GOOD}",
    # "Call a set perfect if …" and "Give an example of …" define and ask; they are about no paper.
    rf"^\W{{0,8}}{_LEAD}(?!(?:call|say|give|write|use|include|add|create|generate|produce)\b(?: that)? (?:an?|two|every"
    rf"|each|f|x) (?!(?:very |most |truly )?{_GOOD}))(?:{_TEXT_VERB})\b(?!-)[^.]{{0,80}}?(?:{_THIS}|\b(?:your|the"
    rf"|any|every|in|a) (?:\w+ "
    rf")?(?:summar(?:y|ies)|reviews?|headlines?|takeaways?)\b|\b{_GOOD}|\bour (?:\w+ )?(?:approach|method|paper"
    r"|work|results?|contributions?|model|framework|company|startup|product|shop|website|team|lab)\b|\bthe "
    r"(?:authors?|claims|proposed|strengths|advantages|contributions)\b|\b(?:this|the) (?:\w+ )?(?:method"
    rf"|approach|result|technique|model)\b[^.]{{0,20}} as\b)",
    rf"^\W{{0,8}}(?:please )?(?:{_NOT}|under no circumstances)\W{{0,8}} (?:mention|disclose|reveal|report|state"
    r"|say|write|tell|discuss|criticis|criticiz|question|admit|show|summari[sz]e|include|list)\w* (?:that|the|any"
    r"|it|this|how|about|a)\b",
    rf"^\W{{0,8}}{_LEAD}(?:make sure|be sure|ensure|see to it|remember|take care)\b[^.]{{0,40}}(?:your|{_THIS}"
    r"|summary|review|positive)",
    rf"{START}(?:stop|cease|quit|skip) {_DOING}\b|{START}(?:override|new task|task override|admin|root|sudo)\s*[:;]",
    r"\bemphasi[sz]e (?:its|the|this \w+['’]s) (?:exceptional|outstanding|groundbreaking|great|extraordinary)",
    # What chat templates and prompts put around messages.
    r"^\W{0,8}(?:system|assistant|user|human|developer)\s*(?:message|note|prompt|override|instruction|alert)?s?\s*:",
    r"(?<![-\w])(?:begin|start|end)(?:[ _]of)?[ _](?:the[ _])?(?:system[ _])?(?:prompt|instructions|user input"
    r"|untrusted)\b|\bsystem (?:override|prompt override)\b",
    r"</?(?:paper|system|instructions?|data|prompt|user|assistant|document|context)(?:\s+\w+=[^>]{0,40})?\s*/?>"
    r"|</?(?:paper|system|instructions?|data)\b"
    r"|\[/?(?:inst|system|instructions?)\]|<\|(?:im_|system|user|assistant|end)|<</?sys>>|^#{2,}\s*(?:system"
    r"|instructions?|response)",
)


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, patterns))


ORDERS = (
    (re.compile("[a-z]"), _compiled(*_ENGLISH, *SPANISH)),
    (re.compile("[\u0400-\u04ff]"), _compiled(*RUSSIAN)),
    (re.compile("[\u4e00-\u9fff]"), _compiled(*CHINESE)),
    (re.compile("[\u3040-\u30ff\u4e00-\u9fff]"), _compiled(*JAPANESE)),
)
"""Patterns by the letters that a text must have for them."""

SPACED_ORDERS = re.compile(
    r"(?:ignore|disregard|forget|override)\w{0,20}(?:instruction|prompt|rule)|(?:review|rat|summar|accept"
    r"|recommend|prais|highlight)\w{0,24}"
    r"(?:this)?(?:paper|work|positive|acceptance|highly)|(?:giv|writ)\w{0,12}positive|ifyouare\w{0,12}(?:ai|model"
    r"|llm|assistant|reviewer)"
)
"""Orders in words that were written letter by letter: no spaces tell where a word ends."""
