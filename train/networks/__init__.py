"""The networks (classifier, line reader and ink finder) and the files that hold their weights."""
