"""Constructed networks beside trained ones, and linear pieces seed by seed."""

import numpy as np
import pandas as pd

from mlpstudy.analysis.linear_pieces import most_pieces_deep
from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

COLUMNS = {
    "runs": ["budget", "constructed"],
    "steps": ["dataset", "units", "constructed"],
    "folded": ["inputs", "depth", "times_shallow"],
    "drawn": ["inputs", "above"],
    "pieces": ["inputs", "equal", "width", "depth", "seed", "counted", "expected"],
    "slices": ["dataset", "depth", "width", "epochs", "seed", "counted"],
    "counts": ["inputs", "depth", "which", "seed", "counted"],
}
FACTORS = {
    "steps": ["units"],
    "folded": ["inputs"],
    "drawn": ["inputs"],
    "pieces": ["inputs", "equal"],
    "counts": ["inputs", "which"],
}
BOUNDS = ["most", "shallow", "montufar"]
KIND = ["inputs", "equal", "width", "depth"]


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with budget, the median number of parameters in a block, and constructed, the error of a
    layer of corners at equal steps as wide. steps: those errors. folded: pieces of constructed
    networks over the most of one layer. drawn: each random network, above what any may have.
    pieces: their mean for each seed. slices: the same of learned ones. counts: all of them."""
    random, constructed = view.measured["random"], view.measured["constructed"]
    bounds = view.measured["bounds"]
    folded = constructed[constructed["depth"].gt(1) & constructed["counted"].notna()]
    key = [*KIND, "seed"]
    pieces = random.groupby(key, as_index=False)[["counted", "expected"]].mean()
    learned = view.measured["learned"]
    return {
        "runs": _runs(view, bounds),
        "steps": bounds[bounds["units"].isin(view.block("width")["width"])],
        "folded": folded.assign(times_shallow=folded["counted"] / folded["shallow"]),
        "drawn": random.assign(above=random["counted"] > _most(random)).drop(columns="seed"),
        "pieces": pieces,
        "slices": learned.groupby(COLUMNS["slices"][:-1], as_index=False)["counted"].mean(),
        "counts": _counts(pieces[~pieces["equal"]], constructed),
    }


def _runs(view: View, bounds: pd.DataFrame) -> pd.DataFrame:
    block = view.runs["run_id"].map(view.block_of())
    budget = view.runs["n_parameters"].groupby(block).transform("median").round().astype(int)
    made = bounds.set_index(["dataset", "units"])["constructed"]
    runs = view.runs.assign(budget=budget)
    runs = runs.join(made, on=["dataset", "width"])
    other = runs["depth"].ne(1) | runs["activation"].ne("relu")
    return runs.assign(constructed=runs["constructed"].mask(other))


def _most(random: pd.DataFrame) -> np.ndarray:
    kinds = zip(random["width"], random["depth"], random["inputs"], strict=True)
    return np.array([float(most_pieces_deep(*kind)) for kind in kinds])


def _counts(pieces: pd.DataFrame, constructed: pd.DataFrame) -> pd.DataFrame:
    """inputs, depth, which, seed, counted: of random networks, of constructed ones, and bounds."""
    random = pieces.melt(
        ["inputs", "depth", "seed"], ["counted", "expected"], "which", "counted pieces"
    ).replace({"which": {"counted": "random"}})
    made = constructed.melt(
        ["inputs", "depth"], ["counted", *BOUNDS], "which", "counted pieces"
    ).replace({"which": {"counted": "constructed"}})
    both = pd.concat([random, made.assign(seed=0)]).rename(columns={"counted pieces": "counted"})
    return both.dropna(subset="counted").reset_index(drop=True)


def shown(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    slices = tables["slices"]
    mean = slices.groupby(["dataset", "depth", "width", "epochs"], as_index=False)["counted"].mean()
    return [
        {
            "name": "learned",
            "title": Bilingual(
                en="Linear pieces before and after learning",
                fr="Morceaux linéaires avant et après l'apprentissage",
            ),
            "caption": Bilingual(
                en="On planes through three training examples, mean number; epochs 0: at the start.",
                fr="Sur des plans par trois exemples d'apprentissage, nombre moyen ; passes 0 : au "
                "départ.",
            ),
            "frame": mean,
        }
    ]
