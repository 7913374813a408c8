"""The steps from arXiv to a message, one function each. A step processes what is pending in the store, so it may stop
anywhere and be run again: nothing is lost, and nothing is done twice.

    poll(store, source)            arXiv's feed, API and OAI  →  papers, announcements, the ledger of listings
    count_terms(store, relevance)  announcements              →  in how many papers each term occurs (part of `match`)
    match(store, relevance)        announcements × topics     →  matches
    choose(store)                  candidates of each chat    →  summaries that are wanted
    read(store, reader)            wanted deep summaries      →  full texts in the cache (`summarize` reads too)
    summarize(store, chain)        wanted                     →  summaries, once per version × language × depth
    Embedding(store, embedder, clock).run()  papers         →  vectors, beside the other steps: nothing waits for it
    Learning(store, relevance, clock).run()  votes          →  a model for each chat, beside the other steps
    VectorMaking(store, relevance, clock).run()  papers     →  vectors of terms, about once a week
    spread(store, loads)           too many chats due at once →  a minute for each of them
    compose(store, builder)        chats that are due         →  digests and their deliveries, written before sending
    DeliveryWorker(store, …).deliver()   deliveries           →  messages, and the outcome of each

The steps decide nothing themselves: when to ask arXiv, which chats are due, how to order papers and what to do after
each outcome are pure functions of `bot.decisions` that take `now`.
"""

from bot.pipeline.choose import Chooser, choose
from bot.pipeline.compose import compose, digest_now
from bot.pipeline.count_terms import count_terms
from bot.pipeline.deliver import DeliveryWorker
from bot.pipeline.drafts import DigestBuilder
from bot.pipeline.embed import Embedding
from bot.pipeline.index_papers import index_papers
from bot.pipeline.insight import Insight
from bot.pipeline.learn import Learning
from bot.pipeline.match import match
from bot.pipeline.on_demand import digest_of, read_now
from bot.pipeline.patience import Patience
from bot.pipeline.poll import poll
from bot.pipeline.ranked import DayOrder, ranked
from bot.pipeline.rankings import Rankings
from bot.pipeline.read import read
from bot.pipeline.spread import sending_forecasts, spread
from bot.pipeline.summarize import summarize
from bot.pipeline.term_vectors import VectorMaking
from bot.pipeline.upkeep import is_upkeep_due, upkeep
from bot.pipeline.waiting_chats import WaitingChats

__all__ = [
    "Chooser",
    "DayOrder",
    "DeliveryWorker",
    "DigestBuilder",
    "Embedding",
    "Insight",
    "Learning",
    "Patience",
    "Rankings",
    "VectorMaking",
    "WaitingChats",
    "choose",
    "compose",
    "count_terms",
    "digest_now",
    "digest_of",
    "index_papers",
    "is_upkeep_due",
    "match",
    "poll",
    "ranked",
    "read",
    "read_now",
    "sending_forecasts",
    "spread",
    "summarize",
    "upkeep",
]
