"""Rendered input with known truth: digits photographed on paper, sheets, and whole numbers."""
