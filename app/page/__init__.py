"""All of the Streamlit page that `app.main` lays out.

May import `app.corrections`, `app.recognizer` and what is below them, except `app.segmentation`;
never `app.api`.
"""
