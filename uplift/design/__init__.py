"""IS IT ENOUGH: power, sizes, dates, the gate and how its findings are printed."""

from uplift.design.assessment import Assessment, assess
from uplift.design.gate import findings
from uplift.design.timeline import read_out_date

__all__ = ["Assessment", "assess", "findings", "read_out_date"]
