"""The accuracies that the publication of MNIST-1D gives for its networks."""

import pandas as pd

from mlpstudy.studies.view import View

COLUMNS = {"runs": ["published"]}
# By the name of a block: test accuracies of Greydanus and Kobak 2024. A dense network is the same
# network on permuted inputs; of the convolution on these nothing is compared.
PUBLISHED = {"logistic": 0.32, "mlp": 0.68, "convolution": 0.94}


def derive(view: View) -> dict[str, pd.DataFrame]:
    """runs: with published, the accuracy to compare with, NaN where there is none."""
    published = view.runs["run_id"].map(view.block_of()).map(PUBLISHED)
    compared = (view.runs["kernel"] == 0) | ~view.runs["permuted"]
    return {"runs": view.runs.assign(published=published.where(compared))}
