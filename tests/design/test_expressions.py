"""The grammar of measures: what is read, and what is refused in one line."""

import pytest

from mlpstudy.design.expressions import FUNCTIONS, names_in, parse


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("test_loss - train_loss", {"test_loss", "train_loss"}),
        ("validation_accuracy >= 0.8", {"validation_accuracy"}),
        ("0 < a <= b", {"a", "b"}),
        ("log10(delta) / log(depth + 1) ** -2", {"delta", "depth"}),
        ("not (a or b and c)", {"a", "b", "c"}),
        ("max(abs(a), min(b, c, 1e-9))", {"a", "b", "c"}),
        ("exp(sqrt(exp_))", {"exp_"}),
        ("  a\n", {"a"}),
        (2.5, set()),
        ("True", set()),
    ],
)
def test_names(expression, names):
    assert names_in(expression) == names


@pytest.mark.parametrize(
    "expression",
    [
        "", "a b", "a +", "a = 1", "a; b", "lambda: 1", "a.b", "a[0]", "a @ b", "a // b", "a % 2",
        "a if b else c", "a in b", "a is b", "'text'", "1j", "None", "__import__('os')", "f(a)",
        "log(a, b)", "min(a)", "max()", "abs(x=a)", "max(*a)", "[a]", "a & b", "~a", "(a, b)",
        "a := 1", "(a := 1)", "log(a)(b)", "((" * 500,
    ],
)  # fmt: skip
def test_refused(expression):
    with pytest.raises(ValueError) as refused:
        parse(expression)
    assert "allowed are numbers, columns" in str(refused.value)
    assert all(name in str(refused.value) for name in FUNCTIONS)
    assert "\n" not in str(refused.value)
