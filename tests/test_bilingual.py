"""Numbers as French writes them, by hand. | stands for the narrow space that breaks no line."""

import pytest

from mlpstudy.bilingual import THIN, decimal_commas, french_numbers


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("1,728 networks", "1|728 networks"),
        ("1,000,000", "1|000|000"),
        ("5,000.5", "5|000,5"),
        ("1,728, 2,500", "1|728, 2|500"),
        ("0.934 [0.921, 0.947]", "0,934 [0,921 ; 0,947]"),
        ("37 [31, 44]", "37 [31 ; 44]"),
        ("4.0 [1.0, ∞] × 10⁻⁴", "4,0 [1,0 ; ∞] × 10⁻⁴"),
        ("0.123, 4", "0,123 ; 4"),
    ],
)
def test_of_an_english_text(english, french):
    assert french_numbers(english).replace(THIN, "|") == french


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("de 1.3 à 2,5 %", "de 1,3 à 2,5|%"),
        ("50%", "50|%"),
        ("vaut -0.5.", "vaut -0,5."),
        ("1,728 fois", "1,728 fois"),  # less than two: it is French already
        ("eta 0.1, 0.3, 1", "eta 0,1 ; 0,3 ; 1"),
        ("1, 2, 3", "1, 2, 3"),
        ("[0, 1]", "[0 ; 1]"),
        # no numbers
        ("PyTorch 2.13.0+cpu", "PyTorch 2.13.0+cpu"),
        ("PQ_0.5 et v1.2", "PQ_0.5 et v1.2"),
        ("10:30, w[0], f(1, 2)", "10:30, w[0], f(1, 2)"),
    ],
)
def test_of_a_french_text(text, french):
    done = decimal_commas(text)
    assert done.replace(THIN, "|") == french
    assert decimal_commas(done) == done
