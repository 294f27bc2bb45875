"""How well the model hears: on recordings in a folder, under the conditions of a telephone."""
