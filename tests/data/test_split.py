"""Splits: sizes, balance, pairing by seed, and that nothing leaks out of the training part."""

import hashlib
import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.model_selection import train_test_split

from mlpstudy.data.datasets import DATASETS, Dataset
from mlpstudy.data.split import MOST_MEASURED, data_key, examples_of, split, split_sizes
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.run import Run

QUICK = tuple(
    name for name in DATASETS if name not in ("mnist_5k", "mnist_1d", "mnist_1d_published")
)
DATA = {name: DATASETS[name]() for name in QUICK}
CLASSIFICATIONS = tuple(name for name in QUICK if DATA[name].classes)
DIVIDED = tuple(name for name in QUICK if name != "xor_4")
PARTS = ("train", "validation", "test")


def numbered(n: int, classes: int = 4) -> Dataset:
    """n examples that say who they are: one feature, the example's own number."""
    y = np.arange(n) % classes if classes else np.arange(n, dtype=np.float64)[:, None]
    return Dataset("numbered", np.arange(n, dtype=np.float64)[:, None], y, classes, (1,), "", "")


def numbers(dataset: Dataset, run: Run) -> dict[str, list[int]]:
    """Which examples are in each part: found again through the order of the feature."""
    parts = split(dataset, run)
    features = [getattr(parts, name).x[:, 0].astype(np.float64) for name in PARTS]
    whole = split(dataset, run.model_copy(update={"train_size": None}))
    known = np.sort(np.concatenate([getattr(whole, name).x[:, 0] for name in PARTS]))
    if run.train_size is None:
        ranks = (np.searchsorted(known, feature).tolist() for feature in features)
        return dict(zip(PARTS, ranks, strict=True))
    # Another training set, another scale: straight-line fit back through validation and test
    here = np.concatenate(features[1:])
    there = np.searchsorted(known, np.concatenate([whole.validation.x, whole.test.x])[:, 0])
    slope, shift = np.polyfit(here, there, 1)
    ranks = (np.rint(slope * feature + shift).astype(int).tolist() for feature in features)
    return dict(zip(PARTS, ranks, strict=True))


@pytest.mark.parametrize("name", DIVIDED)
def test_sizes_are_60_20_20_and_no_more_than_500_are_measured(name):
    n = len(DATA[name].x)
    parts = split(DATA[name], Run(dataset=name))
    sizes = tuple(len(getattr(parts, part).x) for part in PARTS)
    assert sizes == split_sizes(DATA[name])
    assert sum(sizes) == n
    assert sizes[1] == sizes[2]
    measured = min(0.2 * n, MOST_MEASURED)
    expected = np.array([n - 2 * measured, measured, measured])
    assert np.abs(np.array(sizes) - expected).max() <= 1


@pytest.mark.parametrize(
    ("n", "sizes"),
    [
        (40, (24, 8, 8)),
        (50, (30, 10, 10)),
        (43, (25, 9, 9)),
        (47, (29, 9, 9)),
        (2500, (1500, 500, 500)),
        (6000, (5000, 500, 500)),
    ],
)
def test_sizes_by_hand(n, sizes):
    assert split_sizes(numbered(n)) == sizes


def test_parts_that_a_dataset_brings():
    """The last 10 are the test part, the 20 before those the validation part, whatever the seed."""
    own = replace(numbered(100), held_out=10, watched=20)
    assert split_sizes(own) == (70, 20, 10)
    for seed in (0, 1):
        found = numbers(own, Run(seed=seed))
        assert sorted(found["train"]) == [*range(70)]
        assert (found["validation"], found["test"]) == ([*range(70, 90)], [*range(90, 100)])
    assert numbers(own, Run())["train"] != numbers(own, Run(seed=1))["train"]


def test_the_sizes_that_studies_ask_for():
    for name, size, parts in (
        ("mnist_5k", 3000, (3000, 500, 500)),
        ("mnist_1d_published", None, (4000, 500, 1000)),
        ("digits", None, (1079, 359, 359)),
    ):
        made = split(DATASETS[name](), Run(dataset=name, train_size=size))
        assert tuple(len(getattr(made, part).x) for part in PARTS) == parts


