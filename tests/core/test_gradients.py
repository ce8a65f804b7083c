"""Every activation, cost, initialization and chain of modules against autograd, central differences
and PyTorch's own, in float64: parametrised by the tables, so that a new line is tested by being there."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from scipy.stats import beta, kstest
from torch.autograd import grad

from mlpstudy import rng
from mlpstudy.analysis.gradients import chain
from mlpstudy.core.activations import ACTIVATIONS
from mlpstudy.core.costs import COSTS, named
from mlpstudy.core.initializers import INITIALIZERS, draw_parameters
from mlpstudy.core.modules import Convolve, Linear
from mlpstudy.core.native.orthonormal import orthonormalise
from mlpstudy.core.network import Network
from mlpstudy.core.outputs import OF_TWO
from mlpstudy.core.schedules import SCHEDULES
from mlpstudy.design.run import Run

CORNERS = {
    "relu": [0.0], "leaky_relu": [0.0], "elu": [0.0], "selu": [0.0], "softsign": [0.0],
    "hard_tanh": [-1.0, 1.0], "ramp": [-0.5, 0.5], "threshold": [0.0],
}  # fmt: skip
TORCH = {
    "sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": F.relu, "leaky_relu": F.leaky_relu,
    "elu": F.elu, "selu": F.selu, "gelu": F.gelu, "silu": F.silu, "softplus": F.softplus,
    "softsign": F.softsign, "hard_tanh": F.hardtanh,
}  # fmt: skip


def points(name):
    """A grid that keeps away from the corners of an activation."""
    a = torch.linspace(-4, 4, 803, dtype=torch.float64)
    for corner in CORNERS.get(name, []):
        a = a[(a - corner).abs() > 1e-3]
    return a


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_is_that_of_autograd(name):
    how, a = ACTIVATIONS[name], points(name).requires_grad_()
    z = how.g(a)
    if name == "threshold":
        assert not z.requires_grad and not how.dg(a, z).any()
        return
    (expected,) = grad(z.sum(), a)
    torch.testing.assert_close(how.dg(a.detach(), z.detach()), expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_is_that_of_central_differences(name):
    how, a, h = ACTIVATIONS[name], points(name), 1e-5
    differences = (how.g(a + h) - how.g(a - h)) / (2 * h)
    torch.testing.assert_close(how.dg(a, how.g(a)), differences, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", TORCH)
def test_an_activation_is_torchs_own(name):
    a = torch.linspace(-6, 6, 400, dtype=torch.float64)
    torch.testing.assert_close(ACTIVATIONS[name].g(a), TORCH[name](a), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_writing_to_out_changes_no_bit(name, dtype):
    how, a = ACTIVATIONS[name], points(name).to(dtype)
    z, slope = torch.empty_like(a), torch.empty_like(a)
    assert how.g(a, out=z) is z
    assert how.dg(a, z, out=slope) is slope
    assert torch.equal(z, how.g(a).to(dtype))
    assert torch.equal(slope, how.dg(a, z).to(dtype))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_largest_slope_is_the_tables(name):
    how, a = (
        ACTIVATIONS[name],
        torch.linspace(-6, 6, 120_002, dtype=torch.float64),
    )  # not at 0, where softsign peaks
    largest = how.dg(a, how.g(a)).abs().max().item()
    assert largest == pytest.approx(how.slope, rel=3e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_huge_arguments_give_no_nan(name):
    how, a = ACTIVATIONS[name], torch.tensor([-1e30, -1e4, -90.0, 0.0, 90.0, 1e4, 1e30])
    assert not how.g(a).isnan().any()
    assert not how.dg(a, how.g(a)).isnan().any()


def test_tanh_keeps_its_relative_accuracy_for_tiny_arguments():
    a = torch.logspace(-30, -1, 200, dtype=torch.float32)
    exact = torch.tensor([math.tanh(x) for x in a.tolist()], dtype=torch.float64)
    error = (ACTIVATIONS["tanh"].g(a).double() / exact - 1).abs().max()
    assert error < 4e-7


@pytest.mark.parametrize(
    ("name", "corner", "slope"),
    [("relu", 0.0, 0), ("leaky_relu", 0.0, 0.01), ("threshold", 0.0, 0), ("elu", 0.0, 1)]
    + [("hard_tanh", 1.0, 0), ("hard_tanh", -1.0, 0), ("ramp", 0.5, 0), ("ramp", -0.5, 0)],
)
def test_conventions_at_the_corners(name, corner, slope):
    how, a = ACTIVATIONS[name], torch.tensor([corner])
    assert how.dg(a, how.g(a)).item() == pytest.approx(slope)


def a_and_t(cost, generator):
    """a (3, 5, C) and targets: soft ones where the cost takes them."""
    C = 1 if OF_TWO[cost] == 1 else 4
    a = 2 * torch.randn(3, 5, C, generator=generator, dtype=torch.float64)
    t = torch.rand(3, 5, C, generator=generator, dtype=torch.float64)
    if cost in ("nll", "kl", "mse"):
        t = t / t.sum(2, keepdim=True)
    return a, t.round() if cost in ("perceptron", "hinge") else t


@pytest.mark.parametrize("name", COSTS)
def test_the_delta_of_a_cost_is_that_of_autograd_and_of_differences(name):
    a, t = a_and_t(name, torch.Generator().manual_seed(1))
    cost = COSTS[name]
    (expected,) = grad(cost.terms(a.requires_grad_(), t).sum(), a)
    a = a.detach()
    delta = cost.delta(a, t, out=torch.empty_like(a))
    torch.testing.assert_close(delta, expected, rtol=1e-6, atol=1e-10)
    h, place = 1e-6, (1, 2, 0)
    up, down = a.clone(), a.clone()
    up[place] += h
    down[place] -= h
    slope = (cost.terms(up, t) - cost.terms(down, t)) / (2 * h)
    assert slope[1, 2].item() == pytest.approx(delta[place].item(), rel=1e-6, abs=1e-9)
    slope[1, 2] = 0
    assert not slope.any()  # every other term is another example's


def test_costs_are_torchs_own():
    generator = torch.Generator().manual_seed(2)
    a, t = a_and_t("nll", generator)
    ours = COSTS["nll"].loss(a, t)
    assert ours[0].item() == pytest.approx(F.cross_entropy(a[0], t[0]).item(), rel=1e-12)
    entropy = -(t * t.log()).sum(2).mean(1)
    torch.testing.assert_close(COSTS["kl"].loss(a, t), ours - entropy)
    a, t = a_and_t("binary_nll", generator)
    theirs = F.binary_cross_entropy_with_logits(a[1], t[1])
    assert COSTS["binary_nll"].loss(a, t)[1].item() == pytest.approx(theirs.item(), rel=1e-12)
    squared = F.mse_loss(torch.sigmoid(a[1]), t[1])
    assert COSTS["mse_sigmoid"].loss(a, t)[1].item() == pytest.approx(squared.item())


def test_a_large_a_gives_a_finite_loss():
    a, t = torch.tensor([[[1e4, -1e4]]]), torch.tensor([[[0.0, 1.0]]])
    assert COSTS["nll"].loss(a, t).item() == pytest.approx(2e4)


def test_the_perceptrons_gradient_is_zero_on_the_right_side_and_minus_y_x_elsewhere():
    """The erratum: 0 where y f(x) > 0, else -y x; on the border it learns."""
    a, t = (
        torch.tensor([[[2.0], [-2.0], [2.0], [0.0]]]),
        torch.tensor([[[1.0], [1.0], [0.0], [1.0]]]),
    )
    assert COSTS["perceptron"].delta(a, t).flatten().tolist() == [0, -1, 1, -1]
    assert COSTS["hinge"].delta(a / 4, t).flatten().tolist() == [-1, -1, 1, -1]


def test_a_single_output_names_the_second_class_where_it_is_positive():
    a = torch.tensor([[[1.0], [-1.0], [0.0]]])
    assert named(a).tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("name", INITIALIZERS)
def test_an_initialization_has_the_deviation_of_the_table(name):
    how, fans = INITIALIZERS[name], [(60, 80), (80, 80), (80, 50)]
    weights, biases = draw_parameters(name, 1.5, rng.stream(3, "init"), fans)
    for W, b, fan in zip(weights, biases, fans, strict=True):
        assert W.shape == fan and b.shape == fan[1:]
        expected = 1.5 * how.deviation(*fan)
        assert np.sqrt((W**2).mean()) == pytest.approx(expected, rel=0.08)
        assert abs(W.mean()) <= 5 * expected / np.sqrt(W.size)
        assert (b == 0).all() == (how.bias(*fan) == 0)


@pytest.mark.parametrize("name", [n for n in INITIALIZERS if n != "uniform"])
def test_biases_are_normal_with_the_deviation_that_is_asked_for(name):
    drawn = [
        draw_parameters(name, 2.0, rng.stream(3, "init"), [(6, 4000)], bias=s) for s in (0, 0.3)
    ]
    (plain, _), (W, b) = (([*w], [*c]) for w, c in drawn)
    assert np.array_equal(plain[0], W[0])  # the weights come first
    assert kstest(b[0] / 0.3, "norm").pvalue > 0.01


def test_uniform_draws_have_the_half_widths_that_are_asked_for():
    [W], [b] = draw_parameters("uniform", 0.7, rng.stream(5, "init"), [(50, 4000)], bias=0.2)
    assert kstest(W.flatten(), "uniform", (-0.7, 1.4)).pvalue > 0.01
    assert kstest(b, "uniform", (-0.2, 0.4)).pvalue > 0.01
    [_], [none] = draw_parameters("uniform", 0.7, rng.stream(5, "init"), [(50, 40)])
    assert not none.any()


def test_orthogonal_weights_are_orthogonal():
    (square, wide), _ = draw_parameters(
        "orthogonal", 1, rng.stream(0, "init"), [(30, 30), (20, 50)]
    )
    np.testing.assert_allclose(square @ square.T, np.eye(30), atol=1e-14)
    np.testing.assert_allclose(wide @ wide.T, np.eye(20), atol=1e-14)


@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (6, 6), (64, 64), (90, 17)], ids=str)
def test_orthonormal_columns_are_those_of_lapack_with_a_positive_diagonal(shape):
    A = np.random.default_rng(shape).standard_normal(shape)
    q, r = np.linalg.qr(A)
    np.testing.assert_allclose(orthonormalise(A.copy()), q * np.sign(np.diag(r)), atol=1e-11)


def test_columns_that_are_nearly_the_same_become_orthonormal():
    A = np.ones((40, 8)) + 1e-7 * np.random.default_rng(0).standard_normal((40, 8))
    Q = orthonormalise(A)
    np.testing.assert_allclose(Q.T @ Q, np.eye(8), atol=1e-14)


@pytest.mark.parametrize("column", [0, 3])
def test_orthogonal_matrices_are_uniform(column):
    """A column is uniform on the sphere: the square of an element of 4 is Beta(1/2, 3/2)."""
    stream = rng.stream(0, "init")
    drawn = [draw_parameters("orthogonal", 1, stream, [(4, 4)])[0][0] for _ in range(2000)]
    elements = np.array(drawn)[:, 1, column]
    assert kstest(elements**2, beta(0.5, 1.5).cdf).pvalue > 0.01
    assert abs((elements > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(2000)


def test_torch_linear_is_what_torch_nn_linear_draws():
    layer = torch.nn.Linear(40, 5000)
    W, b = draw_parameters("torch_linear", 1, rng.stream(0, "init"), [(40, 5000)])
    for theirs, ours in ((layer.weight, W[0]), (layer.bias, b[0])):
        assert theirs.abs().max().item() == pytest.approx(np.abs(ours).max(), rel=1e-3)
        assert theirs.std().item() == pytest.approx(ours.std(), rel=0.03)


OF_TORCH = {
    "glorot_normal": torch.nn.init.xavier_normal_,
    "glorot_uniform": torch.nn.init.xavier_uniform_,
    "he_normal": lambda W: torch.nn.init.kaiming_normal_(W, nonlinearity="relu"),
    "he_uniform": lambda W: torch.nn.init.kaiming_uniform_(W, nonlinearity="relu"),
    "orthogonal": torch.nn.init.orthogonal_,
}


@pytest.mark.parametrize("sides", [(3, 3), (5,)], ids=["3 x 3", "5"])
@pytest.mark.parametrize("name", OF_TORCH)
def test_a_convolution_is_drawn_as_torch_draws_it(name, sides):
    """64 to 96 channels: enough draws to tell fans with the kernel from fans without."""
    convolution = (torch.nn.Conv1d, torch.nn.Conv2d)[len(sides) - 1](64, 96, sides)
    with torch.no_grad():
        theirs = OF_TORCH[name](convolution.weight).flatten()
    module = Convolve((8,) * len(sides), 64, 96, sides[0])
    rng_ = rng.stream(0, "init")
    (ours,), (b,) = draw_parameters(name, 1.0, rng_, [module.fans], [module.places])
    assert ours.shape == module.fans and not b.any()
    assert ours.std() == pytest.approx(theirs.std().item(), rel=0.02)
    if "uniform" in name:
        assert np.abs(ours).max() == pytest.approx(theirs.abs().max().item(), rel=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_glorot_of_a_convolution_by_hand(seed):
    """3 x 3, from 1 to 8 channels: fans 9 and 72, U(+-sqrt(6/81)) of deviation sqrt(2/81)."""
    run = Run(depth=1, width=8, kernel=3, initialization="glorot_uniform", seed=seed)
    network = Network([run], (8, 8), 10)
    network.initialize()
    W = network.layers[0].W[0]
    assert W.shape == (9, 8)
    assert 0.25 < W.abs().max() <= np.sqrt(6 / 81)
    assert W.std().item() == pytest.approx(np.sqrt(2 / 81), rel=0.15)


def test_initializations_of_one_seed_differ_by_their_scale_alone():
    (he,), _ = draw_parameters("he_normal", 1, rng.stream(9, "init"), [(7, 5)])
    (glorot,), _ = draw_parameters("glorot_normal", 1, rng.stream(9, "init"), [(7, 5)])
    np.testing.assert_allclose(he / glorot, math.sqrt(12 / 7), rtol=1e-12)


CHAINS = {
    **{f"{name}": Run(depth=3, width=4, activation=name) for name in ACTIVATIONS},
    **{f"residual {n}": Run(depth=3, width=4, activation=n, residual="plain") for n in ("tanh", "relu", "gelu")},
    "residual scaled": Run(depth=4, width=4, activation="tanh", residual="scaled"),
    "linear": Run(depth=0),
    "convolution": Run(depth=2, width=3, activation="tanh", kernel=3, padding=1),
    "convolution, stride": Run(depth=2, width=2, activation="tanh", kernel=3, stride=2),
    "convolution, strides": Run(depth=3, width=3, activation="tanh", kernel=3, kernel_above=2, stride=1, stride_above=2, padding=1),
    "mean": Run(depth=1, width=4, cost="mse", reduction="mean"),
    "convolution, residual": Run(depth=3, width=2, activation="softplus", kernel=3, padding=1, residual="plain"),
    "mse_sigmoid": Run(depth=1, width=4, cost="mse_sigmoid"),
    "hinge": Run(depth=1, width=4, cost="hinge"),
}  # fmt: skip


@pytest.mark.parametrize("dims", [(10,), (7, 7)], ids=["line", "picture"])
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_of_modules_against_autograd(name, dims):
    """Gradients of every parameter, and every layer's delta, of a stack of two networks."""
    run, generator = CHAINS[name], torch.Generator().manual_seed(0)
    runs = [run, run.model_copy(update={"seed": 1})]
    network = Network(runs, dims, classes=3, dtype=torch.float64)
    network.initialize()
    for block in network.blocks(network.theta):
        block += 0.1 * torch.randn(block.shape, generator=generator, dtype=torch.float64)
    x = torch.randn(2, 6, math.prod(dims), generator=generator, dtype=torch.float64)
    t = F.one_hot(torch.randint(0, 3, (2, 6), generator=generator), 3).double()
    network.learn_from(x, t, 6)
    for r in range(2):
        parameters = [p[r].clone().requires_grad_() for p in network.blocks(network.theta)]
        loss = network.cost.loss(chain(run, dims, parameters, x[r])[None], t[r : r + 1]).sum()
        if run.activation == "threshold":
            parameters, skip = parameters[-2:], len(parameters) - 2
        else:
            skip = 0
        expected = grad(loss, parameters)
        for ours, theirs in zip(network.blocks(network.gradient)[skip:], expected, strict=True):
            torch.testing.assert_close(ours[r], theirs, rtol=1e-6, atol=1e-10)


