"""Random variation of pen strokes and glyphs: other handwriting, other positions, poor pictures."""
