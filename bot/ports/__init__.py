"""Protocols for everything outside the pipeline and the use cases, in one module for each kind of implementation."""

from bot.ports.chats import Chats
from bot.ports.clock import Clock
from bot.ports.follow_ups import FollowUps
from bot.ports.inbox import Inbox
from bot.ports.kept import KeptValues
from bot.ports.operations import Operations, ValueStore
from bot.ports.outbox import Outbox
from bot.ports.paper_source import CachedReadings, Library, PaperSearch, PaperSource, Reader
from bot.ports.papers import Papers, PaperTexts
from bot.ports.platforms import Renderer, Sender
from bot.ports.relevance import Embedder, Relevance
from bot.ports.store import Store
from bot.ports.stored_summaries import Summaries, UsageStore
from bot.ports.summaries import Makers, Summarizer
from bot.ports.topics import Topics
from bot.ports.upkeep import StatusCounts, Upkeep
from bot.ports.votes import Terms, Votes

__all__ = [
    "CachedReadings",
    "Chats",
    "Clock",
    "Embedder",
    "FollowUps",
    "Inbox",
    "KeptValues",
    "Library",
    "Makers",
    "Operations",
    "Outbox",
    "PaperSearch",
    "PaperSource",
    "PaperTexts",
    "Papers",
    "Reader",
    "Relevance",
    "Renderer",
    "Sender",
    "StatusCounts",
    "Store",
    "Summaries",
    "Summarizer",
    "Terms",
    "Topics",
    "Upkeep",
    "UsageStore",
    "ValueStore",
    "Votes",
]
