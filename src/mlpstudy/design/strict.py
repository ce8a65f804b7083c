"""How what a user writes becomes a record: nothing is converted, and nothing unknown let through."""

from pydantic import ConfigDict

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)
