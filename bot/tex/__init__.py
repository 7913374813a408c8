"""Reads the TeX of arXiv's titles and abstracts as Unicode text, and removes characters that nobody sees. Pure."""
