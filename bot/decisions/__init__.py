"""What is due, in which order, what to ask for, what to retry and what is missing. Pure functions that take `now`."""
