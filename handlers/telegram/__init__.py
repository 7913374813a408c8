"""Telegram: commands, cards, and sending."""

import os

# python-telegram-bot is moving its durations from numbers to timedelta and warns at each one until this is set.
os.environ.setdefault("PTB_TIMEDELTA", "true")
