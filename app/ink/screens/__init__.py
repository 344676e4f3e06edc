"""Finds the drawing on screenshots, among what programs and phones show around it."""
