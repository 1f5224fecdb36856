"""How to say it: charts and the report, rendered from a Result alone."""
