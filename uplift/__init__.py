"""uplift: experiments and uplift measurement for CRM."""

__version__ = "0.1.0"
