"""The names that a user's own parts may not take: they mean something in the package."""

from keyword import kwlist

from mlpstudy.design import parts
from mlpstudy.design.claims import KINDS_OF_FIGURE
from mlpstudy.design.expressions import FUNCTIONS
from mlpstudy.design.measures import CURVE_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS
from mlpstudy.design.names import package_names


def taken() -> dict[str, tuple[str, ...]]:
    """By field, the names of the package."""
    columns = (*RUN_COLUMNS, *CURVE_COLUMNS, *LAYER_COLUMNS, *FUNCTIONS, *kwlist)
    return {
        **{field: package_names(field) for field in parts.LEARNT},
        "measure": columns,
        "figure": KINDS_OF_FIGURE,
    }
