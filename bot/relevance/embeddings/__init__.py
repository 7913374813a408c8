"""Embeddings: vectors of papers and of interests, by a small model on this machine or by a provider's.

providers           the embedder that EMBEDDINGS names; a new provider is added here
local               a model on this machine, in a process of its own (`local_worker`)
google, openai      one provider each (`bot.providers` has the clients of the APIs)
embedding_client    what all share: the interface `EmbeddingModel`, budget, pauses, and vectors of length 1
centers             the middle of all papers' vectors, from which they are compared
kept_queries        keeps the vectors of interests in the store
"""
