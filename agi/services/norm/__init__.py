"""Whether the dialogue keeps to the norms for dialogues by telephone: what can be measured of it, rule by rule."""
