"""The command line."""

from uplift.cli.app import app, main

__all__ = ["app", "main"]
