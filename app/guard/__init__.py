"""Keeps one visitor of the page from slowing the others down.

ASGI middleware between the server and Streamlit, which bounds neither what a WebSocket sends nor
what is uploaded, and the settings of uvicorn that Streamlit has no option for. May import the
clients and limits of `app.api`, and tells `app.page` where its pictures get their places; only
`app.server` imports it.
"""