@pytest.mark.parametrize("name", QUICK)
def test_shapes_and_types(name):
    dataset = DATA[name]
    parts = split(dataset, Run(dataset=name))
    outputs = dataset.classes or dataset.y.shape[1]
    for part in (parts.train, parts.validation, parts.test):
        n = len(part.x)
        assert part.x.shape == (n, dataset.x.shape[1])
        assert part.target.shape == (n, outputs)
        assert part.y.shape == (n,)
        assert (part.x.dtype, part.target.dtype, part.y.dtype) == (np.float32, np.float32, np.int64)
        assert part.x.flags.c_contiguous and part.target.flags.c_contiguous
        assert np.isfinite(part.x).all() and np.isfinite(part.target).all()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", CLASSIFICATIONS)
def test_every_class_has_its_share_in_every_part(name, seed):
    y = DATA[name].y
    parts = split(DATA[name], Run(dataset=name, seed=seed))
    for part in (parts.train, parts.validation, parts.test):
        share = np.bincount(y) * len(part.y) / len(y)
        assert np.abs(np.bincount(part.y) - share).max() < 1


def test_every_class_has_its_share_whatever_the_class_sizes():
    sizes = np.random.default_rng(0)
    for seed in range(200):
        counts = sizes.integers(10, 60, sizes.integers(2, 12))
        y = np.repeat(np.arange(len(counts)), counts)
        dataset = Dataset("any", np.zeros((len(y), 1)), y, len(counts), (1,), "", "")
        parts = split(dataset, Run(seed=seed))
        for part in (parts.train, parts.validation, parts.test):
            share = counts * len(part.y) / len(y)
            assert np.abs(np.bincount(part.y, minlength=len(counts)) - share).max() < 1


@pytest.mark.parametrize("name", CLASSIFICATIONS)
def test_class_counts_are_scikit_learns(name):
    """Within one example where the shares are not whole numbers, and there it rounds by chance."""
    dataset = DATA[name]
    train, _, test = split_sizes(dataset)
    if name == "xor_4":
        return
    theirs = train_test_split(dataset.y, train_size=train, stratify=dataset.y, random_state=0)
    rest = train_test_split(theirs[1], test_size=test, stratify=theirs[1], random_state=0)
    parts = split(dataset, Run(dataset=name))
    pairs = zip((parts.train, parts.validation, parts.test), (theirs[0], *rest), strict=True)
    for ours, y in pairs:
        difference = np.bincount(ours.y) - np.bincount(y)
        assert np.abs(difference).max() <= 1
        assert difference.sum() == 0


# Whatever the machine.
PINNED = {
    "digits": "996541480c00f707",
    "breast_cancer": "4e54eceb2ce14c0e",
    "wine": "93df70b7f2a59fde",
    "iris": "ffa755413738e6fc",
    "diabetes": "fead57191db74508",
    "mnist_5k": "14d3fe149ebb5510",
    "mnist_1d": "a2e286271f89c6be",
    "mnist_1d_published": "30e11bfde11b852a",
    "xor": "252ea2dfcf806570",
    "xor_4": "f9ec306821cd064f",
    "moons": "adbcfba46e652780",
    "circles": "15172615e746efce",
    "spirals": "3f3f177a767aad80",
    "blobs": "f4d85ad764f3ef2c",
    "checkerboard": "c5ebbed6d1652177",
    "parity": "95ec7898c409b0ca",
    "ball": "c453d33a2eac7634",
    "sine": "3b6f62c84182c9fe",
    "sawtooth": "f5445a05a5627d3f",
    "radial": "aaebe0af0fcfe78a",
}


@pytest.mark.parametrize("name", DATASETS)
def test_the_splits_of_all_datasets_keep_their_bits(name):
    dataset = DATA[name] if name in DATA else DATASETS[name]()
    noise = {"label_noise": 0.25} if dataset.classes else {}
    digest = hashlib.sha256()
    for seed in (0, 7):
        parts = split(dataset, Run(dataset=name, seed=seed, **noise))
        for part in PARTS:
            for array in vars(getattr(parts, part)).values():
                digest.update(np.ascontiguousarray(array).tobytes())
    assert digest.hexdigest()[:16] == PINNED[name]


@pytest.mark.parametrize("classes", [0, 4])
def test_no_example_is_in_two_parts_and_none_is_lost(classes):
    found = numbers(numbered(103, classes), Run())
    assert sorted(sum(found.values(), [])) == list(range(103))


