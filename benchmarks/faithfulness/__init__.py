"""Counts the errors of summaries on the cards that readers see, for given papers and a given model."""
