"""How often the intervals are right: exact and simulated tables for `docs/calibration/`.

`python -m benchmarks.calibration` writes them (`make calibrate`). The numbers come from the shipped functions of
`uplift.stats`; only the methods that stand beside them for comparison are written here.
"""
