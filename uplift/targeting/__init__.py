"""WHOM to write to, with what, and whether a model is worth it: learners, evaluation, gate, incentives, allocation."""
