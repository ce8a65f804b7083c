"""One training of one network, described in full by one frozen record."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic_core import core_schema

from mlpstudy.design.mistakes import place_in, refuse, words
from mlpstudy.design.names import names_of

# Whoever checks a run may know more datasets than the package has: context={DATASETS: names}, or
# ANY where names were checked before they were written to a plan.
DATASETS = "datasets"
ANY = None


class _In:
    """Marks text that must be one of the names in a field's table, read when it is needed."""

    def __init__(self, field: str):
        self.field = field

    def __get_pydantic_core_schema__(self, source, handler):
        return core_schema.with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema, handler):
        return {**handler(schema), "enum": list(names_of(self.field))}

    def _check(self, name: str, info: ValidationInfo) -> str:
        more = (info.context or {}).get(DATASETS, ()) if self.field == "dataset" else ()
        known = names_of(self.field)
        if name not in known and more is not ANY and name not in more:
            options = [*known, *sorted(more)]
            raise refuse("is not allowed", allowed="one of " + ", ".join(options), options=options)
        return name


Dataset = Annotated[str, _In("dataset")]
Activation = Annotated[str, _In("activation")]
Initialization = Annotated[str, _In("initialization")]
Cost = Annotated[str, _In("cost")]
Optimizer = Annotated[str, _In("optimizer")]
Schedule = Annotated[str, _In("schedule")]
Residual = Literal["none", "plain", "scaled"]
Norm = Literal["none", "batch", "layer"]
Reduction = Literal["sum", "mean"]
ClassWeights = Literal["none", "balanced"]
Trained = Literal["all", "last"]
Pretraining = Literal["none", "autoencoder", "denoising_masking", "denoising_gaussian", "rbm"]
Share = Annotated[float, Field(ge=0, le=1)]
LEAST, MOST = 1e-38, 1e38  # what single precision holds; beyond is 0 or infinity
MOST_WEIGHTS = 100_000_000  # of the layers between hidden ones: with what learning needs, 2 GB


class Kind(StrEnum):
    """What a field is for: each is one of SHAPE, SWITCH and EACH, and may be more beside it."""

    SHAPE = "shape"  # one value in a stack: arrays of another shape, or another chain of modules
    SWITCH = "switch"  # a value for each run of a stack, but 0 for all of them or for none
    EACH = "each"  # a value for each run of a stack
    DATA = "data"  # decides what the examples are and how they are divided
    DRAW = "draw"  # decides what is drawn at random
    TUNED = "tuned"  # chosen for each cell, unless a study compares it


@dataclass(frozen=True)
class Machine:
    """What a field is while a machine pretrains a hidden layer: a value, or that of another field.

    A field that says nothing of it stays as it is.
    """

    value: Any = None
    field: str = ""


