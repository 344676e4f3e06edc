"""Tells what is printed around the writing, such as rules, borders and boxes, and erases it."""
