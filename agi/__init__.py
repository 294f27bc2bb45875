"""The 1500-537 hotline: a civil registry IVR on Asterisk."""
