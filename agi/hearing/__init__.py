"""The speech service: asks one question by voice and keys at once, over AudioSocket, and gives the answer back."""
