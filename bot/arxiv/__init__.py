"""What is true of arXiv itself: its calendar, its categories, its ids and links. Pure."""
