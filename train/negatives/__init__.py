"""Negatives: letters, scribbles, smudges and broken digits, which the network learns to refuse."""
