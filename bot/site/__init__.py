"""The archive site, static pages and Atom feeds that need no server, and single cards and digests as files.

`publishing` reads the matches of the archive's topics from the store; `pages` renders them as texts (pure), and
`writer` writes the texts that changed to disk, with the pictures that they show. `exports` writes one card or digest as
a blog post, a Markdown file or a page, as requested on the command line.
"""

from bot.site.pages import render_archive, slug
from bot.site.writer import write_archive

__all__ = ["render_archive", "slug", "write_archive"]
