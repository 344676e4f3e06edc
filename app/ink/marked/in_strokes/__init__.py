"""Finds strokes of a drawing that are no digits: frames, underlines, what crosses digits out."""
