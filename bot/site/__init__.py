"""The archive as static pages and Atom feeds: a page a day and a topic, readable as files and on a phone."""

from bot.site.pages import pages, slug
from bot.site.writer import build

__all__ = ["build", "pages", "slug"]
