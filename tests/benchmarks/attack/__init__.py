"""Attacks on the served page and service, and what other clients notice: see `__main__`."""
