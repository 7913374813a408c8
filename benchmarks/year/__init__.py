"""A year of listing days: how much the database grows, and whether the last morning is as fast as the second."""
