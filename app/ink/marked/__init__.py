"""Finds what a hand drew with the writing: frames, tables, underlines, and what crosses it out."""
