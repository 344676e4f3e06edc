"""The HTTP service for programs, an ASGI application that `app.server` puts before the page.

May import `app.recognizer` and what is below it, except `app.segmentation`; never `app.page`.
"""
