"""Equally large networks: each block of the sweep is one number of parameters."""

import pandas as pd

from mlpstudy.studies.view import View

COLUMNS = {"runs": ["budget", "most"]}
FACTORS = {"runs": ["budget"]}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with budget, the median number of parameters of the networks in a run's block; most,
    whether that is the largest of its dataset."""
    runs = view.runs
    block = runs["run_id"].map(view.block_of())
    budget = runs.groupby(block)["n_parameters"].transform("median").round().astype(int)
    most = budget == budget.groupby(runs["dataset"]).transform("max")
    return {"runs": runs.assign(budget=budget, most=most)}
