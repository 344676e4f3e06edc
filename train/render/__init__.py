"""Renders inputs with known truth: photographs of digits on paper, sheets, and whole numbers."""
