"""Of the searches for minima: at how many heights each seed's end, and how many end at each."""

import numpy as np
import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

SEARCHES = ["activation", "cost"]
COLUMNS = {
    "decayed_by_seed": ["activation", "cost", "seed", "heights", "in_worse"],
    "undecayed_by_seed": ["activation", "cost", "seed", "minima", "levels"],
    "ends": [
        "activation", "cost", "weight_decay", "height", "ends_at", "kinds", "searches",
        "share_of_searches",
    ],
}  # fmt: skip
FACTORS = {
    "decayed_by_seed": ["activation", "cost"],
    "undecayed_by_seed": ["activation", "cost"],
    "ends": ["activation", "cost", "weight_decay", "height"],
}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """decayed_by_seed: heights: how many different ones the minima have; in_worse: the share of the
    searches that do not end in the lowest. undecayed_by_seed: minima, levels: how many heights the
    finite minima have, and all ends. ends: of all searches, by the height at which they end."""
    decayed, undecayed = view.measured["minima"], view.measured["undecayed"]
    decayed = decayed.assign(worse=decayed["height"] > 0)
    strict = undecayed["height"].where(undecayed["strict"])  # of what is no minimum, none
    undecayed = undecayed.assign(strict_height=strict, kind=np.nan)
    of_seed = [*SEARCHES, "seed"]
    return {
        "decayed_by_seed": decayed.groupby(of_seed, as_index=False).agg(
            heights=("height", "nunique"), in_worse=("worse", "mean")
        ),
        "undecayed_by_seed": undecayed.groupby(of_seed, as_index=False).agg(
            minima=("strict_height", "nunique"), levels=("height", "nunique")
        ),
        "ends": pd.concat(
            [_ends(decayed, view.study["options"]["decay"]), _ends(undecayed, 0.0)],
            ignore_index=True,
        ),
    }


def _ends(searches: pd.DataFrame, weight_decay: float) -> pd.DataFrame:
    """A row for each height at which searches end: how many, and how many that differ by more than
    a symmetry."""
    counts = searches.groupby([*SEARCHES, "height"], as_index=False).agg(
        ends_at=("loss", "median"), kinds=("kind", "nunique"), searches=("seed", "size")
    )
    total = counts.groupby(SEARCHES)["searches"].transform("sum")
    return counts.assign(weight_decay=weight_decay, share_of_searches=counts["searches"] / total)


TEXTS = {  # of the tables that the report shows
    "minima": {
        "title": Bilingual(
            en="Minima of the 2-2-1 network for XOR", fr="Minima du réseau 2-2-1 pour le XOR"
        ),
        "caption": Bilingual(
            en="Ends of the searches that are minima, by the height at which they lie; "
            "kinds: how many of them no exchange of units and no change of signs makes equal; "
            "searches: how many ended there.",
            fr="Fins des recherches qui sont des minima, selon leur hauteur ; sortes : combien"
            " d'entre eux ne deviennent égaux ni par échange d'unités ni par changement de "
            "signes ; recherches : combien y ont fini.",
        ),
    },
    "flat": {
        "title": Bilingual(
            en="Share of the surface that is a plateau",
            fr="Part de la surface qui est un plateau",
        ),
        "caption": Bilingual(
            en="Mean over the seeds: each draws the examples of the 1-1-1 network, and the "
            "places at which the 2-2-1 network for XOR is looked at.",
            fr="Moyenne sur les graines : chacune tire les exemples du réseau 1-1-1, et les "
            "points où l'on regarde le réseau 2-2-1 pour le XOR.",
        ),
    },
    "bent": {
        "title": Bilingual(
            en="Slices around trained networks", fr="Coupes autour de réseaux entraînés"
        ),
        "caption": Bilingual(
            en="share: of the filter-normalised slice that is bent downwards in some "
            "direction; loss: at its middle. Means over the seeds.",
            fr="part : de la coupe normalisée par filtre qui est courbée vers le bas dans une "
            "direction au moins ; coût : en son milieu. Moyennes sur les graines.",
        ),
    },
}


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    ends = frames["ends"]
    minima = ends.loc[ends["weight_decay"] > 0].rename(columns={"ends_at": "loss"})
    flat = frames["flat"].groupby(["network", "cost"], as_index=False)["share"]
    bent = frames["bent"].groupby(["depth", "residual"], as_index=False)[["share", "loss"]]
    tables = {
        "minima": minima[[*SEARCHES, "height", "loss", "kinds", "searches"]],
        "flat": flat.mean(),
        "bent": bent.mean(),
    }
    return [{"name": name, **TEXTS[name], "frame": frame} for name, frame in tables.items()]
