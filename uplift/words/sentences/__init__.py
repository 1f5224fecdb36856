"""Whole sentences in German and English, one module per topic; numbers arrive formatted, names tamed."""
