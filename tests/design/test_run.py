import json

import pytest
from pydantic import ValidationError

from mlpstudy.design.mistakes import mistake_in
from mlpstudy.design.run import (
    FIELDS,
    KINDS,
    TUNED,
    Kind,
    Run,
    allowed,
    canonical,
    cell_id,
    fields_of,
    machine_run,
    run_id,
    shape,
)

# Another value for every field than its default, and what must be set beside it.
OTHER = {
    "dataset": "moons",
    "train_size": 100,
    "label_noise": 0.3,
    "label_smoothing": 0.1,
    "permuted": True,
    "folds": 5,
    "input_noise": 0.5,
    "input_dropout": 0.2,
    "depth": 3,
    "width": 64,
    "kernel": 3,
    "kernel_above": 5,
    "stride": 2,
    "stride_above": 2,
    "padding": 1,
    "activation": "relu",
    "initialization": "he_normal",
    "init_gain": 2.0,
    "init_bias": 0.2,
    "residual": "plain",
    "norm": "layer",
    "dropout": 0.5,
    "cost": "mse",
    "reduction": "mean",
    "class_weights": "balanced",
    "weight_decay": 0.01,
    "optimizer": "adam",
    "eta": 0.01,
    "momentum": 0.0,
    "clip": 1.0,
    "schedule": "cosine",
    "warmup": 3,
    "batch_size": None,
    "epochs": 40,
    "steps": 100,
    "patience": 5,
    "trained": "last",
    "pretraining": "rbm",
    "pretraining_epochs": 7,
    "pretraining_eta": 0.5,
    "corruption": 0.2,
    "restart": 3,
    "seed": 5,
}
PREPARED = {"pretraining": "autoencoder", "pretraining_epochs": 5}
BESIDE = {
    "kernel_above": {"kernel": 3},
    "stride": {"kernel": 3},
    "stride_above": {"kernel": 3},
    "padding": {"kernel": 3},
    "pretraining": PREPARED,
    "pretraining_epochs": PREPARED,
    "corruption": {**PREPARED, "pretraining": "denoising_masking"},
}


def pair(field):
    """Two runs that differ in one field alone."""
    beside = BESIDE.get(field, {})
    return Run(**beside), Run(**{**beside, field: OTHER[field]})


def test_every_field_has_another_value_here():
    assert set(OTHER) == set(FIELDS)


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (Run(), "digits-d2-w32-sigmoid-s0-44136fa3"),
        (
            Run(depth=4, width=64, activation="relu", initialization="he_normal", seed=7),
            "digits-d4-w64-relu-s7-64e3618d",
        ),
        (
            Run(
                dataset="mnist_1d",
                train_size=1000,
                label_noise=0.3,
                eta=1e-3,
                batch_size=None,
                permuted=True,
                dropout=0.5,
                seed=4294967295,
            ),
            "mnist_1d-d2-w32-sigmoid-s4294967295-029d8a1d",
        ),
    ],
)
def test_ids_stay_what_they_are(run, name):
    assert run_id(run) == name


def test_the_defaults_that_ids_leave_out_stay_what_they_are():
    defaults = {
        "dataset": "digits", "train_size": None, "label_noise": 0.0, "label_smoothing": 0.0,
        "permuted": False, "input_noise": 0.0, "depth": 2, "width": 32, "kernel": 0, "stride": 1,
        "padding": 0, "activation": "sigmoid", "initialization": "glorot_uniform",
        "init_gain": 1.0, "residual": "none", "dropout": 0.0, "cost": "nll", "weight_decay": 0.0,
        "optimizer": "sgd", "eta": 0.1, "momentum": 0.9, "schedule": "constant",
        "batch_size": 32, "epochs": 20, "trained": "all", "pretraining": "none",
        "pretraining_epochs": 0, "pretraining_eta": 0.1, "corruption": 0.0, "restart": 0, "seed": 0,
        "input_dropout": 0.0, "kernel_above": 0, "stride_above": 1, "init_bias": 0.0,
        "reduction": "sum", "steps": None, "clip": 0.0, "warmup": 0, "folds": 0,
        "norm": "none", "class_weights": "none", "patience": None,
    }  # fmt: skip
    assert {field: getattr(Run(), field) for field in defaults} == defaults


