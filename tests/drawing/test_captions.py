"""What is written beside a figure follows from the study and from the rows that are drawn."""

from types import SimpleNamespace

import pandas as pd
import pytest

from mlpstudy.design.claims import FigureSpec
from mlpstudy.drawing import captions, swept
from mlpstudy.words import LANGUAGES, Words
from tests.drawing import drawn

STUDY = {
    "base": {"depth": 2, "width": 64, "epochs": 30, "eta": 0.1},
    "tune": {"eta": {"least": []}},
    "measures": {"gap": "test_loss - train_loss"},
    "sweep": {
        "rates": {
            "base": {},
            "grid": {"dropout": [0.0, 0.2, 0.5], "label_noise": [0.0, 0.3], "eta": [0.01, 0.1]},
            "zip": {"dataset": ["digits", "moons"], "train_size": [300, 200]},
            "cells": None,
        }
    },
    "claims": [{"statistic": "error_reduced", "contrast": {"measure": "gap"}}],
    "reach": {"measure": "validation_accuracy", "level": 0.9},
}


def finding(verdict="supported", value=0.25, name="error_reduced"):
    says = {"en": "It helps", "fr": "Il aide"}
    return SimpleNamespace(statistic=name, verdict=verdict, value=value, networks=12, says=says)


FINDINGS = [finding(), finding("undecided", -1.5), finding(value=9, name="another")]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "{1 of 2}, 0 against; from -1.5 to 0.25 in 72 networks"),
        ("fr", "{1 sur 2}, 0 contre ; de -1,5 à 0,25 dans 72 réseaux"),
    ],
)
def test_a_title_of_the_study_counts_its_findings(language, expected):
    title = {
        "en": "{{{supported} of {n}}}, {contradicted} against; from {smallest} to {largest} in "
        "{networks} networks",
        "fr": "{{{supported} sur {n}}}, {contradicted} contre ; de {smallest} à {largest} dans "
        "{networks} réseaux",
    }
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"title": title, "about": ("error_reduced",)})
    said = captions.title(spec, FINDINGS, Words(language), frame)
    assert said.replace("−", "-").replace("\u202f", " ") == expected


@pytest.mark.parametrize(
    ("kind", "language", "expected"),
    [
        ("line", "en", "Test loss (nats) and test error against share of hidden units switched off"),
        ("line", "fr", "Coût en test (nats) et erreur en test selon part des unités cachées éteintes"),
        ("heatmap", "en", "Test error by activation and initialization"),
        ("forest", "en", "It helps: so in 1 of 2 conditions"),
        ("forest", "fr", "Il aide\u202f: oui dans 1 conditions sur 2"),
        ("survival", "en", "Share of networks that are not there yet, pass by pass"),
    ],
)  # fmt: skip
def test_a_title_that_no_one_wrote_says_what_is_drawn(kind, language, expected):
    spec, _ = drawn.FRAMES[kind]
    assert captions.title(spec, FINDINGS, Words(language)) == expected


CAPTION = {
    "en": "Mean over the seeds, with its 95 % interval. Swept: share of hidden units switched off "
    "(0, 0.2 and 0.5); share of wrong labels (0 and 0.3); dataset (digits and moons). Fixed: 2 "
    "hidden layers of 64, 30 passes. Training examples: 300 (digits) and 200 (moons). n = 6 seeds, "
    "72 networks. In each configuration step eta is the value of 0.01 and 0.1 with the least mean "
    "validation loss for losses, with the least mean validation error for the rest. Look left.",
    "fr": "Moyenne sur les graines, avec son intervalle à 95 %. On fait varier : part des unités "
    "cachées éteintes (0 ; 0,2 et 0,5) ; part d'étiquettes fausses (0 et 0,3) ; jeu de données "
    "(digits et moons). Fixé : 2 couches cachées de 64, 30 passes. Exemples d'apprentissage : 300 "
    "(digits) et 200 (moons). n = 6 graines, 72 réseaux. Pour chaque configuration, taux "
    "d'apprentissage eta : parmi 0,01 et 0,1, la valeur de moindre coût moyen en validation pour les "
    "coûts, de moindre erreur moyenne en validation pour le reste. Regardez à gauche.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_says_what_is_swept_and_fixed_how_many_and_how_eta_was_chosen(language):
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"note": {"en": "Look left.", "fr": "Regardez à gauche."}})
    said = captions.caption(spec, STUDY, frame, Words(language))
    assert said.replace("\u202f", " ") == CAPTION[language]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"y": ("gap",)}, "the least mean of this: validation loss (nats)."),
        ({"y": ("reached",)}, "A network is there at validation accuracy 0.9."),
        ({"y": ("test_error",)}, "the least mean of this: validation error."),
        ({"tune": {}}, "n = 6 seeds, 72 networks."),
        ({"over": ("width",)}, "Averaged over units of each hidden layer."),
        ({"together": ("train_size",)}, "30 passes. n = 6 seeds, 72 networks."),
        ({"statistic": "share"}, "Share of the networks, with Wilson's 95 % interval."),
    ],
)
def test_a_caption_follows_the_description(more, expected):
    spec, frame = drawn.FRAMES["line"]
    said = captions.caption(spec.model_copy(update=more), STUDY, frame, Words("en"))
    assert expected in said.replace("\u202f", " ")


