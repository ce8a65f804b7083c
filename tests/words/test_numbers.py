"""Numbers as they are printed, by hand."""

import math

import pytest

from mlpstudy.words.numbers import measured, number, percent

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ((0.9342, 0.9211, 0.9467), "0.934 [0.921, 0.947]"),  # half-width .0128: three decimals
        ((37, 31, 44), "37 [31, 44]"),
        ((-0.31, -0.4, -0.21), "−0.310 [−0.400, −0.210]"),
        ((4e-4, 1e-4, 9e-4), "4.0 [1.0, 9.0] × 10⁻⁴"),
        ((1.234e7, 1.1e7, 1.3e7), "1.234 [1.100, 1.300] × 10⁷"),
        ((3e-9, 3e-9, 3e-9), "3.00 [3.00, 3.00] × 10⁻⁹"),
        ((12345.6, 12300, 12400), "12\u202f346 [12\u202f300, 12\u202f400]"),
        ((1e-9, -0.1, 0.1), "0.00 [−0.10, 0.10]"),  # not −0.00, and not 10⁻⁹
        ((-1e-9, -0.1, 0.1), "0.00 [−0.10, 0.10]"),
        ((5.3, 2.1, INF), "5.30 [2.10, ∞]"),
        ((5.3, -INF, 7.1), "5.30 [−∞, 7.10]"),
        ((0, 0, 0), "0 [0, 0]"),
        ((NAN, NAN, NAN), "—"),
        ((0.5, NAN, NAN), "0.500 [—, —]"),
        ((5e-324, 0, 5e-324), "5.0 [0.0, 5.0] × 10⁻³²⁴"),
    ],
)
def test_measured(given, shown):
    assert str(measured(*given)) == shown


@pytest.mark.parametrize(
    ("given", "threshold", "shown"),
    [
        ((0.52, 0.5004, 0.54), 0.5, "0.5200 [0.5004, 0.5400]"),  # 0.500 would touch 0.5
        ((0.52, 0.4996, 0.54), 0.5, "0.5200 [0.4996, 0.5400]"),
        ((0.52, 0.5, 0.54), 0.5, "0.520 [0.500, 0.540]"),  # it does touch
        ((0.52, 0.51, 0.54), 0.5, "0.520 [0.510, 0.540]"),
        ((0.52, 0.51, 0.54), NAN, "0.520 [0.510, 0.540]"),
    ],
)
def test_what_is_printed_shows_the_verdict(given, threshold, shown):
    assert str(measured(*given, threshold)) == shown


@pytest.mark.parametrize(
    ("given", "short", "full"),
    [
        (0.05, "0.0500", "0.05"),
        (12.345, "12.3", "12.345"),
        (1e-6, "1.00 × 10⁻⁶", "1 × 10⁻⁶"),
        (2.5e-7, "2.50 × 10⁻⁷", "2.5 × 10⁻⁷"),
        (999.96, "1000", "999.96"),
        (100.0, "100", "100"),
        (-3.0, "−3", "−3"),
        (0, "0", "0"),
        (9999, "9999", "9999"),
        (123456789, "123\u202f456\u202f789", "123\u202f456\u202f789"),
        (NAN, "—", "—"),
        (-INF, "−∞", "−∞"),
    ],
)
def test_number(given, short, full):
    assert number(given, padded=True) == short
    assert number(given, digits=None) == full


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.5, "0.5", "0,5"),  # without the zeros that only say how exact it is
        (0.123, "0.123", "0,123"),
        (0.0999999, "0.1", "0,1"),
        (9999.5, "10\u202f000", "10\u202f000"),
        (123456.7, "123\u202f457", "123\u202f457"),
        (3e-4, "3 × 10⁻⁴", "3 × 10⁻⁴"),
        (3.25e-4, "3.25 × 10⁻⁴", "3,25 × 10⁻⁴"),
        (-INF, "−∞", "−∞"),
    ],
)
def test_number_in_a_language(value, english, french):
    assert (number(value), number(value, language="fr")) == (english, french)


@pytest.mark.parametrize(
    ("share", "english", "french"),
    [(0.07, "7", "7"), (0.125, "12.5", "12,5"), (1, "100", "100"), (0.33333, "33.3", "33,3")],
)
def test_percent(share, english, french):
    assert percent(share) == f"{english}\u202f%"
    assert percent(share, language="fr") == f"{french}\u202f%"


def test_an_interval_in_french():
    assert str(measured(0.934, 0.921, 0.947, language="fr")) == "0,934 [0,921\u202f; 0,947]"
    assert str(measured(37, 31, 44, language="fr")) == "37 [31\u202f; 44]"
