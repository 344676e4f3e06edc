"""Divides ink into lines of text and candidates for digits, and finds the best path through them.

May import `app.ink` and what that may import. Only `app.recognizer` and `app.prepared` import
this package.
"""
