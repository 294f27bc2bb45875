"""What the hotline can do, whoever asks and by whatever door: typed results; no channel, no SQL, no sentences."""
