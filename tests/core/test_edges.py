"""The edges: several outputs, random modules under the gradient, chunks, tiny and hopeless runs."""

import math
import random

import numpy as np
import pytest
import torch
from torch.autograd import grad

from mlpstudy.core.chunks import chunks
from mlpstudy.core.costs import COSTS
from mlpstudy.core.initializers import INITIALIZERS, draw_parameters
from mlpstudy.core.measures import LAYER_MEASURES
from mlpstudy.core.modules import Dropout, Noise
from mlpstudy.core.network import Network
from mlpstudy.core.torch_engine import networks_that_fit
from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.data.split import split
from mlpstudy.design.run import FIELDS, Run, shape
from mlpstudy.rng import stream
from mlpstudy.tables.record import Recorder
from mlpstudy.tables.schema import tables_of

LIKE = torch.empty(0, dtype=torch.float64)


def recorded(runs, dataset=None):
    recorder = Recorder(lambda name: dataset or DATASETS[name](), keep="last")
    return {record.run: record for stack in recorder.record(runs) for record in stack}


# Costs of several outputs, hard and soft targets


@pytest.mark.parametrize("C", [1, 2, 5])
@pytest.mark.parametrize("name", COSTS)
def test_the_delta_of_several_outputs_is_that_of_autograd(name, C):
    generator = torch.Generator().manual_seed(C)
    a = 3 * torch.randn(2, 7, C, generator=generator, dtype=torch.float64)
    t = torch.rand(2, 7, C, generator=generator, dtype=torch.float64)
    if name in ("nll", "kl"):
        t /= t.sum(2, keepdim=True)
    (expected,) = grad(COSTS[name].terms(a.requires_grad_(), t).sum(), a)
    torch.testing.assert_close(COSTS[name].delta(a.detach(), t), expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", COSTS)
def test_a_loss_is_its_own_runs(name):
    a = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(0))
    t = torch.eye(2)[[0, 1, 1, 0]].expand(3, 4, 2)
    before = COSTS[name].loss(a, t)
    a[1] = torch.nan
    after = COSTS[name].loss(a, t)
    assert after.isnan().tolist() == [False, True, False]
    assert torch.equal(after[[0, 2]], before[[0, 2]])


@pytest.mark.parametrize("target", [[1.0, 0.0, 0.0], [0.8, 0.1, 0.1]], ids=["one-hot", "soft"])
def test_kl_is_nll_less_the_entropy_of_the_target(target):
    a, t = (torch.tensor([[v]], dtype=torch.float64) for v in ([0.3, -1.0, 2.0], target))
    entropy = -sum(p * math.log(p) for p in target if p)
    difference = COSTS["nll"].loss(a, t) - COSTS["kl"].loss(a, t)
    assert difference.item() == pytest.approx(entropy, abs=1e-12)


# Random modules: with the mask or the noise fixed they are plain functions


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.95])
def test_dropout_scales_by_the_realised_rate_and_so_does_its_gradient(rate):
    module, ones = Dropout([rate], [3], 0, LIKE), torch.ones(1, 64, 50, dtype=torch.float64)
    module.learning = True
    z = module.forward(ones).clone()
    realised = round(65536 * rate) / 65536
    assert abs(realised - rate) < 1e-5
    zero, scale = z.unique().tolist()
    assert zero == 0 and scale == pytest.approx(1 / (1 - realised), rel=1e-12)
    kept, n = (z > 0).double().mean().item(), z.numel()
    assert abs(kept - (1 - realised)) < 5 * math.sqrt(rate * (1 - rate) / n)
    assert torch.equal(module.backward(2 * ones), 2 * z)


@pytest.mark.parametrize("rate", [0.0005, 0.001, 0.0021])
def test_a_small_rate_of_dropout_switches_off_its_share(rate):
    """A pass of 1079 examples through 2 x 32 units is 69,056 draws: about 69 of them at 0.001."""
    module, ones = Dropout([rate], [0], 0, LIKE), torch.ones(1, 32, 32, dtype=torch.float64)
    module.learning = True
    n = 1000 * ones.numel()
    off = sum(int((module.forward(ones) == 0).sum()) for _ in range(1000))
    assert abs(off - n * rate) < 4 * math.sqrt(n * rate)


def test_the_noise_lets_the_delta_through():
    module, delta = Noise([0.5], [3], LIKE), torch.randn(1, 4, 3)
    module.learning = True
    module.forward(torch.zeros(1, 4, 3, dtype=torch.float64))
    assert torch.equal(module.backward(delta), delta)


