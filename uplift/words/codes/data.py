"""Finding codes of this range; see `uplift.words.codes`."""

from uplift.words.codes.entry import Entry

DATA: tuple[Entry, ...] = ()
