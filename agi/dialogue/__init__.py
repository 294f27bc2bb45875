"""The conversation: questions, answers, menus. Knows no telephony, no audio, no database."""
