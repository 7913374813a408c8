"""What talks to the chat platforms: updates in, replies and digests out."""
