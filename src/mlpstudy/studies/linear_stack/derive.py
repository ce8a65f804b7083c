"""How long descents of linear stacks wait, in which order they learn, and when the law says so."""

import numpy as np
import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

COLUMNS = {
    "waiting": ["dataset", "matrices", "start", "seed", "share"],
    "orders": ["dataset", "matrices", "start", "seed", "order"],
    "law": ["dataset", "matrices", "mode", "off"],
    "random": ["dataset", "seed", "mode", "time", "foretold", "off"],
    "dynamics": ["dataset", "matrices", "start", "mode", "time", "strength"],
}
FACTORS = {
    "waiting": ["matrices", "start"],
    "orders": ["matrices", "start"],
    "law": ["matrices", "mode"],
    "random": ["mode"],
    "dynamics": ["matrices", "start", "mode", "time"],
}
ON_MODES, BY_LAW, AT_RANDOM = "on the modes", "by the law", "at random"
DESCENT = ["dataset", "matrices", "start", "seed"]
FEWEST = 3  # modes that have an order
DRAWN = 100  # times of a curve, at equal ratios


def derive(view: View) -> dict[str, pd.DataFrame]:
    """waiting: of each descent, the time of the first tenth of the cost's fall over that of the
    first nine. orders: rank correlation of the modes' strengths and times. law: how far the time of
    a mode is from its law, as a share of it, where the descent starts on the modes. random: the same
    of two matrices that start at random, from the strengths that they start with. dynamics: some
    times of the measured ones, and the law, as if it were a start of its own."""
    learned = view.measured["learned"]
    foretold = learned[np.isfinite(learned["foretold"])]
    foretold = foretold.assign(off=(foretold["time"] / foretold["foretold"] - 1).abs())
    return {
        "waiting": _waiting(learned),
        "orders": _orders(learned),
        "law": foretold.loc[foretold["start"] == ON_MODES, COLUMNS["law"]],
        "random": foretold.loc[foretold["start"] == AT_RANDOM, COLUMNS["random"]],
        "dynamics": _thinned(view.measured["dynamics"]),
    }


def _waiting(learned: pd.DataFrame) -> pd.DataFrame:
    """DESCENT, share; not a number where the cost has not fallen so far."""
    first = learned.groupby(DESCENT, as_index=False)[["tenth", "nine_tenths"]].first()
    share = (first["tenth"] / first["nine_tenths"]).where(np.isfinite(first["nine_tenths"]))
    return first[DESCENT].assign(share=share)


def _orders(learned: pd.DataFrame) -> pd.DataFrame:
    """DESCENT, order; a mode that is not learned comes last. Without descents of few modes."""
    descents = learned.groupby(DESCENT)
    several = learned[descents["mode"].transform("nunique") >= FEWEST]
    ranks = several.groupby(DESCENT)[["s", "time"]].rank().join(several[DESCENT])
    orders = ranks.groupby(DESCENT)[["s", "time"]].apply(lambda r: r["s"].corr(r["time"]))
    return (
        orders.rename("order").reset_index() if len(several) else several[DESCENT].assign(order=0.0)
    )


def _thinned(dynamics: pd.DataFrame) -> pd.DataFrame:
    times = np.unique(dynamics.loc[dynamics["time"] > 0, "time"])
    wanted = np.geomspace(times[0], times[-1], DRAWN)
    kept = np.unique(times[np.abs(times - wanted[:, None]).argmin(axis=1)])
    drawn = dynamics[dynamics["time"].isin(kept)]
    law = drawn[drawn["start"] == ON_MODES].assign(start=BY_LAW, strength=lambda rows: rows["law"])
    return pd.concat([drawn, law], ignore_index=True)[COLUMNS["dynamics"]]


def shown(tables: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    key = ["dataset", "matrices", "start", "mode"]
    times = tables["learned"].groupby(key, as_index=False)[["s", "time", "foretold"]].mean()
    caption = Bilingual(
        en="s: strength of a mode of the data, the strongest is 1; time to half of it, in steps times "
        "their size, mean over the seeds; foretold: by the law, for a start on the modes, and for two "
        "matrices that start at random.",
        fr="s : force d'un mode des données, le plus fort vaut 1 ; time : temps jusqu'à la moitié, en "
        "pas multipliés par leur taille, moyenne sur les graines ; foretold : selon la loi, pour un "
        "départ sur les modes, et pour deux matrices qui partent au hasard.",
    )
    title = Bilingual(en="When modes are learned", fr="Quand les modes sont appris")
    return [{"name": "times", "title": title, "caption": caption, "frame": times}]
