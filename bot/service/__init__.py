"""The running service: composition root, platforms, schedule, status, metrics and its web pages."""
