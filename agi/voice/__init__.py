"""Text to audio: texts and their places, spoken wording, synthesis, level, clips, the published tree."""