def test_a_new_field_renames_no_old_run():
    class Later(Run):
        colour: str = "none"

    assert canonical(Later(depth=3)) == canonical(Run(depth=3))
    assert run_id(Later(depth=3)) == run_id(Run(depth=3))
    assert run_id(Later(depth=3, colour="red")) != run_id(Run(depth=3))


def test_the_canonical_text_holds_what_differs_and_makes_the_run_again():
    run = Run(depth=3, eta=1, batch_size=None, seed=2)
    assert canonical(run) == '{"batch_size":null,"depth":3,"eta":1.0,"seed":2}'
    assert Run(**json.loads(canonical(run))) == run


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_is_part_of_the_id(field):
    one, other = pair(field)
    assert run_id(one) != run_id(other)
    assert canonical(one) != canonical(other)


def test_equal_runs_have_one_id():
    canonical.cache_clear()
    assert canonical(Run(momentum=-0.0)) == '{"momentum":0.0}'
    canonical.cache_clear()
    assert canonical(Run(momentum=0)) == '{"momentum":0.0}'


@pytest.mark.parametrize("field", FIELDS)
def test_the_shape_changes_with_its_fields_alone(field):
    one, other = pair(field)
    assert (shape(one) != shape(other)) == (Kind.EACH not in KINDS[field])


@pytest.mark.parametrize("field", fields_of(Kind.SWITCH))
def test_runs_with_different_rates_share_a_stack(field):
    assert shape(Run(**{field: 0.1})) == shape(Run(**{field: 0.2})) != shape(Run())


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_says_once_how_it_is_stacked(field):
    stated = [kind for kind in Run.model_fields[field].metadata if isinstance(kind, Kind)]
    assert len({Kind.SHAPE, Kind.SWITCH, Kind.EACH} & set(stated)) == 1
    assert KINDS[field] == set(stated)


def test_fields_by_what_they_are_for():
    assert fields_of(Kind.SWITCH) == (
        "input_noise",
        "input_dropout",
        "dropout",
        "weight_decay",
        "clip",
    )
    assert fields_of(Kind.DRAW) == ("restart", "seed")
    assert {"eta", "pretraining_eta"} == TUNED
    assert "data" in KINDS["seed"] and "data" not in KINDS["restart"]


def test_what_a_run_is_while_a_layer_is_pretrained():
    run = Run(
        depth=4, activation="tanh", dropout=0.5, weight_decay=0.1, optimizer="adam", eta=1.0,
        input_dropout=0.2, reduction="mean", steps=50, clip=0.1, warmup=2,
        class_weights="balanced", patience=3,
        schedule="cosine", pretraining="autoencoder", pretraining_epochs=7, pretraining_eta=0.3,
        momentum=0.5, batch_size=8, seed=3,
    )  # fmt: skip
    machine = Run(
        depth=1, activation="tanh", cost="mse_raw", eta=0.3, epochs=7, pretraining_eta=0.3,
        momentum=0.5, batch_size=8, seed=3,
    )  # fmt: skip
    assert machine_run(run) == machine


