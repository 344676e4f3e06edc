"""Judges a reading as a whole: what was written by hand, what is print or a word, what is doubtful.

Decides by the marks of a reading; `writing` alone also looks at the picture. May import `app.ink`,
`app.inference` and `app.reading`.
"""
