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
    abstract achieve achieved achieving additionally aim article author based com conduct consider considered
    considering consist contribute contribution demonstrate demonstrating despite develop developed directly discuss
    easily employ enable enabling especially establish existing extensive extensively finally finding following
    furthermore generally github highly http https illustrate important include including increasingly introduce
    introduced introducing investigate leading leverage leveraging mainly major moreover motivated need new novel
    obtain obtained outperform outperforming overall paper particular particularly potentially present presented
    previous previously propose proposed proposing provide provided providing recent recently report reported
    respectively result resulting reveal show showing shown significantly simultaneously specifically substantially
    successfully suggest suggesting typically utilize utilizing various widely www yield yielding
"""

STOP_WORDS = frozenset(map(singular, f"{_FUNCTION_WORDS} {_FILLER}".split()))
"""As `bot.topics.text.words` gives them: folded and singular."""
