"""Attachment to Asterisk: the FastAGI server and the phone that the dialogue sees."""
