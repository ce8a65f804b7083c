"""Of each session the statements with another outcome; what the graph costs, side by side."""

import pandas as pd

from mlpstudy.bilingual import Bilingual
from mlpstudy.studies.view import View

NETWORK = ["depth", "width", "examples"]
COLUMNS = {
    "sessions": ["claim", "statements", "otherwise"],
    "costs": ["depth", "width", "examples", "with a graph", "and backward", "kept", "needed"],
    "predictions": ["cost", "y", "yhat", "example"],
}
FACTORS = {
    "sessions": ["claim"],
    "costs": ["depth", "width", "examples"],
    "predictions": ["cost", "example"],
}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """sessions: by claim, statements and how many of them have another outcome. costs: of each
    network the times of a pass over that of one without a graph, and the bytes of the graph.
    predictions: numbered."""
    statements = view.measured["statements"].assign(otherwise=lambda s: ~s["as_written"])
    by_claim = statements.groupby("claim", as_index=False)
    sessions = by_claim.agg(statements=("source", "size"), otherwise=("otherwise", "sum"))
    times = ratios(view.measured["timings"]).groupby(NETWORK).mean().reset_index()
    predictions = view.measured["predictions"]
    return {
        "sessions": sessions,
        "costs": times.merge(view.measured["memory"], on=NETWORK),
        "predictions": predictions.assign(example=predictions.groupby("cost").cumcount()),
    }


def ratios(timings: pd.DataFrame) -> pd.DataFrame:
    """The seconds of each kind of pass over those of one without a graph: NETWORK and seed, a
    column for each kind."""
    seconds = timings.pivot(index=[*NETWORK, "seed"], columns="pass", values="seconds")
    bare = seconds.pop("without a graph")
    return seconds.div(bare, axis=0)[["with a graph", "and backward"]]


def shown(frames: dict[str, pd.DataFrame]) -> list[dict]:
    """The tables that the report shows."""
    machine = frames["timings"]["machine"].iloc[0]
    return [
        {
            "name": "statements",
            "title": Bilingual(en="At the keyboard", fr="Au clavier"),
            "caption": Bilingual(
                en="Statement by statement, what PyTorch prints; each output is held against the one "
                "that was written down. E12 is the lecture's regression as printed, and mended.",
                fr="Instruction par instruction, ce qu'affiche PyTorch ; chaque sortie est comparée à "
                "celle qui était écrite. E12 est la régression du cours, telle quelle puis réparée.",
            ),
            "frame": frames["statements"][["claim", "source", "printed"]],
        },
        {
            "name": "costs",
            "title": Bilingual(en="What the graph costs", fr="Ce que coûte le graphe"),
            "caption": Bilingual(
                en="Time of a forward pass with a graph, and of forward and backward, over that of a "
                "pass without one (mean over the rounds); kept: bytes that the graph keeps; needed: "
                f"the most that two neighbouring layers hold. {machine}.",
                fr="Temps d'une passe avant avec graphe, et d'un aller-retour, rapporté à celui d'une "
                "passe sans graphe (moyenne sur les tours) ; kept : octets que garde le graphe ; "
                f"needed : le plus que tiennent deux couches voisines. {machine}.",
            ),
            "frame": frames["costs"],
        },
    ]
