"""arXiv: the announcement feed, the query API, OAI records, and the calendar by which arXiv announces."""
