"""Full texts of papers: sections, figures, tables, affiliations and links, from arXiv's HTML or from the PDF.

`reader.ArxivReader` looks into the cache (`reading_cache`), then reads the HTML, then the PDF, and falls back to the
abstract. Both ways end in a `Reading` with the same parts.

HTML is read in the service's process. LaTeXML made it, so that structure is known from its classes:

1. `html` parses the page, and `html_hidden` removes text that readers of the page would not see: `html_styles` finds
   what style sheets and attributes declare (`html_colours` and `html_lengths` read it), `html_look` how it looks.
2. `html_sections` walks through the document, and uses `html_text` for the text of an element, `html_math` for that of
   a formula, and `html_figures` for figures and tables.
3. `affiliations` takes the institutions from the block of authors.

PDF is read in a separate process (`worker_process` starts it, `worker` runs in it), because C code opens files from
strangers. A PDF only says which characters are where on a page, so that all structure has to be inferred. `pdf` calls
the steps, which pass on the values of `pdf_model` and `pdf_lines`:

1. `pdf_page` reads graphics, rules and links of a page, `pdf_runs` its characters as runs of one font, and
   `pdf_visibility` finds those that readers cannot see.
2. `pdf_lines` joins runs into lines.
3. `pdf_margins` removes headers, page numbers and line numbers.
4. `pdf_columns` finds columns, and with them the order of the lines.
5. `pdf_captions` finds captions.
6. `pdf_figures` finds the figure or table of each caption.
7. `pdf_footnotes` takes footnotes out of the pages.
8. `pdf_headings` finds headings, `pdf_sections` sections and paragraphs.
9. `pdf_text` joins the lines of a paragraph into text.

Both ways use `headings_and_captions`, which interprets headings and captions, `figures`, which chooses the figures that
are shown, and `pictures`, which makes their files, also in the worker's process.
"""
