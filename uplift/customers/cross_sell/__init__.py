"""Cross-sell: what a customer will probably buy next, by a baseline, and the contract for other recommenders."""
