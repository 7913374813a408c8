"""Full texts: sections, figures, tables, affiliations and links from a paper's HTML or PDF."""
