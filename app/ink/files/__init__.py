"""Reads files of pictures and ink, and refuses in plain words what is none."""
