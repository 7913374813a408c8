"""The chat platforms: updates come in, replies and digests go out."""
