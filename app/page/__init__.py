"""All of the Streamlit page that `app.main` lays out, a file for each thing that visitors see.

A file's style sheet and script, if it has any, have its name too, in `static/`.

May import `app.corrections`, `app.recognizer` and what is below them, except `app.segmentation`;
never `app.api`.
"""
