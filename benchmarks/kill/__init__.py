"""The kill test: the service as a real process, killed at random moments while the platforms fail in every way."""