def test_a_threshold_lets_no_gradient_through():
    network = Network([CHAINS["threshold"]], (4,), 2, dtype=torch.float64)
    network.initialize()
    network.learn_from(
        torch.ones(1, 3, 4, dtype=torch.float64), torch.eye(2).double()[[0, 1, 0]][None], 3
    )
    assert not any(block.any() for block in network.blocks(network.gradient)[:-2])
    assert network.blocks(network.gradient)[-1].any()


@pytest.mark.parametrize(
    "module", [Linear(12, 5), Convolve((12,), 1, 3, 3, 2, 1), Convolve((3, 4), 1, 2, 2)]
)
def test_the_gradient_for_the_inputs(module):
    """Parameters and inputs are formally alike: both gradients come from one delta."""
    generator = torch.Generator().manual_seed(4)
    arrays = [
        torch.zeros(2, n, module.room[1], dtype=torch.float64) for n in 2 * [module.room[0], 1]
    ]
    module.bind(*arrays)
    module.W += torch.randn(module.W.shape, generator=generator, dtype=torch.float64)
    module.b += torch.randn(module.b.shape, generator=generator, dtype=torch.float64)
    x = torch.randn(2, 4, 12, generator=generator, dtype=torch.float64)
    a = module.forward(x).clone()
    direction = torch.randn(a.shape, generator=generator, dtype=torch.float64)
    below = module.backward(direction).clone()
    h = 1e-6
    for place in ((0, 0, 0), (1, 3, 7), (1, 2, 11)):
        step = torch.zeros_like(x)
        step[place] = h
        slope = ((module.forward(x + step) - a) * direction).sum() / h
        assert slope.item() == pytest.approx(below[place].item(), rel=1e-5, abs=1e-8)


def test_a_kernel_that_does_not_fit_is_told():
    with pytest.raises(ValueError, match="a kernel of 5 does not fit into 3 inputs"):
        Convolve((3,), 1, 2, 5)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_starts_at_one_and_never_grows(name):
    factors = [SCHEDULES[name](t, 10) for t in range(1, 11)]
    assert factors[0] == 1
    assert factors == sorted(factors, reverse=True)


def test_schedules_by_hand():
    assert [round(SCHEDULES["step"](t, 4), 6) for t in (1, 2, 3, 4)] == [1, 1, 0.1, 0.1]
    assert SCHEDULES["inverse"](6, 10) == pytest.approx(1 / 6)
    assert SCHEDULES["cosine"](6, 10) == pytest.approx(0.5)
