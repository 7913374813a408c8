"""Counts what a summary may get wrong, over papers and a chosen model, on the cards as they are shown."""
