"""A fashion retailer, generated: contacts, orders and mail events from which two published tests come out again."""

from uplift.demo.designs import DEMO_EXPERIMENTS
from uplift.demo.generate import DemoData, generate
from uplift.demo.project import DemoProject, at_its_start, prepare

__all__ = ["DEMO_EXPERIMENTS", "DemoData", "DemoProject", "at_its_start", "generate", "prepare"]