def test_a_cell_is_a_run_without_its_seed():
    assert cell_id(Run(depth=3, seed=1)) == cell_id(Run(depth=3, seed=20)) == cell_id(Run(depth=3))
    assert cell_id(Run(depth=3)) == run_id(Run(depth=3)).replace("-s0-", "-")
    assert cell_id(Run(depth=3, eta=0.2)) != cell_id(Run(depth=3))


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"pretraining": "rbm"}, "pretraining_epochs: pretraining: rbm needs at least 1 pass"),
        (
            {"dropout": 1e-5},
            "dropout: 1e-05 is too small for a mask: use 0 or at least 1.52587890625e-05",
        ),
        (
            {"pretraining": "denoising_masking", "pretraining_epochs": 1, "corruption": 1e-6},
            "corruption: 1e-06 is too small for a mask: use 0 or at least 1.52587890625e-05",
        ),
        ({"pretraining_epochs": 5}, "pretraining_epochs: passes of pretraining need a kind"),
        (
            {"pretraining": "rbm", "pretraining_epochs": 5, "activation": "tanh"},
            "activation: an RBM has sigmoid units",
        ),
        (
            {"pretraining": "autoencoder", "pretraining_epochs": 5, "kernel": 3},
            "kernel: pretraining prepares dense layers",
        ),
        (
            {"pretraining": "autoencoder", "pretraining_epochs": 5, "depth": 0},
            "depth: pretraining needs a hidden layer",
        ),
        ({"corruption": 0.2}, "corruption: it has no effect without a denoising autoencoder"),
        (
            {"corruption": 0.2, "pretraining": "autoencoder", "pretraining_epochs": 5},
            "corruption: it has no effect without a denoising autoencoder",
        ),
        ({"dropout": 0.2, "depth": 0}, "dropout: it has no effect without a hidden layer"),
        (
            {"width": 65536, "depth": 10},
            "width: 38,654,705,664 weights between hidden layers: at most 100,000,000",
        ),
        ({"norm": "batch", "depth": 0}, "norm: it has no effect without a hidden layer"),
        (
            {"norm": "layer", "pretraining": "autoencoder", "pretraining_epochs": 5},
            "norm: pretraining prepares layers without it: use norm: none",
        ),
        (
            {"norm": "batch", "batch_size": 1},
            "batch_size: norm: batch needs two examples or more in a batch; or use norm: layer",
        ),
        ({"patience": 0}, "patience: 0 is not allowed; a whole number >= 1 and <= 100000 or null"),
        ({"norm": "group"}, "norm: 'group' is not allowed; one of none, batch, layer"),
        ({"eta": 1e-320}, "eta: 1e-320 is not allowed; a number >= 1e-38"),
        ({"init_gain": 1e300}, "init_gain: 1e+300 is not allowed; a number >= 1e-38"),
        ({"stride": 2}, "kernel: stride and padding belong to a convolution"),
        ({"stride_above": 2}, "kernel: stride and padding belong to a convolution"),
        ({"kernel_above": 3}, "kernel: stride and padding belong to a convolution"),
        ({"steps": 10, "epochs": 5}, "steps: give the length in steps or in epochs, not in both"),
        (
            {"kernel": 3, "padding": 1, "residual": "plain", "stride_above": 2},
            "stride_above: a residual convolution keeps its width: use 1",
        ),
        (
            {"kernel": 3, "kernel_above": 5, "padding": 1, "residual": "plain"},
            "padding: a residual convolution keeps its width",
        ),
        ({"kernel": 3, "residual": "plain"}, "padding: a residual convolution keeps its width"),
    ],
)
def test_fields_that_do_not_fit_together_are_told(fields, line):
    with pytest.raises(ValidationError) as caught:
        Run(**fields)
    assert str(mistake_in(caught.value, Run)).startswith(line)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("train_size", "a whole number >= 1 or null"),
        ("permuted", "true or false"),
        ("residual", "one of none, plain, scaled"),
        ("dropout", "a number >= 0 and <= 0.95"),
        ("seed", "a whole number >= 0 and < 4294967296"),
        ("init_gain", "a number >= 1e-38 and <= 1e+38"),
    ],
)
def test_what_a_field_allows_in_words(field, text):
    assert allowed(field) == text


def test_a_name_is_one_of_its_table():
    assert allowed("activation").startswith("one of sigmoid, tanh, relu")


NONSENSE = ["nonsense", True, float("nan"), float("inf"), [], {}, "1e-3"]


@pytest.mark.parametrize(
    ("field", "value"),
    [(f, v) for f in FIELDS for v in NONSENSE if (f, v) != ("permuted", True)],
)
def test_nonsense_is_refused_in_every_field(field, value):
    with pytest.raises(ValidationError) as caught:
        Run(**{field: value})
    line = str(mistake_in(caught.value, Run))
    assert line.startswith(f"{field}: ")
    assert allowed(field) in line


def test_a_run_cannot_be_changed():
    with pytest.raises(ValidationError):
        Run().depth = 3