class Run(BaseModel):
    """One training of one network; its seed is part of it.

    A field's default switches its effect off, so that a new field renames no old run. Its kinds
    stand beside its type; without one it counts as SHAPE, which is never wrong, only slower.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    # What is learned
    dataset: Annotated[Dataset, Kind.SHAPE, Kind.DATA] = Field(
        "digits", description="the set of examples"
    )
    train_size: Annotated[int | None, Kind.SHAPE, Kind.DATA] = Field(
        None, ge=1, description="training examples used; null: the whole training part"
    )
    label_noise: Annotated[Share, Kind.EACH, Kind.DATA] = Field(
        0.0, description="share of training labels replaced by another one"
    )
    label_smoothing: Annotated[Share, Kind.EACH, Kind.DATA] = Field(
        0.0, description="share of a target's mass spread evenly over the classes"
    )
    permuted: Annotated[bool, Kind.EACH, Kind.DATA] = Field(
        False, description="inputs shuffled by one fixed permutation per seed"
    )
    folds: Annotated[int, Kind.SHAPE, Kind.DATA] = Field(
        0,
        ge=0,
        le=100,
        description="equal parts of the examples, of which seed s tests on part s mod folds; "
        "0: each seed draws its test part",
    )
    input_noise: Annotated[float, Kind.SWITCH, Machine(0.0)] = Field(
        0.0,
        ge=0,
        le=MOST,
        description="standard deviation of the Gaussian noise on the training inputs",
    )

    input_dropout: Annotated[float, Kind.SWITCH, Machine(0.0)] = Field(
        0.0, ge=0, le=0.95, description="share of inputs switched off while training"
    )

    # The network
    depth: Annotated[int, Kind.SHAPE, Machine(1)] = Field(
        2, ge=0, le=1000, description="hidden layers; 0 is the linear model"
    )
    width: Annotated[int, Kind.SHAPE] = Field(
        32, ge=1, le=65536, description="units in each hidden layer, or channels of a convolution"
    )
    kernel: Annotated[int, Kind.SHAPE] = Field(
        0, ge=0, le=28, description="side of the hidden layers' convolution; 0: dense layers"
    )
    kernel_above: Annotated[int, Kind.SHAPE] = Field(
        0, ge=0, le=28, description="side of the convolutions after the first; 0: as the first"
    )
    stride: Annotated[int, Kind.SHAPE] = Field(
        1, ge=1, le=8, description="step of the first convolution"
    )
    stride_above: Annotated[int, Kind.SHAPE] = Field(
        1, ge=1, le=8, description="step of the convolutions after the first"
    )
    padding: Annotated[int, Kind.SHAPE] = Field(
        0, ge=0, le=14, description="zeros on each side of a convolution's input"
    )
    activation: Annotated[Activation, Kind.SHAPE] = Field(
        "sigmoid", description="g of the hidden units"
    )
    initialization: Annotated[Initialization, Kind.EACH] = Field(
        "glorot_uniform", description="how W and b are drawn"
    )
    init_gain: Annotated[float, Kind.EACH] = Field(
        1.0, ge=LEAST, le=MOST, description="factor on the initial weights, not on the biases"
    )
    init_bias: Annotated[float, Kind.EACH] = Field(
        0.0,
        ge=0,
        le=MOST,
        description="deviation of the initial biases, normal, or with uniform their half-width; "
        "0: as the initialization has them",
    )
    residual: Annotated[Residual, Kind.SHAPE, Machine("none")] = Field(
        "none", description="z + g(a) from the second hidden layer on; scaled by 1/sqrt(depth)"
    )
    norm: Annotated[Norm, Kind.SHAPE, Machine("none")] = Field(
        "none",
        description="what a of the hidden units is normalised over before g, with a learned gain and "
        "shift: the examples of a batch, or the units of a layer",
    )
    dropout: Annotated[float, Kind.SWITCH, Machine(0.0)] = Field(
        0.0, ge=0, le=0.95, description="share of hidden outputs switched off while training"
    )

    # How it learns
    cost: Annotated[Cost, Kind.SHAPE, Machine("mse_raw")] = Field(
        "nll", description="what is minimised"
    )
    reduction: Annotated[Reduction, Kind.SHAPE, Machine("sum")] = Field(
        "sum", description="the cost of an example: its sum over the outputs, or their mean"
    )
    class_weights: Annotated[ClassWeights, Kind.SHAPE, Machine("none")] = Field(
        "none",
        description="what an example counts while training; balanced: n / (k n_c), of n examples in "
        "k classes, n_c of its own",
    )
    weight_decay: Annotated[float, Kind.SWITCH, Machine(0.0)] = Field(
        0.0,
        ge=0,
        le=MOST,
        description="pull of W and b towards 0, part of the gradient (L2); with adamw beside it",
    )
    optimizer: Annotated[Optimizer, Kind.SHAPE, Machine("sgd")] = Field(
        "sgd", description="how a gradient becomes a step"
    )
    eta: Annotated[float, Kind.EACH, Kind.TUNED, Machine(field="pretraining_eta")] = Field(
        0.1, ge=LEAST, le=MOST, description="learning rate at the start"
    )
    momentum: Annotated[float, Kind.SHAPE] = Field(
        0.9, ge=0, lt=1, description="share of the last step that is kept; Adam's first decay"
    )
    clip: Annotated[float, Kind.SWITCH, Machine(0.0)] = Field(
        0.0, ge=0, le=MOST, description="largest norm of a gradient, longer ones are cut; 0: none"
    )
    schedule: Annotated[Schedule, Kind.EACH, Machine("constant")] = Field(
        "constant", description="eta(t) over the passes"
    )
    warmup: Annotated[int, Kind.EACH, Machine(0)] = Field(
        0, ge=0, le=100_000, description="passes in which eta rises to what the schedule says"
    )
    batch_size: Annotated[int | None, Kind.SHAPE] = Field(
        32, ge=1, description="examples per step; null: all of them at once"
    )
    epochs: Annotated[int, Kind.SHAPE, Machine(field="pretraining_epochs")] = Field(
        20, ge=0, le=100_000, description="passes over the training examples"
    )
    steps: Annotated[int | None, Kind.SHAPE, Machine(None)] = Field(
        None,
        ge=1,
        le=10_000_000,
        description="length in steps, the last pass being cut short; null: epochs says it",
    )
    patience: Annotated[int | None, Kind.EACH, Machine(None)] = Field(
        None,
        ge=1,
        le=100_000,
        description="training ends where the validation loss has not fallen below its least for so "
        "many passes; null: it does not",
    )
    trained: Annotated[Trained, Kind.SHAPE, Machine("all")] = Field(
        "all", description="which layers learn"
    )
    pretraining: Annotated[Pretraining, Kind.SHAPE, Machine("none")] = Field(
        "none", description="how the hidden layers are prepared, one after the other"
    )
    pretraining_epochs: Annotated[int, Kind.SHAPE, Machine(0)] = Field(
        0, ge=0, le=10_000, description="passes of pretraining for each hidden layer"
    )
    pretraining_eta: Annotated[float, Kind.EACH, Kind.TUNED] = Field(
        0.1, ge=LEAST, le=MOST, description="learning rate while pretraining"
    )
    corruption: Annotated[Share, Kind.EACH] = Field(
        0.0, description="share of masked inputs, or sigma of the noise, of a denoising autoencoder"
    )
    restart: Annotated[int, Kind.EACH, Kind.DRAW] = Field(
        0,
        ge=0,
        lt=2**32,
        description="which draw of the first weights, all else as the seed has it",
    )
    seed: Annotated[int, Kind.EACH, Kind.DATA, Kind.DRAW] = Field(
        0, ge=0, lt=2**32, description="which draw of everything random"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Run":
        for field, reason in _conflicts(self):
            raise refuse(reason, key=(field,))
        return self


SMALLEST_SHARE = 2.0**-16  # of units or inputs that a mask switches off


def _conflicts(run: Run) -> Iterator[tuple[str, str]]:
    masked = run.corruption if run.pretraining == "denoising_masking" else 0.0
    off = {"dropout": run.dropout, "input_dropout": run.input_dropout, "corruption": masked}
    for field, share in off.items():
        if 0 < share < SMALLEST_SHARE:
            yield field, f"{share} is too small for a mask: use 0 or at least {SMALLEST_SHARE}"
    if run.folds == 1:
        yield "folds", "one fold leaves nothing to learn from: use 0, or 2 and more"
    if run.corruption and not run.pretraining.startswith("denoising"):
        yield "corruption", "it has no effect without a denoising autoencoder (pretraining)"
    if run.dropout and not run.depth:
        yield "dropout", "it has no effect without a hidden layer (depth: 0)"
    if (
        weights := (run.depth - 1) * run.width**2 * max(run.kernel_above or run.kernel, 1)
    ) > MOST_WEIGHTS:
        yield "width", f"{weights:,} weights between hidden layers: at most {MOST_WEIGHTS:,}"
    if run.pretraining != "none" and not run.pretraining_epochs:
        yield "pretraining_epochs", f"pretraining: {run.pretraining} needs at least 1 pass"
    if run.pretraining == "none" and run.pretraining_epochs:
        yield "pretraining_epochs", "passes of pretraining need a kind of pretraining"
    if run.pretraining == "rbm" and run.activation != "sigmoid":
        yield "activation", "an RBM has sigmoid units: pretraining: rbm needs activation: sigmoid"
    if run.pretraining != "none" and run.kernel:
        yield "kernel", "pretraining prepares dense layers: use kernel: 0"
    if run.pretraining != "none" and not run.depth:
        yield "depth", "pretraining needs a hidden layer"
    yield from _conflicts_of_convolutions(run)
    yield from _conflicts_of_norms(run)
    if run.steps is not None and run.epochs != _defaults(Run)["epochs"]:
        yield "steps", "give the length in steps or in epochs, not in both"


def _conflicts_of_convolutions(run: Run) -> Iterator[tuple[str, str]]:
    more = run.stride > 1 or run.stride_above > 1 or run.padding or run.kernel_above
    if not run.kernel and more:
        yield "kernel", "stride and padding belong to a convolution: give a kernel"
    if run.kernel and run.residual != "none":
        if run.padding * 2 + 1 != (run.kernel_above or run.kernel):
            yield "padding", "a residual convolution keeps its width: use padding: (kernel - 1) / 2"
        if run.stride_above > 1:
            yield "stride_above", "a residual convolution keeps its width: use 1"


def _conflicts_of_norms(run: Run) -> Iterator[tuple[str, str]]:
    if run.norm == "none":
        return
    if not run.depth:
        yield "norm", "it has no effect without a hidden layer (depth: 0)"
    if run.pretraining != "none":
        yield "norm", "pretraining prepares layers without it: use norm: none"
    if run.norm == "batch" and run.batch_size == 1:
        yield "batch_size", "norm: batch needs two examples or more in a batch; or use norm: layer"


FIELDS = tuple(Run.model_fields)

KINDS: dict[str, frozenset[Kind]] = {
    name: frozenset(m for m in field.metadata if isinstance(m, Kind)) or frozenset({Kind.SHAPE})
    for name, field in Run.model_fields.items()
}


def fields_of(kind: Kind) -> tuple[str, ...]:
    """The fields of a kind, in their order."""
    return tuple(name for name in FIELDS if kind in KINDS[name])


TUNED = frozenset(fields_of(Kind.TUNED))
MACHINE = {
    name: m
    for name, field in Run.model_fields.items()
    for m in field.metadata
    if isinstance(m, Machine)
}
_shape_of, _switches_of = (attrgetter(*fields_of(kind)) for kind in (Kind.SHAPE, Kind.SWITCH))


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@cache
def canonical(run: Run) -> str:
    """The fields that differ from their defaults, as canonical JSON."""
    defaults = _defaults(type(run))
    changed = {
        name: value + 0.0 if isinstance(value, float) else value  # -0.0 is 0.0
        for name, value in run.__dict__.items()
        if value != defaults[name]
    }
    return _encode(changed)


@cache
def _defaults(kind: type[Run]) -> dict[str, Any]:
    return {name: field.default for name, field in kind.model_fields.items()}


def short_digest(text: str) -> str:
    """The eight hexadecimal digits of a text in an id."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@cache
def run_id(run: Run) -> str:
    """A readable name and eight hexadecimal digits of the canonical JSON."""
    digest = short_digest(canonical(run))
    return f"{run.dataset}-d{run.depth}-w{run.width}-{run.activation}-s{run.seed}-{digest}"


@cache
def shape(run: Run) -> tuple[Any, ...]:
    """What must be equal for runs to share a stack."""
    return *_shape_of(run), *(value > 0 for value in _switches_of(run))


def machine_run(run: Run) -> Run:
    """What a run is while one of its hidden layers is pretrained."""
    values = {name: getattr(run, m.field) if m.field else m.value for name, m in MACHINE.items()}
    return run.model_copy(update=values)


@cache
def cell_id(run: Run) -> str:
    """The name of a run's configuration: the run without its seed."""
    return run_id(run.model_copy(update={"seed": 0})).replace("-s0-", "-")


def allowed(field: str) -> str:
    """What a field may hold, in words."""
    return words(place_in(Run.model_json_schema(), (field,)))
