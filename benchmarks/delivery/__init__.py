"""One broadcast to thousands of chats, as fast as Telegram's limits allow, while people ask for papers."""
