"""Runs models with ONNX Runtime, and interprets their outputs.

May import `app.glyph`, `app.strip` and `app.reading`; nothing else of the app imports ONNX Runtime.
"""
