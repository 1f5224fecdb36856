"""WHAT TO EXPECT of a customer: RFM, value, purchase cycle, lifecycle; each score is measured by a holdout afterwards.

`score` writes what an audience can use; the models are plain functions on arrays (`bgnbd`, `gammagamma`, `cycle`).
"""
