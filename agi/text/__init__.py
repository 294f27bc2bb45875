"""Conversations by message: what people type is read, and answered by the same office as calls."""
