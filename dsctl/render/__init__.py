"""Results in, text out; never fetches."""
