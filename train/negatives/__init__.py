"""Makes negatives for the network to refuse: letters, scribbles, smudges and broken digits."""