def test_the_seed_decides():
    dataset = numbered(100)
    assert numbers(dataset, Run(seed=1)) == numbers(dataset, Run(seed=1))
    assert numbers(dataset, Run(seed=1)) != numbers(dataset, Run(seed=2))


TREATMENTS = (
    {"label_noise": 0.3},
    {"label_smoothing": 0.1},
    {"depth": 7, "width": 5, "eta": 0.5},
    {"input_noise": 1.0, "dropout": 0.5},
    {"activation": "relu", "epochs": 3},
)


@pytest.mark.parametrize("treatment", TREATMENTS, ids=lambda t: "-".join(t))
def test_same_seed_same_examples_under_every_treatment(treatment):
    plain, treated = (split(DATA["wine"], Run(**changed)) for changed in ({}, treatment))
    for part in PARTS:
        assert np.array_equal(getattr(plain, part).x, getattr(treated, part).x)
    for part in ("validation", "test"):
        assert np.array_equal(getattr(plain, part).y, getattr(treated, part).y)
        assert np.array_equal(getattr(plain, part).target, getattr(treated, part).target)


@pytest.mark.parametrize("size", [1, 2, 17, 61])
def test_train_size_takes_a_stratified_part_of_the_next_larger_one(size):
    dataset = numbered(120)
    whole, larger = numbers(dataset, Run()), numbers(dataset, Run(train_size=size + 1))
    assert set(larger["train"]) <= set(whole["train"])
    assert len(set(larger["train"])) == size + 1
    assert larger["validation"] == whole["validation"]
    assert larger["test"] == whole["test"]
    if size > 1:
        smaller = numbers(dataset, Run(train_size=size))
        assert set(smaller["train"]) < set(larger["train"])
    counts = np.bincount(np.array(larger["train"]) % 4, minlength=4)
    assert np.ptp(counts) <= 1


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "wine"])
def test_every_train_size_is_stratified(name):
    y = DATA[name].y
    order = split(DATA[name], Run(dataset=name)).train.y
    seats = np.cumsum(np.eye(DATA[name].classes)[order], axis=0)
    share = np.arange(1, len(order) + 1)[:, None] * np.bincount(y) / len(y)
    assert np.abs(seats - share).max() < 1


def test_stratified_order_by_hand():
    """Of 40 and 10 examples the rare class takes the middle seat of every five."""
    y = np.repeat([0, 1], [40, 10])
    dataset = Dataset("4 to 1", np.zeros((50, 1)), y, 2, (1,), "", "")
    assert split(dataset, Run()).train.y.tolist() == [0, 0, 1, 0, 0] * 6


def test_train_size_of_all_is_the_default():
    plain, named = (split(DATA["wine"], Run(train_size=n)) for n in (None, 106))
    assert np.array_equal(plain.train.x, named.train.x)


def test_too_large_a_train_size_is_one_line():
    with pytest.raises(Mistake) as error:
        split(DATA["wine"], Run(dataset="wine", train_size=107))
    assert str(error.value) == "train_size: 107 is more than the 106 training examples of wine"


@pytest.mark.parametrize("field", ["label_noise", "label_smoothing"])
def test_a_regression_has_no_labels_to_treat(field):
    with pytest.raises(Mistake) as error:
        split(DATA["sine"], Run(dataset="sine", **{field: 0.1}))
    assert str(error.value) == f"{field}: sine is a regression, it has no labels"


@pytest.mark.parametrize("size", [None, 50])
@pytest.mark.parametrize("name", ["wine", "diabetes"])
def test_standardised_by_the_training_part_alone(name, size):
    parts = split(DATA[name], Run(dataset=name, train_size=size))
    x = parts.train.x.astype(np.float64)
    assert x.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert x.std(axis=0) == pytest.approx(1, abs=1e-6)
    # The other parts are off by what a sample is off, so they were not standardised themselves
    assert np.abs(parts.test.x.mean(axis=0)).max() > 0.01
    if name == "diabetes":
        target = parts.train.target.astype(np.float64)
        assert (target.mean(), target.std()) == pytest.approx((0, 1), abs=1e-6)
        assert abs(parts.test.target.mean()) > 1e-3


