import difflib
from typing import Annotated, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mlpstudy.design.claims import ContrastSpec
from mlpstudy.design.mistakes import (
    SYNONYMS,
    Mistake,
    dotted,
    mistake_in,
    nearest,
    place_in,
    refuse,
    shown,
    words,
)
from mlpstudy.design.names import names_of
from mlpstudy.design.run import FIELDS
from mlpstudy.design.sources import Classes, Source
from mlpstudy.design.study import Study


def test_a_mistake_is_one_line_with_file_key_value_allowed_and_nearest():
    mistake = Mistake(
        "is not allowed",
        file="config/studies/vanishing.yaml",
        key="sweep.start.grid.activation",
        value="rely",
        allowed="one of sigmoid, tanh, relu",
        nearest="relu",
    )
    assert str(mistake) == (
        "config/studies/vanishing.yaml: sweep.start.grid.activation: 'rely' is not allowed; "
        "one of sigmoid, tanh, relu; did you mean 'relu'?"
    )


def test_what_is_not_known_is_left_out():
    assert str(Mistake("is nested too deeply")) == "is nested too deeply"
    assert str(Mistake("is missing", key="title")) == "title: is missing"
    assert str(Mistake("is not allowed", value=None, hint="write 1")) == (
        "null is not allowed; write 1"
    )


@pytest.mark.parametrize("ugly", ["a\nb", "a\r", "\x1b[31m", "\u2028", "\u202e", "\ud800", "\x00"])
def test_nothing_breaks_or_bends_the_line(ugly):
    line = str(Mistake(f"p{ugly}", file=ugly, key=ugly, value=ugly, allowed=ugly, nearest=ugly))
    assert line.isprintable()
    assert line.encode()


def test_long_values_and_keys_are_shortened():
    line = str(Mistake("is not allowed", key="k" * 10_000, value="v" * 10_000))
    assert len(line) < 300
    assert "vvv... is not allowed" in line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("rely", "'rely'"),
        ("1", "'1'"),
        (1, "1"),
        (True, "true"),
        (None, "null"),
        (0.5, "0.5"),
        (float("nan"), ".nan"),
        (float("-inf"), "-.inf"),
        ([1, None, "é"], '[1, null, "é"]'),
        ({"a": True}, '{"a": true}'),
        pytest.param(16**5000, "a value of type int", id="endless digits"),
        ({1, 2}, "a value of type set"),
    ],
)
def test_values_are_shown_as_yaml_writes_them(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((), ""),
        (("sweep", "start", "grid", "eta", 2), "sweep.start.grid.eta[2]"),
        (("cells", 0, "depth"), "cells[0].depth"),
        (("sweep", "../x"), "sweep.'../x'"),
    ],
)
def test_places_are_dotted(place, text):
    assert dotted(place) == text


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("rely", "relu"),
        ("ReLU", "relu"),
        ("leaky-relu", "leaky_relu"),
        ("sigmoïd", "sigmoid"),
        ("quantum", ""),
        (5, ""),
    ],
)
def test_the_nearest_word(word, found):
    assert nearest(word, ["sigmoid", "tanh", "relu", "leaky_relu"]) == found


@pytest.mark.parametrize(
    ("written", "hint"), [("0,1", "write 0.1"), ("-2,5", "write -2.5"), ("0,125", "write 0.125"), ("1,000", ""), ("1,2,3", "")]
)  # fmt: skip
def test_a_decimal_comma(written, hint):
    with pytest.raises(ValidationError) as raised:
        Inner.model_validate({"eta": written})
    assert mistake_in(raised.value, Inner).hint == hint


@pytest.mark.parametrize("word", SYNONYMS)
def test_words_of_other_frameworks(word):
    meant = SYNONYMS[word]
    named = map(names_of, ("initialization", "activation", "cost"))
    models = (model.model_fields for model in (Source, Classes, Study, ContrastSpec))
    tables = [FIELDS, *named, *models]
    [table] = [table for table in tables if meant in table]
    assert word not in table and nearest(word.upper(), table) == meant
    assert nearest(word, ["nothing"]) == ""


def test_nearest_keeps_the_spelling_of_the_option():
    assert nearest("adam", ["SGD", "Adam"]) == "Adam"
    assert difflib.get_close_matches("adam", ["SGD", "ADAM"]) == []  # what it improves on


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    eta: float = Field(0.1, gt=0)
    size: int | None = Field(None, ge=1, le=2**40)
    kind: Literal["none", "plain"] = "none"


def _even(n: int) -> int:
    if n % 2:
        raise refuse("is odd", allowed="an even number")
    return n


