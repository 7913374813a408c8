"""The labels of the reasons for a card's place: entries of `bot.render.labels`."""

from __future__ import annotations

from bot.locales import NNP_, NP_

REASONS: dict[str, tuple[str, str] | tuple[str, str, str]] = {
    "reason: guess": NP_("reason", "a guess: your vote will tell"),
    "reason: interest": NP_("reason", "about {words}"),
    "reason: author": NP_("reason", "by {name}"),
    "reason: liked": NNP_("reason", "close to a paper you liked", "close to {n} papers you liked"),
    "reason: learned": NP_("reason", "your votes favour {words}"),
    "reason: accepted": NP_("reason", "accepted at {venue}"),
    "reason: accepted with honour": NP_("reason", "{honour} at {venue}"),
    "honour: best paper": NP_("honour", "best paper"),
    "honour: award": NP_("honour", "award"),
    "honour: oral": NP_("honour", "oral"),
    "honour: spotlight": NP_("honour", "spotlight"),
    "honour: highlight": NP_("honour", "highlight"),
    "reason: votes": NNP_("reason", "liked in {n} chat", "liked in {n} chats"),
    "reason: code": NP_("reason", "has code"),
}
