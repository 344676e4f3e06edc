"""Varies pen strokes and glyphs at random: other handwriting, other positions, poor pictures."""
