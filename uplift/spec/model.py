"""The base of every model that YAML fills: frozen, no unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value read from YAML; an unknown key is an error.

    The validator is built at first use: a process that never reads YAML pays nothing for it. Defaults that are models
    come from `model_construct`, which needs no validator of their own. Modules of models don't import annotations from
    __future__: as text each of 240 would be compiled and evaluated again at every start.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)
