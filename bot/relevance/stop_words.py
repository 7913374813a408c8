"""Words that tell nothing about a paper's subject: English function words and the filler of abstracts."""

from __future__ import annotations

from bot.topics.plurals import singular

_FUNCTION_WORDS = """
    a about above across after again against all almost alone along already also although always among an and
    another any anyone anything are arent around as at away back be became because become been before behind being
    below beside besides between beyond both but by can cannot cant could did didnt do does doesnt doing done dont
    down due during each either else enough etc even ever every everyone everything few first for from further
    furthermore get give given go had has have having he hence her here herein him his how however i if in indeed
    instead into is isnt it its itself just keep last later least less let like little made mainly make many may
    maybe me mean meanwhile might mine more moreover most mostly much must my myself namely neither never
    nevertheless next no nobody none nor not nothing now of off often on once one only onto or other otherwise our
    ours out over own per perhaps please quite rather really regarding said same say second see seem seen several
    shall she should show since so some somehow someone something sometimes somewhat still such take than that the
    their them themselves then there thereby therefore therein these they thing third this those though three
    through throughout thus to together too toward towards two under until up upon us use used using usually various
    versus very via want was wasnt we well went were werent what whatever when whenever where whereas whereby
    wherein whether which while who whole whom whose why will with within without wont work would yet you your
"""
_FILLER = """
    able abstract according achieve achieved achieving additional additionally aim allow allowing analyze approach
    art article author available based baseline benchmark better carry com common commonly compare compared
    comparison competitive complex comprehensive conduct consider considered considering consist consistent
    consistently contain contribute contribution current currently demonstrate demonstrating depend describe despite
    develop developed different difficult directly discuss easily effective effectively effectiveness efficient
    efficiently employ enable enabling especially establish evaluate evaluated evaluation examine example existing
    experiment experimental explore extensive extensively final finally find finding focus following framework fully
    general generally github good help high higher highly http https idea identify illustrate impact implement
    important improve improved improvement improving include including increase increasing increasingly introduce
    introduced introducing investigate issue key lack large largely lead leading leverage leveraging limit
    limitation limited low lower main major method methodology moreover motivated need new novel obtain obtained
    offer open outperform outperforming overall paper particular particularly perform performance performed possible
    potential potentially present presented previous previously prior problem propose proposed proposing provide
    provided providing publicly range recent recently related rely relying remain remaining report reported
    represent require required requiring respectively result resulting reveal robust robustly set setting showing
    shown significant significantly simple simultaneously single solution specific specifically state strong study
    substantial substantially success successful successfully suffer suggest suggesting superior support task
    technique term type typically understand utilize utilizing validate verify wide widely www year yield yielding
"""

STOP_WORDS = frozenset(map(singular, f"{_FUNCTION_WORDS} {_FILLER}".split()))
"""As `bot.topics.text.words` gives them: folded and singular."""
