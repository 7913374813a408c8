"""The archive as static pages and Atom feeds: a page a day and a topic, readable as files and on a phone."""

from bot.site.builder import build
from bot.site.pages import pages, slug

__all__ = ["build", "pages", "slug"]