def _no_pair(numbers: list[int]) -> list[int]:
    if len(numbers) == 2:
        raise refuse("a pair", key=(1,))
    return numbers


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    title: str
    inner: Inner = Inner()
    many: list[Inner] = []
    named: dict[str, Inner] = {}
    even: Annotated[int, AfterValidator(_even)] = 0
    numbers: Annotated[list[int], Field(min_length=1), AfterValidator(_no_pair)] = [1]
    flag: bool = False


NUMBER = "a number > 0"
SIZE = "a whole number >= 1 and <= 1099511627776 or null"


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ({}, "title: is missing; text"),
        ({"title": 5}, "title: 5 is not allowed; text"),
        ({"title": True}, "title: true is not allowed; text"),
        ({"inner": {"eta": 0}}, f"inner.eta: 0 is not allowed; {NUMBER}"),
        ({"inner": {"eta": True}}, f"inner.eta: true is not allowed; {NUMBER}"),
        ({"inner": {"eta": float("nan")}}, f"inner.eta: .nan is not allowed; {NUMBER}"),
        ({"inner": {"eta": float("inf")}}, f"inner.eta: .inf is not allowed; {NUMBER}"),
        ({"inner": {"eta": None}}, f"inner.eta: null is not allowed; {NUMBER}"),
        ({"inner": {"eta": "1e-3"}}, f"inner.eta: '1e-3' is not allowed; {NUMBER}; "
                                     "write 1e-3 without quotes"),
        ({"inner": {"eta": "1_000"}}, f"inner.eta: '1_000' is not allowed; {NUMBER}; write 1000"),
        ({"inner": {"eta": "1e-3x"}}, f"inner.eta: '1e-3x' is not allowed; {NUMBER}"),
        ({"inner": {"size": "0x10"}}, f"inner.size: '0x10' is not allowed; {SIZE}; write 16"),
        ({"inner": {"size": "0x_"}}, f"inner.size: '0x_' is not allowed; {SIZE}"),
        ({"inner": {"size": "1:30"}}, f"inner.size: '1:30' is not allowed; {SIZE}"),
        ({"inner": {"eta": "0.5"}}, f"inner.eta: '0.5' is not allowed; {NUMBER}; "
                                    "write 0.5 without quotes"),
        ({"inner": {"size": True}}, f"inner.size: true is not allowed; {SIZE}"),
        ({"inner": {"size": 2.5}}, f"inner.size: 2.5 is not allowed; {SIZE}"),
        ({"inner": {"size": 2.0}}, f"inner.size: 2.0 is not allowed; {SIZE}; write 2"),
        ({"inner": {"size": "1e3"}}, f"inner.size: '1e3' is not allowed; {SIZE}; write 1000"),
        ({"inner": {"kind": "plane"}}, "inner.kind: 'plane' is not allowed; one of none, plain; "
                                       "did you mean 'plain'?"),
        ({"inner": {"kind": None}}, "inner.kind: null is not allowed; one of none, plain; "
                                    "did you mean 'none'?"),
        ({"inner": 5}, "inner: 5 is not allowed; a mapping"),
        ({"inner": {"ets": 1}}, "inner.ets: unknown key; one of eta, size, kind; "
                                "did you mean 'eta'?"),
        ({"many": [{}, {"eta": -1}]}, f"many[1].eta: -1 is not allowed; {NUMBER}"),
        ({"many": {}}, "many: {} is not allowed; a list, each a mapping"),
        ({"named": {"x": {"kind": 1}}}, "named.x.kind: 1 is not allowed; one of none, plain"),
        ({"even": 3}, "even: 3 is odd; an even number"),
        ({"numbers": [1, 2]}, "numbers[1]: a pair"),
        ({"numbers": []}, "numbers: [] is not allowed; a list of one or more, "
                          "each a whole number"),
        ({"flag": 1}, "flag: 1 is not allowed; true or false"),
    ],
)  # fmt: skip
def test_what_pydantic_finds_becomes_one_line(document, line):
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"title": "t", **document} if document else {})
    assert str(mistake_in(caught.value, Outer, "f.yaml")) == f"f.yaml: {line}"


def test_an_unknown_key_is_told_before_the_key_that_it_hides():
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate({"titel": "t"})
    assert "titel: unknown key" in str(mistake_in(caught.value, Outer))
    assert "did you mean 'title'?" in str(mistake_in(caught.value, Outer))


def test_a_place_without_a_schema_allows_a_value():
    assert place_in(Outer.model_json_schema(), ("inner", "eta", 3, "x")) == {}
    assert words({}) == "a value"
