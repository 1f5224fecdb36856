"""uplift: experiments and uplift measurement for CRM.

The verbs of the command line are functions here, and importing them costs nothing until they are called:

    study = uplift.load("experiments/welcome-mail.yml")
    uplift.check("experiments/")
    print(uplift.plan(study))            # power, smallest effects by size and control share
    uplift.assign(study)
    result = uplift.analyze(study)       # prints as a table, shows as HTML in a notebook
    result.to_frame()                    # pandas
    uplift.report(result, "report.html")
    print(uplift.target(study))          # is a selection worth it, and the list of the next campaign
"""

from uplift.api import analyze, assign, check, load, plan, report, target
from uplift.version import __version__

__all__ = ["__version__", "analyze", "assign", "check", "load", "plan", "report", "target"]
