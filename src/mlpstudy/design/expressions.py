"""Expressions of columns, as a study writes its measures: `gap: test_loss - train_loss`.

The grammar is a part of Python's: numbers, names of columns, + - * / **, comparisons, and, or,
not, and FUNCTIONS. Nothing else is read, and nothing is ever executed.
"""

import ast

FUNCTIONS = {"log10": 1, "log": 1, "exp": 1, "sqrt": 1, "abs": 1, "min": None, "max": None}
# How many arguments each takes; None: two or more.

OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
SIGNS = (ast.UAdd, ast.USub, ast.Not)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
ALLOWED = f"numbers, columns, + - * / **, comparisons, and, or, not, {', '.join(FUNCTIONS)}"


def parse(expression: str | float) -> ast.Expression:
    """The tree of an expression. Raises ValueError, one line, where it is not of the grammar."""
    try:
        tree = ast.parse(str(expression).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{str(expression)!r} is no expression: allowed are {ALLOWED}") from None
    _check(tree.body)
    return tree


def names_in(expression: str | float) -> set[str]:
    """The columns that an expression is made of."""
    tree = parse(expression)
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    functions = {node.id for node in called if isinstance(node, ast.Name)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names - functions


def _check(node: ast.expr) -> None:
    parts = _parts(node)
    if parts is None:
        raise ValueError(f"{ast.unparse(node)!r} is not allowed: allowed are {ALLOWED}")
    for part in parts:
        _check(part)


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """What an expression is made of; None where it is not of the grammar."""
    match node:
        case ast.Constant(value=bool() | int() | float()) | ast.Name():
            return []
        case ast.BinOp(left=left, right=right) if isinstance(node.op, OPERATORS):
            return [left, right]
        case ast.UnaryOp(operand=operand) if isinstance(node.op, SIGNS):
            return [operand]
        case ast.BoolOp(values=values):
            return values
        case ast.Compare(left=left, ops=ops) if all(isinstance(op, COMPARISONS) for op in ops):
            return [left, *node.comparators]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            return args if _takes(name, args) else None
    return None


def _takes(function: str, arguments: list[ast.expr]) -> bool:
    n = FUNCTIONS[function]
    return len(arguments) == n if n else len(arguments) >= 2
