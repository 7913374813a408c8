"""Makers of summaries: models behind two SDKs, the extractive summarizer, and the checks that keep both true."""