def test_what_diverged_is_counted_once_for_all_measures():
    spec, frame = drawn.FRAMES["line"]
    frame = frame.assign(diverged=(frame["dropout"] == 0.5) * 2)
    said = captions.caption(spec, STUDY, frame, Words("en"))
    assert "8 networks diverged: they count as the worst." in said


def test_networks_are_those_of_different_runs():
    """Levels that are no field of a run: some have networks of their own, some the same."""
    spec = drawn.spec("point", x="way")
    rows = {"dataset": "digits", "way": ["a", "b", "c"], "networks": 6, "run": ["r0", "r1", "r1"]}
    assert captions.counts.networks(spec, pd.DataFrame(rows)) == 12


def test_a_forest_chooses_by_the_family_of_what_its_claims_compare():
    spec, frame = drawn.FRAMES["forest"]
    said = captions.caption(spec, STUDY, frame, Words("en"))
    assert "the least mean of this: validation loss (nats)." in said
    assert "Each side is at the settings that suit it best." in said
    assert captions.counts.networks(spec, frame) == 0


def test_of_a_single_eta_nothing_is_chosen_and_rows_of_no_network_have_their_own_levels_fixed():
    spec, frame = drawn.FRAMES["line"]
    grid = {**STUDY["sweep"]["rates"]["grid"], "eta": [0.1]}
    study = {**STUDY, "sweep": {"rates": {**STUDY["sweep"]["rates"], "grid": grid}}}
    spec = spec.model_copy(update={"where": {"dataset": ("digits",)}})
    said = captions.caption(spec, study, frame.assign(networks=0), Words("en"))
    assert "Fixed: digits." in said and "least mean" not in said


def test_a_cell_or_a_block_that_does_not_name_a_field_has_its_default():
    given = {"base": {"width": 8}, "zip": {}, "grid": {}}
    cells = [{"activation": "relu", "residual": "scaled"}, {"activation": "tanh"}]
    blocks = {"a": {**given, "cells": cells}, "b": {**given, "base": {"width": 8, "dropout": 0.5}}}
    study = {**STUDY, "base": {}, "sweep": blocks, "tune": {}}
    levels = swept.block_levels(study, blocks["a"])
    assert levels == {"width": [8], "activation": ["relu", "tanh"], "residual": ["scaled", "none"]}
    frame = drawn.lines().drop(columns="dropout")
    assert swept.fixed(drawn.spec(x="width"), study, frame) == {"width": 8}


def test_blocks_that_walk_together_by_zip_are_told_together():
    zips = {"a": ([300, 500], ["digits", "moons"]), "b": ([700], ["wine"])}
    blocks = {
        name: {"base": {}, "grid": {}, "zip": {"dataset": dataset, "train_size": size}}
        for name, (size, dataset) in zips.items()
    }
    study = {**STUDY, "sweep": blocks}
    frame = drawn.lines()
    frame = pd.concat([frame, frame.assign(dataset="wine")])
    spec = drawn.spec(col="dataset")
    pairs = [(300, "digits"), (500, "moons"), (700, "wine")]
    assert swept.together(spec, study, frame) == {("train_size", "dataset"): pairs}
    twice = {**blocks["b"], "zip": {"dataset": ["digits"], "train_size": [9]}}
    study = {**STUDY, "sweep": {**blocks, "c": twice}}
    assert swept.together(spec, study, frame) == {}  # digits has two
    plain = {"base": {"dataset": "moons", "train_size": 500}, "grid": {}, "zip": {}}
    study = {**STUDY, "sweep": {**blocks, "c": plain}}
    assert swept.together(spec, study, frame) == {
        ("train_size", "dataset"): pairs
    }  # as another block has it


ALT = {
    ("line", "en"): "Test loss (nats): from 1 (clean labels, digits, no dropout) to 1.88 (30 % of "
    "labels wrong, moons, rate 0.5).",
    ("line", "fr"): "Coût en test (nats) : de 1 (étiquettes intactes, digits, sans dropout) à 1,88 "
    "(30 % d'étiquettes fausses, moons, taux 0,5).",
    ("forest", "en"): "8 findings: 2 are supported, 2 are contradicted, 2 are too small to matter and 2 are undecided.",
    ("survival", "en"): "Share left after the last pass: from 0 (ReLU) to 0.75 (tanh).",
    ("heatmap", "en"): "Test error: from 0.1 (ReLU, He) to 0.5 (sigmoid, He).",
    ("scatter", "en"): "Measured: from 0.12 to 0.41.",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "language"), ALT)
