"""Saturation: one broadcast to thousands of chats, as fast as Telegram's limits let it, while people go on asking."""
