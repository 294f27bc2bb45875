"""Ways in for messages of other networks: one file each, one protocol; each is open once it is set up."""
