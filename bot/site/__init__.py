"""The archive site, static pages and Atom feeds that need no server, and single cards and digests as files.

`publishing` takes from the store what the archive's topics matched; `pages` makes texts of it (pure), and `writer` puts
those that changed on disk, with the pictures that they show. `exports` writes one card or digest as a blog post, a
Markdown file or a page, as a person asks for it on the command line.
"""

from bot.site.pages import render_archive, slug
from bot.site.writer import write_archive

__all__ = ["render_archive", "slug", "write_archive"]
