"""How much: pure functions on `Moments`; no database, no template, no clock."""
