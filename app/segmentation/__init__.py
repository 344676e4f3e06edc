"""Which ink belongs together: lines of text, candidates for digits, and the best path through them.

May import `app.ink` and what that may import. Only `app.recognizer` and `app.prepared` import
this package.
"""
