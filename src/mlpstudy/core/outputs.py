"""How many outputs a network has: known before there is one, and without torch."""

# For two classes: 1 where the cost sees the second class alone. Of more, an output for each.
OF_TWO: dict[str, int] = {
    "nll": 2,
    "kl": 2,
    "binary_nll": 1,
    "mse": 2,
    "mse_sigmoid": 1,
    "mse_raw": 2,
    "perceptron": 1,
    "hinge": 1,
}


def outputs(cost: str, classes: int, targets: int = 1) -> int:
    """Units of the last layer: of a regression (classes: 0) one for each target."""
    if not classes:
        return targets
    return OF_TWO[cost] if classes == 2 else classes
