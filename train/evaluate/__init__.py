"""Evaluation: the sets that models are scored on, their figures, and a page to compare them."""