@pytest.mark.parametrize("residual", ["none", "plain"])
def test_a_chain_with_dropout_against_autograd(residual):
    run = Run(depth=3, width=5, activation="tanh", dropout=0.4, residual=residual, seed=2)
    network = Network([run], (6,), 3, dtype=torch.float64)
    network.initialize()
    network.learning(True)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 8, 6, generator=generator, dtype=torch.float64)
    t = torch.eye(3, dtype=torch.float64)[[0, 1, 2, 0, 1, 2, 0, 1]][None]
    network.learn_from(x, t, 8)
    parameters = [p[0].clone().requires_grad_() for p in network.blocks(network.theta)]
    z = x[0]
    for layer, module in enumerate(network.random):
        W, b = parameters[2 * layer : 2 * layer + 2]
        g = torch.tanh(z @ W + b)
        z = (z + g if layer and residual == "plain" else g) * module.mask[0]
    a = z @ parameters[-2] + parameters[-1]
    expected = grad(torch.nn.functional.cross_entropy(a, t[0]), parameters)
    for ours, theirs in zip(network.blocks(network.gradient), expected, strict=True):
        torch.testing.assert_close(ours[0], theirs, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("field", ["dropout", "input_noise"])
def test_randomness_of_a_run_is_its_seeds_whatever_its_rate_and_its_neighbours(field):
    runs = [Run(dataset="iris", width=4, depth=1, epochs=2, seed=s, **{field: r})
            for s, r in ((1, 0.3), (2, 0.3), (1, 0.6))]  # fmt: skip
    told = recorded(runs)
    curves = [told[run].curves for run in runs]
    assert np.array_equal(curves[0][0], curves[2][0])  # the same start
    assert not np.array_equal(curves[0], curves[2]) and not np.array_equal(curves[0], curves[1])
    assert np.array_equal(recorded(runs[:1])[runs[0]].curves, curves[0])


# Initializations


@pytest.mark.parametrize("name", INITIALIZERS)
def test_weights_and_biases_stay_within_ten_deviations_of_the_table(name):
    """The mean square of n numbers of kurtosis k is off by sqrt((k - 1) / n), k at most 3."""
    how, fan = INITIALIZERS[name], (90, 70)
    (W,), (b,) = draw_parameters(name, 1.0, stream(0, "init"), [fan])
    for drawn, deviation in ((W, how.deviation(*fan)), (b, how.bias(*fan))):
        band = 10 * math.sqrt(2 / drawn.size)
        assert (drawn**2).mean() == pytest.approx(deviation**2, rel=band)
        assert abs(drawn.mean()) <= 10 * deviation / math.sqrt(drawn.size)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_gain_scales_the_weights_and_leaves_the_biases(name):
    one = draw_parameters(name, 1.0, stream(4, "init"), [(5, 6), (6, 2)])
    two = draw_parameters(name, 2.0, stream(4, "init"), [(5, 6), (6, 2)])
    assert all(np.array_equal(2 * W, V) for W, V in zip(one[0], two[0], strict=True))
    assert all(np.array_equal(b, c) for b, c in zip(one[1], two[1], strict=True))


# Chunks


def test_chunks_hold_runs_of_one_shape_each_once_in_equal_pieces():
    runs = [Run(depth=d, seed=s, eta=e) for s in range(5) for d in (1, 2) for e in (0.1, 0.01)]
    stacks = list(chunks(runs, lambda run: 6 if run.depth == 1 else 100))
    assert [len(stack) for stack in stacks] == [5, 5, 10]
    assert all(len({shape(run) for run in stack}) == 1 for stack in stacks)
    assert sorted(map(repr, [run for stack in stacks for run in stack])) == sorted(map(repr, runs))
    assert all([r.seed for r in stack] == sorted(r.seed for r in stack) for stack in stacks)


def test_wider_and_deeper_networks_train_in_smaller_chunks_but_never_in_none():
    def fit(**fields):
        return networks_that_fit(Run(**fields), (64,), 10)

    widths = [fit(width=width) for width in (16, 64, 256, 2048)]
    assert widths == sorted(widths, reverse=True) and widths[0] <= 128 and widths[-1] == 1
    assert fit(depth=10, width=64) < fit(depth=2, width=64)
    assert list(chunks([], fit)) == []


# Tiny and hopeless runs


def few(y, classes=2):
    y = np.array(y)
    x = np.random.default_rng(0).standard_normal((len(y), 3))
    return Dataset("few", x, y, classes, (3,), "", "")


@pytest.mark.parametrize(
    "fields",
    [dict(train_size=1), dict(train_size=2), dict(width=1, batch_size=500), dict(depth=0),
     dict(train_size=3, batch_size=2, dropout=0.5, input_noise=0.1)],
    ids=lambda fields: ", ".join(f"{k} {v}" for k, v in fields.items()),
)  # fmt: skip
def test_tiny_runs_have_finite_curves(fields):
    """With one or two of forty examples a class is missing from the training part."""
    run = Run(**{"dataset": "iris", "width": 3, "epochs": 3, "eta": 0.01, **fields})
    record = recorded([run], few([0, 1, 2, 2] * 10, classes=3))[run]
    assert record.status == "finished" and record.curves.shape == (4, 3, 2)
    assert np.isfinite(record.curves).all() and (record.curves[..., 1] <= 1).all()


def test_every_run_may_diverge_and_each_has_its_pass():
    """a = W x, cost (a - t)^2 and steps so large that each run is soon beyond float32."""
    base = dict(dataset="iris", depth=0, cost="mse_raw", epochs=12, momentum=0.0, batch_size=None)
    runs = [Run(**base, eta=eta) for eta in (1e3, 1e6, 1e38)]
    told = recorded(runs)
    at = [told[run].diverged_at for run in runs]
    assert all(told[run].status == "diverged" for run in runs)
    assert 0 < at[2] <= at[1] < at[0] <= 12
    for run, last in zip(runs, at, strict=True):
        record = told[run]
        assert len(record.curves) == last and np.isfinite(record.curves).all()
        assert max(record.probed) < last
        assert all(np.isfinite(W).all() for W in record.weights.values())
    frames = tables_of(told.values())
    assert frames["runs"]["diverged_at"].sum() == sum(at)
    assert (frames["curves"].groupby("run_id")["epoch"].max() + 1).sum() == sum(at)


def test_a_run_that_is_not_finite_at_the_start_has_no_rows():
    run = Run(dataset="iris", depth=1, width=3, epochs=1)
    runs = [run, run.model_copy(update={"init_gain": 1e300})]  # which Run itself refuses
    told = recorded(runs)
    wild, calm = told[runs[1]], told[runs[0]]
    assert (wild.status, wild.diverged_at) == ("diverged", 0)
    assert len(wild.curves) == len(wild.probed) == len(wild.layers) == 0
    assert calm.status == "finished"
    assert calm.curves.tobytes() == recorded(runs[:1])[runs[0]].curves.tobytes()
    frames = tables_of(told.values())
    assert frames["curves"]["run_id"].nunique() == 1 and len(frames["runs"]) == 2


# Pairing, columns and global state


TREATMENTS = [dict(activation="relu"), dict(dropout=0.5), dict(optimizer="adam"), dict(input_noise=1.0),
              dict(initialization="he_uniform"), dict(cost="mse"), dict(depth=3)]  # fmt: skip


@pytest.mark.parametrize("treatment", TREATMENTS, ids=lambda t: next(iter(t)))
def test_a_seed_has_the_same_split_and_first_draws_under_every_treatment(treatment):
    base = dict(dataset="iris", depth=2, width=4, seed=6)
    plain, treated = Run(**base), Run(**{**base, **treatment})
    data = DATASETS["iris"]()
    one, other = split(data, plain), split(data, treated)
    for part in ("train", "validation", "test"):
        assert np.array_equal(getattr(one, part).x, getattr(other, part).x)
    first = []
    for run in (plain, treated):
        network = Network([run], data.shape, data.classes, dtype=torch.float64)
        network.initialize()
        first.append(network.blocks(network.theta)[0][0])
    ratio = first[1] / first[0]
    assert ratio.max().item() == pytest.approx(ratio.min().item())  # but for their scale


def test_the_tables_have_the_columns_of_the_contract():
    run = Run(dataset="iris", depth=1, width=2, epochs=1)
    for frames in (tables_of(recorded([run]).values()), tables_of([])):
        runs, curves, layers = frames["runs"], frames["curves"], frames["layers"]
        assert list(runs)[: 2 + len(FIELDS)] == ["run_id", "cell_id", *FIELDS]
        assert {"n_parameters", "status", "diverged_at"} <= set(runs)
        assert list(curves) == ["run_id", "epoch", "split", "loss", "accuracy"]
        assert list(layers) == ["run_id", "epoch", "layer", *LAYER_MEASURES]


def test_recording_touches_no_global_generator():
    def states():
        return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()

    before = states()
    base = dict(dataset="iris", depth=2, width=4, epochs=1, dropout=0.3, input_noise=0.1)
    recorded([Run(**base, initialization=name) for name in ("orthogonal", "torch_linear")])
    assert states() == before
