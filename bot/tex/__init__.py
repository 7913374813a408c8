"""Reads the TeX of arXiv's titles and abstracts as Unicode text. Pure."""
