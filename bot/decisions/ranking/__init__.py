"""Orders a chat's papers, decides which of them a digest shows, and says why. Pure.

    features_of    what counts of a paper whatever the chat      → a row of `PaperTable`
    topic_fit      what counts of a paper for one topic          → a row of `TopicTable`
    chat_papers    a chat's papers and topics                    → `ChatPapers`: a column of numbers, 0 to 1, a feature
    rank           columns × `WEIGHTS`                           → `Ranking`
    explain        what speaks for one paper                     → reasons

Papers and topics are given by number, as the log of announcements has them. What is true of a paper or of a topic is
found out once, and a chat's ranking is arithmetic on it.
"""

from bot.decisions.ranking.chat_papers import ChatPapers, Learned, chat_papers, places_by_topic
from bot.decisions.ranking.explanations import Evidence, explain
from bot.decisions.ranking.order import Ranking, contenders, rank
from bot.decisions.ranking.paper_table import (
    Numbers,
    PaperFeatures,
    PaperTable,
    author_counts,
    features_of,
    has_code,
)
from bot.decisions.ranking.topic_table import TopicFit, TopicTable, topic_fit
from bot.decisions.ranking.variety import ALIKE
from bot.decisions.ranking.weights import FRESH, WEIGHTS, Feature

__all__ = [
    "ALIKE",
    "FRESH",
    "WEIGHTS",
    "ChatPapers",
    "Evidence",
    "Feature",
    "Learned",
    "Numbers",
    "PaperFeatures",
    "PaperTable",
    "Ranking",
    "TopicFit",
    "TopicTable",
    "author_counts",
    "chat_papers",
    "contenders",
    "explain",
    "features_of",
    "has_code",
    "places_by_topic",
    "rank",
    "topic_fit",
]