def test_all_parts_get_the_same_straight_line():
    """By hand: (raw - mean) / deviation, both of the rows in the training part."""
    dataset = numbered(100)
    found, parts = numbers(dataset, Run()), split(dataset, Run())
    raw = np.array(found["train"], np.float64)
    for part in PARTS:
        expected = (np.array(found[part]) - raw.mean()) / raw.std()
        assert getattr(parts, part).x[:, 0] == pytest.approx(expected, abs=1e-6)


def test_a_constant_feature_has_deviation_1():
    """0.1 is not representable: a naive deviation of it is 1e-17, not 0, and blows up the rest."""
    numbered_60 = numbered(60)
    x = np.column_stack([np.full(60, 0.1), numbered_60.x])
    rows = [int(i) for i in numbers(numbered_60, Run())["test"]]
    x[rows, 0] = 3.1
    parts = split(Dataset("numbered", x, numbered_60.y, 4, (2,), "", ""), Run())
    assert parts.train.x[:, 0] == pytest.approx(0, abs=1e-6)
    assert parts.test.x[:, 0] == pytest.approx(3, abs=1e-6)


NEAR = (0.3, 0.1 + 0.2)  # 0.3 and 0.30000000000000004


@pytest.mark.parametrize("scale", [1.0, 1e9, -1e-9])
def test_a_feature_that_is_constant_but_for_rounding_has_deviation_1(scale):
    """Whichever of the two a training part holds, and however rare the other one is there."""
    numbered_60 = numbered(60)
    for rare in (2, 5, 59):
        tiny = scale * np.where(np.arange(60) % rare == 0, NEAR[1], NEAR[0])
        x = np.column_stack([tiny, numbered_60.x])
        parts = split(Dataset("numbered", x, numbered_60.y, 4, (2,), "", ""), Run(seed=rare))
        for part in PARTS:
            assert np.abs(getattr(parts, part).x[:, 0]).max() < 1e-6


def test_a_small_deviation_that_is_no_rounding_is_scaled():
    x = 1e6 + 1e-6 * np.arange(60)[:, None]
    parts = split(Dataset("numbered", x, numbered(60).y, 4, (1,), "", ""), Run())
    assert parts.train.x.std() == pytest.approx(1, rel=1e-6)


def test_pixels_share_one_deviation():
    """A pixel that is black in nearly every training example stays small in a test example."""
    parts = split(DATA["digits"], Run(dataset="digits", train_size=100))
    x = parts.train.x.astype(np.float64)
    assert x.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert np.mean(x**2) == pytest.approx(1, abs=1e-6)
    assert np.abs(parts.test.x).max() < 5
    raw = DATA["digits"].x
    deviations = x.std(axis=0)
    assert deviations[0] == 0  # the corner is black in every example
    assert np.abs(np.corrcoef(deviations, raw.std(axis=0))[0, 1]) > 0.95


@pytest.mark.parametrize("share", [0.0, 0.1, 0.29, 1.0])
def test_label_noise_replaces_exactly_its_share_by_other_labels(share):
    plain, noisy = (
        split(DATA["digits"], Run(label_noise=s, train_size=100, seed=5)) for s in (0.0, share)
    )
    # 0.29 * 100 is 28.999999999999996
    replaced = {0.0: 0, 0.1: 10, 0.29: 29, 1.0: 100}[share]
    assert np.sum(plain.train.y != noisy.train.y) == replaced
    assert set(noisy.train.y) <= set(range(10))
    assert np.array_equal(noisy.train.target, np.eye(10)[noisy.train.y])


def test_a_larger_share_of_noise_replaces_the_same_labels_and_more():
    plain, some, more = (split(DATA["digits"], Run(label_noise=s)).train.y for s in (0.0, 0.2, 0.4))
    replaced = plain != some
    assert np.array_equal(some[replaced], more[replaced])
    assert np.sum(plain != more) > np.sum(replaced)


def test_the_other_label_is_drawn_uniformly():
    plain, noisy = (split(DATA["digits"], Run(label_noise=s)).train.y for s in (0.0, 1.0))
    shift = np.bincount((noisy - plain) % 10, minlength=10)
    assert shift[0] == 0
    expected = len(plain) / 9
    assert np.sum((shift[1:] - expected) ** 2 / expected) < 26.1  # chi2 of 8, P = 0.001


