"""Turns strokes, files and pictures into checked ink: where the pen was, and nothing else.

May import `app.inference`, `app.glyph` and `app.reading`.
"""
