"""What the `paperboy` commands do: one-shot work, chats and deliveries, the database, checks and the demo."""
