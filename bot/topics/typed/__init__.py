"""What people type who do not know the topic language: wishes, lists, names of subjects, titles, small talk. Pure.

`wishes` removes what surrounds a subject ("please send me papers about …"), `small_talk` recognizes what has none.
`understanding` reads the rest: as a query, a category by code or name (`subject_names`), a list (`lists`), words of
another language, or plain words. `spelling` finds likely words in place of unknown ones, `titles` tells titles.

Phrases and names of all languages are files in `phrases` and `names`.
"""

from bot.topics.typed.small_talk import Talk, small_talk
from bot.topics.typed.spelling import Frequencies, corrections, unknown_words
from bot.topics.typed.titles import is_titled, telling_words, title_typed
from bot.topics.typed.understanding import FEWEST_ABOUT, Guess, GuessKind, Understood, understand
from bot.topics.typed.wishes import subject_of, topic_left

__all__ = [
    "FEWEST_ABOUT",
    "Frequencies",
    "Guess",
    "GuessKind",
    "Talk",
    "Understood",
    "corrections",
    "is_titled",
    "small_talk",
    "subject_of",
    "telling_words",
    "title_typed",
    "topic_left",
    "understand",
    "unknown_words",
]
