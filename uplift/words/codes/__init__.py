"""The one table of finding codes (UP…): what each means and what to do, in German and English.

Ranges: UP0xx–UP2xx the YAML (`spec.py`), UP3xx–UP4xx design and lock (`design.py`), UP50x–UP51x assignment and
what is kept (`assignment.py`), UP52x–UP59x data and ids (`data.py`), UP6xx analysis and validity checks
(`analysis.py`; UP64x: `statistics.py`; UP66x–UP67x: `customers.py`; UP68x–UP69x: `programmes.py`), UP70x–UP74x
targeting (`targeting.py`), UP75x–77x whom to choose (`allocation.py`), UP80x–UP84x proof, import, erasure and holdouts
(`proof.py`), UP9xx the program itself (`program.py`).
"""

from uplift.words.codes.allocation import ALLOCATION
from uplift.words.codes.analysis import ANALYSIS
from uplift.words.codes.assignment import ASSIGNMENT
from uplift.words.codes.customers import CUSTOMERS
from uplift.words.codes.data import DATA
from uplift.words.codes.design import DESIGN
from uplift.words.codes.entry import Entry
from uplift.words.codes.program import PROGRAM
from uplift.words.codes.programmes import PROGRAMMES
from uplift.words.codes.proof import PROOF
from uplift.words.codes.spec import SPEC
from uplift.words.codes.statistics import STATISTICS
from uplift.words.codes.targeting import TARGETING

ENTRIES: tuple[Entry, ...] = (
    *SPEC,
    *DESIGN,
    *ASSIGNMENT,
    *DATA,
    *ANALYSIS,
    *STATISTICS,
    *CUSTOMERS,
    *PROGRAMMES,
    *TARGETING,
    *ALLOCATION,
    *PROOF,
    *PROGRAM,
)
CODES: dict[str, Entry] = {entry.code: entry for entry in ENTRIES}

__all__ = ["CODES", "ENTRIES", "Entry"]
