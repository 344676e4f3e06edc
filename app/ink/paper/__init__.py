"""Finds what sheets of paper have beside writing: folds, creases, holes and coils."""