def test_the_other_label_does_not_depend_on_the_train_size():
    small, large = (
        split(DATA["digits"], Run(label_noise=1.0, train_size=n)).train.y for n in (100, 900)
    )
    assert np.array_equal(small, large[:100])


def test_label_smoothing_by_hand():
    parts = split(DATA["iris"], Run(dataset="iris", label_smoothing=0.3))
    for target, y in zip(parts.train.target, parts.train.y, strict=True):
        assert target == pytest.approx([0.8 if k == y else 0.1 for k in range(3)], abs=1e-7)
    assert np.array_equal(parts.test.target, np.eye(3)[parts.test.y])
    assert np.array_equal(parts.validation.target, np.eye(3)[parts.validation.y])


def test_smoothing_spreads_the_noisy_label():
    train = split(DATA["iris"], Run(label_noise=0.5, label_smoothing=0.3)).train
    assert np.array_equal(train.target.argmax(axis=1), train.y)


def test_permuted_shuffles_the_inputs_of_all_parts_alike():
    plain, permuted, other = (
        split(DATA["wine"], Run(permuted=p, seed=s)) for p, s in ((False, 1), (True, 1), (True, 2))
    )
    order = [
        np.flatnonzero((plain.train.x == c[:, None]).all(axis=0))[0] for c in permuted.train.x.T
    ]
    assert sorted(order) == list(range(13))
    assert order != sorted(order)
    for part in PARTS:
        assert np.array_equal(getattr(plain, part).x[:, order], getattr(permuted, part).x)
        assert np.array_equal(getattr(plain, part).y, getattr(permuted, part).y)
    unpermuted = split(DATA["wine"], Run(seed=2)).train.x
    assert not np.array_equal(unpermuted[:, order], other.train.x)


def test_of_a_dataset_that_is_not_divided_every_part_is_the_whole():
    parts = split(DATA["xor_4"], Run(dataset="xor_4", seed=3))
    assert split_sizes(DATA["xor_4"]) == (4, 4, 4)
    for part in (parts.train, parts.validation, parts.test):
        assert sorted(part.x.tolist()) == DATA["xor_4"].x.tolist()
        assert np.array_equal(part.y, part.x.prod(axis=1) < 0)


@pytest.mark.parametrize("n", [0, 1, 9])
def test_a_class_too_rare_to_be_divided_is_one_line(n):
    y = np.array(["b"] * n + ["a"] * 40)
    codes = (y == "b").astype(np.int64)
    x = np.arange(len(y), dtype=np.float64)[:, None]
    dataset = Dataset("own", x, codes, 2, (1,), "", "", labels=("a", "b"))
    for refusing in (lambda: split_sizes(dataset), lambda: split(dataset, Run())):
        with pytest.raises(Mistake) as error:
            refusing()
        assert str(error.value) == (
            f"dataset own: class 'b' has {n} example{'s' if n != 1 else ''}, 10 are needed for "
            "training, validation and test; leave the class out, merge it with another, or add "
            "examples"
        )


def test_ten_of_each_class_are_enough():
    assert split_sizes(numbered(40)) == (24, 8, 8)
    with pytest.raises(Mistake, match="class 3 has 9 examples"):
        split(numbered(39), Run())


def test_a_regression_needs_ten_examples():
    assert split_sizes(numbered(10, classes=0)) == (6, 2, 2)
    with pytest.raises(Mistake) as error:
        split(numbered(9, classes=0), Run())
    told = "dataset numbered: has 9 examples, 10 are needed for training, validation and test"
    assert str(error.value) == told


def test_only_a_dataset_that_says_so_is_not_divided():
    assert [name for name in QUICK if not DATA[name].divided] == ["xor_4"]


def test_noise_on_the_whole_leaves_validation_and_test_clean():
    parts = split(DATA["xor_4"], Run(dataset="xor_4", label_noise=0.5))
    clean = parts.train.x.prod(axis=1) < 0
    assert np.sum(parts.train.y != clean) == 2
    assert np.array_equal(parts.test.y, clean)


