"""Text to audio: texts, wording, synthesis, clips."""
