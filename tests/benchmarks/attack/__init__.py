"""Attacks on the served page and service, and what others notice of them: see `__main__`."""
