"""Models at work: sessions of ONNX Runtime, and what a network's outputs say about a glyph.

May import `app.glyph`, `app.strip` and `app.reading`; nothing else of the app imports ONNX Runtime.
"""
