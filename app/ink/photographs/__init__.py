"""Finds ink on photographed paper with a network, and what it misses."""
