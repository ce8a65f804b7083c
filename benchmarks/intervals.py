"""How often 95 % intervals of a mean hold it: `python -m benchmarks.intervals` writes docs/intervals.md.

Data as runs give them: normal, lognormal, and errors of which one in five is that of a run that
failed; differences of two of these; and differences of two sides whose eta is chosen.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import special, stats

from mlpstudy.statistics import mean, power
from mlpstudy.statistics.estimates import estimate, own
from mlpstudy.statistics.grids import Grid
from mlpstudy.statistics.intervals import expanded

SIZES = (8, 16, 24)
SAMPLES, CHOSEN_SAMPLES, RESAMPLES = 10_000, 1_000, 999
ETAS = 5
FAILED, FINE, SPREAD = 0.9, 0.1, 0.02  # errors of runs that fail and that do not
PAGE = Path(__file__).parents[1] / "docs" / "intervals.md"

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
Ends = tuple[np.ndarray, np.ndarray]


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(0, 1, shape)


def lognormal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.lognormal(0, 1, shape)


def fine(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(FINE, SPREAD, shape)


def failing(share: float) -> Draw:
    """Errors of runs of which a share fails."""
    return lambda rng, shape: np.where(rng.random(shape) < share, FAILED, fine(rng, shape))


def less(one: Draw, other: Draw) -> Draw:
    return lambda rng, shape: one(rng, shape) - other(rng, shape)


FIFTH = 0.2 * (FAILED - FINE)
POPULATIONS: dict[str, tuple[Draw, float]] = {
    "normal": (normal, 0.0),
    "lognormal, sigma 1": (lognormal, float(np.exp(0.5))),
    "one in five fails": (failing(0.2), FINE + FIFTH),
    "one in ten fails": (failing(0.1), FINE + FIFTH / 2),
    "one in two fails": (failing(0.5), (FAILED + FINE) / 2),
    "difference: one in five, none": (less(failing(0.2), fine), FIFTH),
    "difference: one in five, one in five": (less(failing(0.2), failing(0.2)), 0.0),
    "difference: two in five, one in five": (less(failing(0.4), failing(0.2)), FIFTH),
    "difference: lognormal, lognormal": (less(lognormal, lognormal), 0.0),
}


def student(values: np.ndarray, drawn: np.ndarray) -> Ends:
    return stats.t.interval(0.95, values.shape[1] - 1, values.mean(1), stats.sem(values, axis=1))


def percentile(values: np.ndarray, drawn: np.ndarray) -> Ends:
    """Percentiles of the means of resamples, the level expanded for so few values."""
    n, means = values.shape[1], np.sort(values @ drawn.T, axis=1)
    outside = round((1 - expanded(n)) / 2 * RESAMPLES)
    return means[:, outside], means[:, -1 - outside]


def bca(values: np.ndarray, drawn: np.ndarray) -> Ends:
    """Efron's bias-corrected and accelerated percentiles."""
    means, value = np.sort(values @ drawn.T, axis=1), values.mean(axis=1)[:, None]
    below = (means < value).mean(axis=1) + (means == value).mean(axis=1) / 2
    z0 = special.ndtri(np.clip(below, 1 / RESAMPLES, 1 - 1 / RESAMPLES))
    a = stats.skew(values, axis=1) / (6 * np.sqrt(values.shape[1]))
    rows = np.arange(len(values))
    ends = []
    for z in (-1.959964, 1.959964):
        p = special.ndtr(z0 + (z0 + z) / np.maximum(1 - a * (z0 + z), 1e-9))
        ends.append(means[rows, np.clip((p * (RESAMPLES + 1)).astype(int) - 1, 0, RESAMPLES - 1)])
    return ends[0], ends[1]


def ours(values: np.ndarray, drawn: np.ndarray) -> Ends:
    low, high = mean.ends(values)
    return low, high


INTERVALS = {"Student": student, "percentile": percentile, "BCa": bca, "ours": ours}


