"""What a study says of its runs in YAML: measures, tuning, claims as contrasts, figures.

A contrast is what a claim compares, in the statistician's sense: levels of a factor, in each of
some conditions. Everything is normalised while it is read: a level is always a mapping from fields
to values, a list is always a list, so that whoever reads a claim has one form to read.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, Strict, model_validator

from mlpstudy.design import parts
from mlpstudy.design.expressions import names_in
from mlpstudy.design.mistakes import refuse, text_like
from mlpstudy.design.strict import STRICT
from mlpstudy.design.texts import Line, Text

FIGURE = "figure_"  # the table that a figure is drawn from begins with it
BY_HAND = "python"  # the kind of figure that a function of the study's folder draws
SMALLEST, LARGEST = "smallest", "largest"  # levels that each condition has of its own
KINDS_OF_CONTRAST = ("level", "contrast", "ratio", "share", "interaction", "slope", "passes")
KINDS_OF_FIGURE = (
    "line", "point", "forest", "heatmap", "survival", "profile", "scatter", "regions", "python",
)  # fmt: skip

Word = text_like(r"[A-Za-z_][A-Za-z0-9_]{0,63}", "a word of letters, digits and _")
ClaimId = text_like(
    r"[A-Z][A-Za-z0-9_-]{0,63}", "a capital, then letters, digits, _ and -, such as C22"
)
Value = bool | int | float | str | None
Level = dict[Word, Value]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _kind(name: str) -> str:
    known = (*KINDS_OF_FIGURE, *parts.names("figure"))
    if name not in known:
        raise refuse("is not allowed", allowed="one of " + ", ".join(known), options=known)
    return name


KindOfFigure = Annotated[
    str, AfterValidator(_kind), Field(json_schema_extra={"enum": list(KINDS_OF_FIGURE)})
]
Words = Annotated[tuple[Word, ...], Strict(False), BeforeValidator(_listed)]
Expression = Annotated[str, BeforeValidator(lambda text: str(text)), Field(min_length=1)]


Pattern = dict[
    Word, Annotated[tuple[Value, ...], Strict(False), BeforeValidator(_listed), Field(min_length=1)]
]


class Tune(BaseModel):
    """How the value of a field is chosen for each cell: the least mean over the seeds.

    least: measures, the next deciding where one ties; none: the validation loss or error, whichever
    is of the family of what is compared.
    """

    model_config = STRICT

    least: Words = Field((), description="measures whose mean is to be small; the next breaks ties")


class Reach(BaseModel):
    """From which level of a curve on a run counts as trained: gives `reached` and `passes`."""

    model_config = STRICT

    measure: Literal[
        "validation_accuracy", "validation_loss", "train_accuracy", "train_loss", "test_accuracy",
        "test_loss",
    ] = Field("validation_accuracy", description="the curve")  # fmt: skip
    level: float | dict[str, float] = Field(
        description="the value to reach, or one for each dataset"
    )


class ContrastSpec(BaseModel):
    """What a claim compares. See KINDS_OF_CONTRAST; `of` and `against` are levels of fields."""

    model_config = STRICT

    kind: Literal[KINDS_OF_CONTRAST] = Field(description="how it is measured")
    table: Word = Field("runs", description="runs, curves, layers or a table of the study's module")
    measure: Expression = Field(description="a column, a measure, or an expression of columns")
    of: Annotated[tuple[Level, ...], Strict(False)] = Field(
        (), description="levels that are compared, each by itself; none: all others"
    )
    against: Level | None = Field(None, description="the level that they are compared with")
    together: Words = Field((), description="fields that change along with the factor, on purpose")
    across: Pattern = Field({}, description="an interaction's other factor: its two levels")
    along: Word | Literal[""] = Field("", description="the field, or layer, that a slope is along")
    log: bool = Field(False, description="a slope against the logarithm (base 10) of `along`")
    statistic: Literal["mean", "median", "iqm", "max", "min"] = Field(
        "mean", description="over the seeds"
    )
    distance_from: float | None = Field(
        None, description="measured is how far it is from here, on whichever side"
    )
    interval: Words = Field((), description="columns with the ends of an interval that is given")

    @model_validator(mode="before")
    @classmethod
    def _normalised(cls, spec: Any) -> Any:
        if not isinstance(spec, dict):
            return spec
        spec = dict(spec)
        factor = spec.pop("factor", None)
        if spec.get("against") is not None:
            spec["against"] = _level(spec["against"], factor, "against")
        if "of" in spec:
            spec["of"] = [_level(each, factor, "of") for each in _listed(spec["of"])]
        elif factor is not None and spec.get("against") is None:
            raise refuse("is missing", key=("against",), allowed="the level to compare with")
        spec.setdefault("kind", "contrast" if spec.get("against") is not None else "level")
        return spec

    @model_validator(mode="after")
    def _complete(self) -> "ContrastSpec":
        _expression_at(self.measure, "measure")
        if self.kind in ("contrast", "ratio", "interaction") and self.against is None:
            raise refuse("is missing", key=("against",), allowed="the level to compare with")
        if self.kind == "interaction" and [len(v) for v in self.across.values()] != [2]:
            raise refuse("is not allowed", key=("across",), allowed="one field and two values")
        if (self.kind == "slope") != bool(self.along):
            raise refuse("goes with kind: slope", key=("along",), allowed="a field, or layer")
        if self.interval and len(self.interval) != 2:
            raise refuse("is not allowed", key=("interval",), allowed="two columns: low, high")
        for i, level in enumerate(self.of):
            if self.against is not None and set(level) != set(self.against):
                raise refuse("names other fields than against", key=("of", i))
        return self

    @property
    def unit(self) -> str:
        """What its values are of, as an expression of columns: of a slope a measure by another."""
        if self.kind == "ratio":
            return _quotient(self.measure, self.measure)
        if self.kind == "slope":
            return _quotient(self.measure, f"log10({self.along})" if self.log else self.along)
        return self.measure

    @property
    def factors(self) -> tuple[str, ...]:
        """The fields whose levels are compared, and those that change along."""
        sides = [*self.of, *([self.against] if self.against else [])]
        named = [field for side in sides for field in side]
        return tuple(dict.fromkeys([*named, *self.across, *self.together]))


def _quotient(above: str, below: str) -> str:
    sides = (text if " " not in text else f"({text})" for text in (above, below))
    return " / ".join(sides)


def _expression_at(text: str, key: str) -> None:
    try:
        names_in(text)
    except ValueError as error:
        raise refuse(str(error), key=(key,)) from None


def _level(value: Any, factor: Any, key: str) -> Any:
    """A level as a mapping from fields to values."""
    if isinstance(value, dict):
        return value
    if factor is None:
        allowed = "a mapping from fields to values, or give a factor"
        raise refuse("is not allowed", key=(key,), allowed=allowed)
    return {factor: value}


class Decides(BaseModel):
    """Where a claim decides: only where the level of its control lies on one side."""

    model_config = STRICT

    control_below: float | None = Field(None, description="only where the control lies below")
    control_above: float | None = Field(None, description="only where the control lies above")


class FigureSpec(BaseModel):
    """One figure, in seaborn's words: what is drawn against what, told apart and laid out by what."""

    model_config = STRICT

    name: Word = Field(description="the figure's name, which is its file's too")
    kind: KindOfFigure = Field(description="what it looks like; a plugin may have more kinds")
    table: Word = Field("runs", description="runs, curves, layers or a table of the study's module")
    blocks: Words = Field((), description="blocks whose runs are drawn; none: all")
    where: Pattern = Field({}, description="the rows that are drawn: values of fields")
    x: Expression | None = Field(None, description="what is drawn to the right")
    y: Annotated[tuple[Expression, ...], Strict(False), BeforeValidator(_listed)] = Field(
        (), description="what is drawn upwards: one measure or several"
    )
    value: Expression | None = Field(None, description="of a heatmap: what its colour shows")
    y_as: Literal["row", "col", "hue", "style"] = Field(
        "row", description="what tells several y apart"
    )
    hue: Word | None = Field(None, description="told apart by colour")
    style: Word | None = Field(None, description="told apart by line and marker")
    col: Word | None = Field(None, description="a column of panels for each")
    row: Word | None = Field(None, description="a row of panels for each")
    units: Words = Field((), description="fields that tell points apart and are not drawn")
    over: Words = Field((), description="fields that are averaged, on purpose")
    together: Words = Field((), description="fields that change along with what is drawn")
    statistic: Literal["mean", "median", "iqm", "share"] = Field(
        "mean", description="over the seeds"
    )
    tune: dict[Word, Tune] | None = Field(None, description="other than the study's")
    claim: Words = Field(
        (), description="of a forest: the claims (by name) whose findings it shows"
    )
    about: Words = Field((), description="claims whose findings the title counts")
    log: Words = Field((), description="axes with a logarithmic scale: x, y")
    reference: float | Literal["identity"] | None = Field(
        None, description="a line to compare with"
    )
    theory: Word | None = Field(None, description="a column drawn as a thin line")
    interactive: bool = Field(True, description="whether the page holds a twin to explore")
    title: Line | None = Field(
        None,
        description="one line; {n} {supported} {largest_percent} ... are counted",
    )
    n_of: Line | None = Field(
        None, description="what n counts, where it is not seeds: starts, rounds"
    )
    note: Text | None = Field(None, description="what to see that cannot be computed")
    alt: Text | None = Field(
        None, description="what it shows, for those who do not see it; kind python"
    )

    @model_validator(mode="before")
    @classmethod
    def _completed(cls, spec: Any) -> Any:
        if isinstance(spec, dict) and spec.get("x") is None and spec.get("kind") in _USUAL_X:
            spec = {**spec, "x": _USUAL_X[spec["kind"]]}
        return blocks_of(spec)

    @model_validator(mode="after")
    def _complete(self) -> "FigureSpec":
        needed = _NEEDED.get(self.kind, () if self.kind in KINDS_OF_FIGURE else ("x", "y"))
        for key in needed:
            if not getattr(self, key):
                raise refuse(f"is missing: kind {self.kind} needs it", key=(key,))
        for key, text in [("x", self.x), *(("y", y) for y in self.y), ("value", self.value)]:
            if text:
                _expression_at(text, key)
        return self

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that tell what is drawn apart, averaged ones and x among them."""
        named = [self.x, self.hue, self.style, self.col, self.row, *self.units, *self.over]
        return tuple(dict.fromkeys(name for name in named if name))


_USUAL_X = {"survival": "passes", "profile": "layer"}  # of kinds that leave no choice
_NEEDED = {
    "line": ("x", "y"), "point": ("x", "y"), "heatmap": ("x", "y", "value"), "scatter": ("x", "y"),
    "forest": ("claim",), "profile": ("y",), "regions": ("x", "y"),
}  # fmt: skip


def blocks_of(spec: Any) -> Any:
    """`block`, a name or some, as `blocks`."""
    if isinstance(spec, dict) and "block" in spec:
        spec = dict(spec)
        spec["blocks"] = _listed(spec.pop("block"))
    return spec


class Claim(BaseModel):
    """One sentence that is tested, and what decides it, written down before anything is run."""

    model_config = STRICT

    id: ClaimId = Field(description="the lecture's claim, or a name of one's own")
    says: Text = Field(description="the sentence as it is tested")
    statistic: Word = Field(description="the claim's own name in the study, written as `name`")
    contrast: ContrastSpec = Field(description="what is compared, and how")
    blocks: Words = Field((), description="blocks whose runs it is about (`block`); none: all")
    where: Pattern = Field({}, description="the rows that it is about: values of fields")
    for_each: Words = Field((), description="conditions: each of their values has a finding")
    over: Words = Field((), description="fields that are averaged, on purpose")
    tune: dict[Word, Tune] | None = Field(None, description="other than the study's")
    direction: Literal["above", "below"] = Field(description="the side that supports the claim")
    threshold: float = Field(description="what the statistic's interval is compared with")
    matters: float | None = Field(
        None, ge=0, description="the smallest difference that anyone would care about"
    )
    unit: str = Field("", max_length=64, description="unit of statistic and threshold")
    control_may_fail: bool = Field(
        False, description="the control need not learn its task: that it does not is the point"
    )
    decides: bool | Decides = Field(
        False, description="the verdict rests on it; without it: also seen"
    )
    identity: bool = Field(
        False, description="a theorem or a unit test, which no experiment could turn out otherwise"
    )

    @model_validator(mode="before")
    @classmethod
    def _named(cls, claim: Any) -> Any:
        if isinstance(claim, dict) and "name" in claim:
            if "statistic" in claim:
                raise refuse("goes without statistic: they are one", key=("name",))
            claim = dict(claim)
            claim["statistic"] = claim.pop("name")
        return blocks_of(claim)
