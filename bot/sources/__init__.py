"""The clients of arXiv behind one gate: the announcement feed, the query API, OAI records, and every download."""
