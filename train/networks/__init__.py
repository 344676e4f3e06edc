"""The networks, classifier and ink finder, and the files that hold their weights."""