def test_data_key_is_what_decides_the_split():
    run = Run(dataset="wine", train_size=50, label_noise=0.1, seed=4)
    assert data_key(run) == ("wine", 50, 0.1, 0.0, False, 0, 4)
    assert data_key(run.model_copy(update={"depth": 9, "eta": 1.0})) == data_key(run)
    for field, value in [
        ("dataset", "iris"),
        ("train_size", 51),
        ("label_noise", 0.2),
        ("label_smoothing", 0.2),
        ("permuted", True),
        ("folds", 5),
        ("seed", 5),
    ]:
        assert data_key(run.model_copy(update={field: value})) != data_key(run)


def test_global_generators_and_the_dataset_are_left_alone():
    dataset = DATA["wine"]
    x, y = dataset.x.copy(), dataset.y.copy()
    before = repr(random.getstate()), repr(np.random.get_state()), torch.get_rng_state().tolist()
    split(dataset, Run(label_noise=0.5, label_smoothing=0.1, permuted=True, train_size=20))
    after = repr(random.getstate()), repr(np.random.get_state()), torch.get_rng_state().tolist()
    assert before == after
    assert np.array_equal(x, dataset.x) and np.array_equal(y, dataset.y)


FOLDED = [("iris", 5), ("wine", 7), ("diabetes", 4), ("breast_cancer", 10)]


@pytest.mark.parametrize(("name", "folds"), FOLDED)
@pytest.mark.parametrize("first", [0, 1])
def test_each_example_is_in_one_test_part_of_a_round_through_the_folds(name, folds, first):
    data = replace(
        DATA[name], x=np.arange(len(DATA[name].y), dtype=np.float64)[:, None], shape=(1,)
    )
    data = replace(data, standardise=False, columns=())
    seeds = range(first * folds, (first + 1) * folds)
    parts = [split(data, Run(folds=folds, seed=seed)) for seed in seeds]
    tested = np.concatenate([each.test.x[:, 0] for each in parts])
    assert np.sort(tested).tolist() == list(range(len(data.y)))
    for each in parts:
        whole = [getattr(each, part).x[:, 0] for part in PARTS]
        assert np.sort(np.concatenate(whole)).tolist() == list(range(len(data.y)))
    if data.classes:
        counts = np.array([np.bincount(each.test.y) for each in parts])
        assert np.abs(counts - np.bincount(data.y) / folds).max() < 2
    sizes = np.array([[len(getattr(each, part).x) for part in PARTS] for each in parts])
    assert np.ptp(sizes, axis=0).max() <= 1 and np.ptp(sizes[:, 0]) == 0
    assert [tuple(row) for row in sizes] == [split_sizes(data, folds, seed) for seed in seeds]
    assert examples_of(data, folds).train == sizes[0, 0]


def test_the_next_round_has_other_folds_and_a_seed_its_own_order():
    data = numbered(100)
    first, next_round = (numbers(data, Run(folds=5, seed=seed))["test"] for seed in (2, 7))
    assert len(first) == len(next_round) == 20 and set(first) != set(next_round)
    again = numbers(data, Run(folds=5, seed=2))
    assert again["test"] == first
    assert again["train"] != numbers(data, Run(folds=5, seed=3))["train"]


@pytest.mark.parametrize(("n", "folds", "sizes"), [(103, 5, (61, 21, 21)), (103, 4, (56, 21, 26))])
def test_sizes_of_folds_by_hand(n, folds, sizes):
    """103 in five folds: three of 21 and two of 20, which have one example more for validation."""
    assert split_sizes(numbered(n), folds) == sizes
    last = split_sizes(numbered(n), folds, seed=folds - 1)
    assert last == (sizes[0], sizes[1] + 1, sizes[2] - 1)


def test_folds_that_cannot_be_drawn_are_one_line():
    own = replace(numbered(100), held_out=10)
    for data in (own, DATA["xor_4"]):
        with pytest.raises(Mistake) as error:
            split(data, Run(folds=5))
        told = f"folds: {data.name} has parts of its own: there are no folds to draw; 0"
        assert str(error.value) == told
    with pytest.raises(Mistake, match="class 0 has 15 examples, 20 are needed"):
        split(numbered(60), Run(folds=20))


def test_smaller_training_sets_lie_within_larger_ones_of_a_fold():
    few, many = (numbers(numbered(100), Run(folds=5, train_size=n))["train"] for n in (8, 40))
    assert many[:8] == few
