"""English -> French: whole texts, patterns, parts, and what is left as it is."""

import string

import pytest

from mlpstudy.analysis import terms
from mlpstudy.drawing import style
from mlpstudy.said import Said

TABLE = {
    "depth": "profondeur",
    "depth {}": "profondeur {}",
    "depth {} against {}": "profondeur {} contre {}",
    "{} against {}": "{} contre {}",
    "{} hidden units": "{} unités cachées",
    "linear model": "modèle linéaire",
}


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(terms, "TERMS", TABLE)
    for cached in (terms.french, terms._patterns):
        cached.cache_clear()
    yield
    for cached in (terms.french, terms._patterns):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("depth", "profondeur"),
        ("depth 4", "profondeur 4"),
        ("depth 1 against 16", "profondeur 1 contre 16"),
        ("digits, tanh, depth 1 against 16", "digits, tanh, profondeur 1 contre 16"),
        (
            "linear model against 5,050 hidden units",
            "modèle linéaire contre 5\u202f050 unités cachées",
        ),
        ("depth 4\nlinear model", "profondeur 4\nmodèle linéaire"),
        ("tanh: depth 3; x", "tanh : profondeur 3 ; x"),
        ("tanh: x; y", "tanh: x; y"),
        ("depth of a network", "profondeur of a network"),
        ("glorot_uniform", "glorot_uniform"),
        ("", ""),
        (", ", ", "),
        ("{}", "{}"),
        ("<b> & {x} %s", "<b> & {x} %s"),
    ],
)
def test_french(table, text, expected):
    assert terms.french(text) == expected
    assert terms.said(text) == Said(en=text, fr=expected)


def test_a_name_is_told_in_words(table):
    assert terms.named("linear_model") == {"en": "linear model", "fr": "modèle linéaire"}


def test_every_entry_fills_the_braces_that_it_has():
    for english, french in terms.TERMS.items():
        fields = [[f for _, f, _, _ in string.Formatter().parse(t) if f is not None]
                  for t in (english, french)]  # fmt: skip
        assert len(fields[0]) == len(fields[1]), english
        assert english.strip() and french.strip() and english == english.strip()


def test_labels_in_a_figure_at_its_ticks_and_in_its_legend(table, tmp_path):
    figure, axes = style.panels()
    ax = axes[0, 0]
    ax.plot([1, 2], [3, 4], label="linear model")
    ax.set(title="depth 3", xlabel="depth")
    ax.set_xticks([1, 2], ["depth 1", "other"])
    ax.set_yticks([3, 4], [30, 40])  # numbers for labels
    ax.legend()
    paths = style.save(figure, tmp_path / "one", french=tmp_path / "fr" / "one")
    assert [p.relative_to(tmp_path).as_posix() for p in paths] == [
        "one.png",
        "one.svg",
        "fr/one.png",
        "fr/one.svg",
    ]
    assert paths[0].read_bytes() != paths[2].read_bytes()


def test_translate_changes_every_text(table):
    figure, axes = style.panels()
    ax = axes[0, 0]
    ax.plot([1, 2], [3, 4], label="linear model")
    ax.set(title="depth 3", xlabel="depth", ylabel="unknown")
    ax.set_xticks([1, 2], ["depth 1", "other"])
    ax.set_yticks([3, 4], [30, 40])  # numbers for labels
    ax.legend()
    style.translate(figure)
    figure.draw_without_rendering()
    assert ax.get_title("left") == "profondeur 3"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("profondeur", "unknown")
    assert [t.get_text() for t in ax.get_xticklabels()] == ["profondeur 1", "other"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["modèle linéaire"]
