"""Paperboy: new arXiv papers, summarized and delivered to the chats that asked for them."""
