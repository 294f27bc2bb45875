"""SQLite: the registry for look-ups and the call records with their one writer."""
