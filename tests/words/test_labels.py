"""What is swept and measured, in words."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import NoneType
from typing import Literal, get_args, get_origin

import numpy as np
import pytest

from mlpstudy.design import yaml_file
from mlpstudy.design.measures import CURVE_COLUMNS, LAYER_COLUMNS, RUN_COLUMNS
from mlpstudy.design.names import TABLES, names_of
from mlpstudy.design.run import FIELDS, Run
from mlpstudy.words import Words, labels

EN, FR = Words("en"), Words("fr")
STUDIES = sorted((Path(__file__).parents[2] / "config/studies").glob("*.yaml"))


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("name", "english", "french"),
    [
        ("dropout", "share of hidden units switched off", "part des unités cachées éteintes"),
        ("eta", "step eta", "taux d'apprentissage eta"),
        ("test_loss", "test loss (nats)", "coût en test (nats)"),
        ("my_own_measure", "my own measure", "my own measure"),
    ],
)
def test_a_label(name, english, french):
    assert (EN.label(name), FR.label(name)) == (english, french)


@pytest.mark.parametrize(
    ("name", "level", "english", "french"),
    [
        ("label_noise", 0.3, "30 % of labels wrong", "30 % d'étiquettes fausses"),
        ("label_noise", 0.0, "clean labels", "étiquettes intactes"),
        ("dropout", 0.5, "rate 0.5", "taux 0,5"),
        ("dropout", np.float64(0), "no dropout", "sans dropout"),
        ("dataset", "mnist_1d", "MNIST-1D", "MNIST-1D"),
        ("cost", "mse", "squared error", "erreur quadratique"),
        ("depth", 1, "1 hidden layer", "1 couche cachée"),
        ("depth", 0, "no hidden layer", "sans couche cachée"),
        ("train_size", 200, "200 examples", "200 exemples"),
        ("train_size", None, "all training examples", "tous les exemples d'apprentissage"),
        ("batch_size", None, "all examples in each step", "tous les exemples à chaque pas"),
        ("residual", "scaled", "residual layers, scaled", "couches résiduelles réduites"),
        ("permuted", True, "permuted inputs", "entrées permutées"),
        ("pretraining", "rbm", "RBM", "RBM"),
        ("schedule", "cosine", "eta cosine", "eta cosinus"),
        ("pretraining", "none", "not pretrained", "sans pré-apprentissage"),
        ("my_factor", 0.5, "my factor 0.5", "my factor 0,5"),
        ("my_factor", "some_level", "some_level", "some_level"),
        ("my_factor", True, "my factor yes", "my factor oui"),
    ],
)
def test_a_level(name, level, english, french):
    assert (plain(EN.value(name, level)), plain(FR.value(name, level))) == (english, french)


@pytest.mark.parametrize(
    ("levels", "english", "french"),
    [
        (
            {"dataset": "digits", "label_noise": 0.0, "dropout": 0.2},
            "digits, clean labels, rate 0.2",
            "digits, étiquettes intactes, taux 0,2",
        ),
        (
            {"dataset": "moons", "depth": 3, "eta": 0.1, "width": 32},
            "moons, 3 hidden layers of 32, eta 0.1",
            "moons, 3 couches cachées de 32, eta 0,1",
        ),
        ({"width": 32}, "width 32", "largeur 32"),
        (
            {"depth": 0, "width": 32},
            "no hidden layer",
            "sans couche cachée",
        ),
        ({}, "", ""),
    ],
)
def test_a_condition(levels, english, french):
    kept = dict(levels)
    assert (EN.condition(levels), FR.condition(levels)) == (english, french)
    assert levels == kept


def test_every_field_of_a_run_has_a_label():
    assert set(labels.FIELDS) == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS)
def test_every_default_says_what_it_is(field):
    level = Run.model_fields[field].default
    assert EN.value(field, level).strip()
    assert str(level) != EN.value(field, level) or field in (
        "dataset",
        "activation",
        "initialization",
    )


def allowed(field: str) -> set:
    """The names that a field may hold; None where it may be left out."""
    if field in TABLES:
        return set(names_of(field))
    options = get_args(Run.model_fields[field].annotation)
    return {None} if NoneType in options else set(options)


@pytest.mark.parametrize("field", sorted(labels.NAMES.keys() & set(FIELDS)))
def test_names_are_those_of_levels(field):
    assert set(labels.NAMES[field]) <= allowed(field)


@pytest.mark.parametrize(
    "field", [f for f in FIELDS if get_origin(Run.model_fields[f].annotation) is Literal]
)
def test_every_option_of_a_field_has_words(field):
    assert set(labels.NAMES[field]) == allowed(field)


@pytest.mark.parametrize(
    ("name", "level", "english", "french"),
    [
        ("dropout", 0.5, "0.5", "0,5"),
        ("train_size", None, "all of them", "tous"),
        ("trained", "all", "all", "toutes"),
        ("schedule", "step", "by steps", "par paliers"),
        ("permuted", False, "no", "non"),
        ("dataset", "digits", "digits", "digits"),
        ("dataset", "my_data", "my_data", "my_data"),
        ("activation", "relu", "ReLU", "ReLU"),
        ("activation", "gaussian", "Gaussian", "gaussienne"),
        ("initialization", "old_uniform", "old uniform", "ancienne uniforme"),
        ("initialization", "he_normal", "He", "He"),
    ],
)
def test_a_level_beside_its_label(name, level, english, french):
    assert (EN.level(name, level), FR.level(name, level)) == (english, french)


@pytest.mark.parametrize("language", [EN, FR], ids=["en", "fr"])
@pytest.mark.parametrize("field", sorted(TABLES))
def test_names_of_the_tables_are_told_apart_and_no_code(field, language):
    shown = [language.level(field, name) for name in names_of(field)]
    assert len(set(shown)) == len(shown)
    assert not [text for text in shown if not re.fullmatch(r"[^\W_][^_]*", text)]


@pytest.mark.parametrize("path", STUDIES, ids=[path.stem for path in STUDIES])
def test_every_level_of_a_study_is_a_number_or_has_words(path):
    study = yaml_file.read(path)
    levels = {*levels_in(study.get("base")), *levels_in(study.get("sweep"))}
    coded = [at for at in levels if "_" in EN.level(*at) + FR.level(*at)]
    assert not coded


def levels_in(part: object) -> Iterator[tuple[str, str]]:
    """Each field and name that a part of a study gives it."""
    if isinstance(part, dict):
        for key, value in part.items():
            listed = value if isinstance(value, list) else [value]
            if key in FIELDS:
                yield from ((key, level) for level in listed if isinstance(level, str))
            else:
                yield from levels_in(value)
    elif isinstance(part, list):
        for each in part:
            yield from levels_in(each)


def test_every_column_of_runs_curves_and_layers_has_a_label():
    columns = {*RUN_COLUMNS, *CURVE_COLUMNS, *LAYER_COLUMNS}
    assert columns <= set(labels.LABELS)


@pytest.mark.parametrize(
    ("expression", "english", "french"),
    [
        (
            "test_loss - train_loss",
            "test loss − training loss",
            "coût en test − coût d'apprentissage",
        ),
        ("log10(eta) * 2", "log10(step eta) × 2", "log10(taux d'apprentissage eta) × 2"),
        ("1 - test_error", "1 − test error", "1 − erreur en test"),
        ("1e-3 < my_gap", "1e-3 < my gap", "1e-3 < my gap"),
    ],
)
def test_an_expression(expression, english, french):
    assert (EN.label(expression), FR.label(expression)) == (english, french)


def test_a_studys_own_levels_come_first():
    own = {
        "pass=a graph": {"en": "a graph", "fr": "un graphe"},
        "cost=mse": "L2",
        "all=1": "one",
        "depth=1": "alone",
    }
    words = Words("fr", own)
    assert (words.value("pass", "a graph"), words.value("cost", "mse")) == ("un graphe", "L2")
    assert words.condition({"pass": "a graph", "cost": "nll"}).startswith("un graphe, ")
    assert (words.value("other", "a graph"), words.level("all", 1)) == ("a graph", "one")
    assert (words.value("depth", 1), words.value("all", 1)) == ("alone", "one")


def test_a_studys_own_labels_come_first():
    own = {"gap": {"en": "overfit", "fr": "sur-apprentissage"}, "eta": "η (1/s)", "k": "k"}
    words = Words("fr", own)
    assert (words.label("gap"), words.label("eta")) == ("sur-apprentissage", "η (1/s)")
    assert words.label("gap / eta") == "sur-apprentissage / η"
    assert words.value("gap", 0.5) == "sur-apprentissage 0,5"
    assert words.label("dataset") == "jeu de données"
    assert {words, Words("fr", own)} == {words}
