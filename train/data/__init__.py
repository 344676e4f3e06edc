"""Data sets: downloaded and verified, parsed, split by writer, and brought to the normal form."""
