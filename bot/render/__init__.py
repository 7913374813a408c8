"""Cards, digests and replies as trees of nodes, and what they become on each platform. Pure."""
