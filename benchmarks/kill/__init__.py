"""The kill test: the service as a real process is killed at random moments, while requests to the platforms fail."""
