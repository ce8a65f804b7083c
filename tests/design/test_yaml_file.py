import re

import pytest
import yaml

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.yaml_file import MAX_BYTES, read, scalar


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "a: {b: [1, 2.5, x, true, null], c: 'two words'}\nd: -1.0e-3",
        "a: >\n  folded\n  text\nb: |\n  as it\n  stands\n",
        '# é comment\na: "le gradient s\'évapore"\n',
        "a: [-1, +2, 0, .5, 1., -.inf, ~, False, NULL]\nb: 'no'\nc:\n",
    ],
)
def test_what_is_allowed_means_what_it_means_in_yaml(write, text):
    assert read(write(text)) == yaml.safe_load(text)


# By the core schema of YAML 1.2, section 10.3.2; its 0x and 0o are left out, as nobody means them.
@pytest.mark.parametrize(
    ("word", "value"),
    [("010", 10), ("-08", -8), ("1e-3", 0.001), ("1E3", 1000.0), ("-.5e+2", -50.0), ("1.e2", 100.0)]
    + [(word, word) for word in (
        "1:30", "1:30.5", "1_000", "1_0.5", "0x10", "0o17", "0b11", "0x_", "2024-01-31", "2024-02-30",
        "yes", "no", "on", "Off", "y", "<<", "=", ".", "+", "1e", "e3", "0.1.2", "1 000", "\u0661",
    )],
)  # fmt: skip
def test_plain_words(write, word, value):
    for found in (
        read(write(f"a: {word}\n"))["a"],
        read(write(f"a: [{word}]"))["a"][0],
        scalar(word),
    ):
        assert found == value and type(found) is type(value)


def test_a_word_alone():
    assert (scalar(""), scalar("null"), scalar("a: b: c"), scalar("&x")) == (
        "",
        None,
        "a: b: c",
        "&x",
    )
    assert scalar("[" * 3000) == "[" * 3000
    with pytest.raises(Mistake, match="is not a number that can be used"):
        scalar("9" * 30)


def test_a_mark_of_byte_order_is_no_part_of_the_first_key(write):
    assert read(write(b"\xef\xbb\xbfa: 1")) == {"a": 1}


BOMB = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcd", "bcde"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "holds no keys; a mapping: key: value, one a line"),
        ("# nothing", "holds no keys; a mapping: key: value, one a line"),
        ("- a\n- b", "holds no keys; a mapping: key: value, one a line"),
        ("just text", "holds no keys; a mapping: key: value, one a line"),
        ("a: 1\nb: 2\na: 3", "a: is given twice, in lines 1 and 3"),
        ("x:\n  - {}\n  - y: 1\n    z: 2\n    y: 3", "x[1].y: is given twice, in lines 3 and 5"),
        ("x: {a: 1, 'a': 2}", "x.a: is given twice, in lines 1 and 1"),
        ("x: {a: 1, <<: {a: 2}, <<: {a: 3}}", "x.'<<': is given twice, in lines 1 and 1"),
        ("x:\n  true: 1", "x: the key 'true' in line 2 is not text: put it in quotes"),
        ("1: x", "the key '1' in line 1 is not text: put it in quotes"),
        ("~: x", "the key '~' in line 1 is not text: put it in quotes"),
        ("? [a]\n: x", "a key in line 1 is not text: put it in quotes"),
        (BOMB, "line 1, column 4: anchors and aliases are not used here "),
        ("a: *x", "line 1, column 4: anchors and aliases are not used here "),
        ("a: !!python/object/apply:os.system [ls]", "line 1, column 4: tags are not used here "),
        ("a: !!binary aGk=", "line 1, column 4: tags are not used here "),
        ("a: b: c", "line 1, column 5: mapping values are not allowed here; put a text that "),
        (
            "a:\n\t- b",
            "line 2, column 1: found character '\\t' that cannot start any token; indent ",
        ),
        ("a: [1, 2\nb: 3", "line 2, column 2: "),
        ("a: 'open", "line 1, column 9: "),
        ("a: 1\n---\nb: 2", "line 2, column 1: but found another document"),
        ("a: %x", "line 1, column 4: "),
        ("a: " + "[" * 3000, "is nested too deeply"),
        ("a: -" + "9" * 30, "a: '-" + "9" * 30 + "' is not a number that can be used"),
        ("a: [1, " + "9" * 30 + "]", "a[1]: '" + "9" * 30 + "' is not a number that can be used"),
        ("a: " + "9" * 9000, "a: '999"),
        ("a: x\x07y", "line 1: the character '\\x07' is not allowed"),
        ("a: 1\nb: \x00", "line 2: the character '\\x00' is not allowed"),
        (b"a: \xff\xfe", "is not UTF-8 text (byte 3)"),
        ("a: 1".encode("utf-16"), "is not UTF-8 text (byte 0)"),
        (b"#" * (MAX_BYTES + 1), "is larger than 256 KB"),
    ],
    ids=range(31),
)
def test_what_is_not_is_told_in_one_line(write, line_of, text, line):
    path = write(text)
    assert line_of(lambda: read(path)).startswith(f"{path}: {line}")


def test_a_file_that_is_not_there_and_the_one_that_was_meant(write, line_of):
    write("a: 1", "config/studies/vanishing.yaml")
    assert line_of(lambda: read("config/studies/vanishign.yaml")) == (
        "config/studies/vanishign.yaml: the file does not exist; did you mean 'vanishing.yaml'?"
    )
    assert line_of(lambda: read("nowhere/x.yaml")) == "nowhere/x.yaml: the file does not exist"


def test_a_folder_is_no_file(write, line_of):
    write("a: 1")
    assert re.fullmatch(
        "config/studies: cannot be read: .+", line_of(lambda: read("config/studies"))
    )
