"""Getting and running Asterisk, supervising processes, health."""