def coverage(draw: Draw, mu: float, n: int, interval: Callable[..., Ends]) -> float:
    """How often an interval of n values holds their mean."""
    rng = np.random.default_rng(n)
    values = draw(rng, (SAMPLES, n))
    places = rng.integers(0, n, (RESAMPLES, n))
    drawn = (places[:, :, None] == np.arange(n)).sum(axis=1) / n
    low, high = interval(values, drawn)
    return float(np.mean((low <= mu) & (mu <= high)))


def chosen(n: int, gap: float) -> float:
    """How often the difference of two sides is held, each at the best of ETAS settings by another
    error of the same networks, of which one in five fails. gap: between one setting and the next."""
    rng, held = np.random.default_rng(n), 0
    rows = np.arange(ETAS * n).reshape(ETAS, n)
    settings = tuple((eta,) for eta in range(ETAS))
    for _ in range(CHOSEN_SAMPLES):
        test = failing(0.2)(rng, (2, ETAS, n)) + gap * np.arange(ETAS)[:, None]
        score = test + rng.normal(0, SPREAD, test.shape)
        grids = [Grid(settings, np.arange(n), rows + side * ETAS * n, int(best))
                 for side, best in enumerate(score.mean(axis=2).argmin(axis=1))]  # fmt: skip
        terms = [own(1.0, grids[0]), own(-1.0, grids[1])]
        made = estimate(terms, test.ravel(), [score.ravel()]).interval
        held += made.low <= 0 <= made.high
    return held / CHOSEN_SAMPLES


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def coverages() -> str:
    """The table of how often intervals hold, in percent."""
    lines = [_row(["data", "n", *INTERVALS]), _row(["---"] * (2 + len(INTERVALS)))]
    for name, (draw, mu) in POPULATIONS.items():
        for n in SIZES:
            held = [coverage(draw, mu, n, interval) for interval in INTERVALS.values()]
            lines.append(_row([name, str(n), *(f"{100 * share:.1f}" for share in held)]))
    for gap in (0.0, 0.1):
        for n in SIZES:
            name = f"best of {ETAS} less best of {ETAS}, {gap:g} apart, one in five fails"
            blank = [""] * (len(INTERVALS) - 1)
            lines.append(_row([name, str(n), *blank, f"{100 * chosen(n, gap):.1f}"]))
    return "\n".join(lines)


def seen() -> str:
    """The table of what so many seeds see."""
    shares = [f"share against {q:g}" for q in (0.0, 0.5)]
    lines = [_row(["n", "mean, in standard deviations", *shares]), _row(["---"] * 4)]
    for n in (6, 8, 12, 16, 24, 32):
        found = [power.of_difference(n, n, q, 0.0) for q in (0.0, 0.5)]
        cells = ["none" if share is None else f"{share:.2f}" for share in found]
        lines.append(_row([str(n), f"{power.in_errors(n) / np.sqrt(n):.2f}", *cells]))
    return "\n".join(lines)


TEXT = """# Intervals

Written by `python -m benchmarks.intervals`: no number here is typed.

Every interval of the report is a 95 % interval over seeds. Where one network in five fails, or errors
are spread like a lognormal, the usual ones hold the mean far less often than that. `ours` is Student's,
longer on the side of the tail by Hall's (1992) transformation (`src/mlpstudy/statistics/mean.py`). How
often each holds, in percent of {samples:,} samples ({chosen:,} where something is chosen):

{coverages}

With eight seeds one sample in six has no failure at all where one run in five fails, and no interval
can know of it: hence the rule of 16 seeds where runs can fail, and shares reported as shares. Where one
in ten fails not even 24 are enough for the mean; the share's own interval (Wilson's) holds.

Where a setting is chosen, the interval at the choice is widened by what resamples reach that choose
again (`src/mlpstudy/statistics/estimates.py`).

## What so many seeds can see

The smallest effect that is found in four of five repetitions (80 % power, two-sided at 5 %): of a mean
in standard deviations between seeds; of a share against a control of which none, or half, succeed, as
far as Newcombe's interval of n and n runs has room for it. Each finding has its own, at the spread that
was measured (`sees` in `findings.json`).

{seen}
"""


def main() -> None:
    page = TEXT.format(samples=SAMPLES, chosen=CHOSEN_SAMPLES, coverages=coverages(), seen=seen())
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
