"""Relevance: how close papers are to topics, interests and what a chat has liked. Implements `bot.ports.Relevance`."""
