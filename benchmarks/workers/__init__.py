"""One service and several workers on one PostgreSQL, of which a random one is killed again and again."""
