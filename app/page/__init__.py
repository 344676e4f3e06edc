"""The Streamlit page that `app.main` lays out, with a file for each thing that visitors see.

The style sheet and the script of a file, if it has any, have the same name in `static/`.

May import `app.corrections`, `app.recognizer` and what is below them, except `app.segmentation`;
never `app.api`.
"""