def test_those_who_do_not_see_a_figure_are_told_its_ends(kind, language):
    spec, frame = drawn.FRAMES[kind]
    said = captions.alt(spec, frame, Words(language))
    assert ALT[kind, language] in said.replace("\u202f", " ")


def test_only_the_study_can_say_what_a_figure_of_its_own_shows():
    spec = FigureSpec.model_validate(
        {"name": "net", "kind": "python", "alt": {"en": "A", "fr": "Un"}}
    )
    assert [captions.alt(spec, pd.DataFrame(), Words(each)) for each in ("en", "fr")] == ["A", "Un"]


@pytest.mark.parametrize(("networks", "n"), [(0, 1), (1, 1), (0, 8)])
def test_what_is_counted_once_has_neither_seeds_nor_an_interval(networks, n):
    spec, frame = drawn.FRAMES["line"]
    once = frame.assign(networks=networks, n=n)
    said = captions.caption(spec, STUDY, once, Words("en"))
    assert ("seed" in said) == (networks > 0 or n > 1)
    assert ("interval" in said) == (n > 1)
    assert ("Fixed" in said) == (networks > 0)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "n = 6 starts, 72 networks"), ("fr", "n = 6 départs, 72 réseaux")],
)
def test_n_counts_what_the_description_says(language, expected):
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"n_of": {"en": "starts", "fr": "départs"}})
    said = captions.caption(spec, STUDY, frame, Words(language))
    assert expected in said.replace("\u202f", " ")
    assert {"en": "over the starts", "fr": "sur les départs"}[language] in said


def test_a_title_may_say_the_least_and_the_most_and_where_they_are():
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"title": "{least} ({least_at}) to {most} ({most_at})"})
    said = captions.title(spec, [], Words("en"), frame).replace("\u202f", " ")
    assert said == (
        "1 (clean labels, digits, no dropout) to 1.9 (30 % of labels wrong, moons, rate 0.5)"
    )


@pytest.mark.parametrize(
    ("language", "title", "expected"),
    [
        ("en", "{smallest_percent} to {largest_percent}", "-150 % to 25 %"),
        ("fr", "de {smallest_points} à {largest_points} points", "de -150 à 25 points"),
        ("fr", "{largest_percent} des réseaux", "25 % des réseaux"),
    ],
)
def test_a_title_may_say_a_share_as_a_percentage_and_a_difference_in_points(
    language, title, expected
):
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"title": title, "about": ("error_reduced",)})
    said = captions.title(spec, FINDINGS, Words(language), frame)
    assert said.replace("−", "-").replace("\u202f", " ") == expected


def test_of_a_heatmap_the_ends_are_those_of_its_tiles():
    spec, frame = drawn.FRAMES["heatmap"]
    spec = spec.model_copy(update={"title": "{least} to {most}"})
    frame = frame.assign(measure="test_error")
    assert captions.title(spec, [], Words("en"), frame) == "0.1 to 0.5"


def test_numbers_that_a_study_names_are_listed_by_their_names():
    words = Words("en", {"depth=0": "logistic model"})
    assert swept.listed("depth", [0, 2], words) == "logistic model and 2"


def test_what_a_study_calls_by_a_name_is_no_theory():
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"theory": "published"})
    words = Words("en", {"published": "published accuracy"})
    assert "Thin dashed lines: published accuracy." in captions.caption(spec, STUDY, frame, words)


def test_a_title_without_findings_has_no_number_where_one_would_stand():
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"title": "{largest} in {n}", "about": ("error_reduced",)})
    assert captions.title(spec, [], Words("en"), frame) == "— in 0"


@pytest.mark.parametrize(("rows", "told"), [(slice(None), True), ([0, 1], False)])
def test_a_tile_without_a_value_is_told(rows, told):
    spec, frame = drawn.FRAMES["heatmap"]
    said = captions.caption(spec, STUDY, frame.iloc[rows], Words("en"))
    assert ("Where a tile is grey" in said) is told


@pytest.mark.parametrize(("rate", "eta"), [(0.5, "0.01 and 0.1"), (0.9, "1 and 3")])
def test_the_blocks_of_a_figure_are_those_that_it_may_show(rate, eta):
    rates = STUDY["sweep"]["rates"]
    others = {**rates, "grid": {"dropout": [0.9], "eta": [1.0, 3.0]}}
    study = {**STUDY, "sweep": {"rates": rates, "others": others}}
    spec, frame = drawn.FRAMES["line"]
    spec = spec.model_copy(update={"where": {"dropout": (rate,)}})
    assert f"step eta is the value of {eta} with" in captions.caption(
        spec, study, frame, Words("en")
    )
