"""A fashion retailer, generated: contacts, orders and mail events from which two published tests come out again."""

from uplift.demo.designs import DEMO_EXPERIMENTS
from uplift.demo.generate import DemoData, generate

__all__ = ["DEMO_EXPERIMENTS", "DemoData", "generate"]
