"""run.html: the page that a run's folder opens with, for a reader who meets it for the first time."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mlpstudy.design.command_line import BIN
from mlpstudy.design.run import FIELDS, Run
from mlpstudy.design.yaml_file import written
from mlpstudy.files import write_atomically
from mlpstudy.runs.confusion import MOST_SHOWN
from mlpstudy.runs.known import KnownRun, chosen_fields, command
from mlpstudy.runs.show import scores_rows

TEMPLATES = Path(__file__).with_name("run_page")
PAGE = "run.html"
RISEN = 1.05  # times the least validation loss: a rise that a reader sees
CAPTIONS = {
    "curves": "Loss and {score} after each pass over the training examples.",
    "gradients": "How much of the error reaches each layer: the size of delta = dL/da, and of the "
    "gradient of the weights, after some of the passes.",
}


def write_page(known: KnownRun) -> Path:
    """Write the page of a run's folder from its tables and pictures; the same are the same bytes."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (TEMPLATES / "run.css").read_text(encoding="utf-8")
    text = made.get_template("run.html.j2").render(
        id=known.id,
        style=Markup(style),
        policy=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
        what=what(known.run),
        sentences=list(sentences(known)),
        pictures=list(_pictures(known)),
        score=known.score,
        scores=list(scores_rows(known)),
        confusion=_confusion(known),
        settings=list(_settings(known.run)),
        command=BIN + command(known.run),
        predict=f"{BIN}mlpstudy predict {known.id} FILE.csv",
    )
    write_atomically(known.folder / PAGE, text.encode())
    return known.folder / PAGE


def what(run: Run) -> str:
    """What learned what."""
    if not run.depth:
        return f"A linear model learns {run.dataset}"
    kind = "channels" if run.kernel else "units"
    layers = "one hidden layer" if run.depth == 1 else f"{run.depth} hidden layers"
    return f"A network of {layers} of {run.width} {run.activation} {kind} learns {run.dataset}"


def sentences(known: KnownRun) -> Iterator[str]:
    """What came of it: how it ended, how well it answers, what its curves and its deltas say."""
    row, losses = known.row, known.curve("validation", "loss").dropna()
    yield f"It has {int(row['n_parameters']):,} weights and sees {int(row['n_inputs']):,} inputs."
    if row["status"] == "diverged":
        yield (
            f"It flew apart in pass {int(row['diverged_at'])}: its loss was no longer a finite "
            "number. A smaller step eta, or another initialization, may help."
        )
    if not len(losses):
        return
    yield _accuracy(known, int(losses.index.max()))
    yield _course(losses)
    yield from _depth(known)


def _accuracy(known: KnownRun, last: int) -> str:
    _, score = known.scores(last)["test"]
    if not known.row["classes"]:
        return f"After {_counted(last)} its R2 on the test examples is {score:.3f}: 1 is perfect, 0 is their mean."
    guess = known.row["majority"]
    return (
        f"After {_counted(last)} it names {score:.1%} of the test examples right; who always names "
        f"the commonest class is right in {guess:.1%}."
    )


def _course(losses: pd.Series) -> str:
    """What the validation loss did: it falls still, or it rises again."""
    least, last = int(losses.idxmin()), int(losses.index.max())
    if losses[last] > RISEN * losses[least]:
        return (
            f"Its loss on the validation examples was least after pass {least} ({losses[least]:.3g}) and "
            f"has risen to {losses[last]:.3g} since: from there on it overfits."
        )
    if least == last and last:
        return f"Its loss on the validation examples is least after the last pass ({losses[last]:.3g}): it may not be done."
    return f"Its loss on the validation examples is {losses[last]:.3g}, and was {losses[least]:.3g} at its least, after pass {least}."


def _depth(known: KnownRun) -> Iterator[str]:
    """How much of delta reaches the first hidden layer from the last one, before training."""
    layers = known.tables["layers"]
    start = layers[layers["epoch"] == 0].set_index("layer")["delta_rms"]
    depth = known.run.depth
    if depth < 2 or not (start.get(1, 0) > 0 and start.get(depth, 0) > 0):
        return
    ratio = float(start[1] / start[depth])
    times = f"{1 / ratio:,.3g} times smaller" if ratio < 1 else f"{ratio:,.3g} times larger"
    yield (
        f"Before training, delta in the first hidden layer is {times} than in the last one: a factor "
        f"of {ratio ** (1 / (depth - 1)):.2g} for each layer that it goes back."
    )


def _counted(passes: int) -> str:
    return "one pass" if passes == 1 else f"{passes} passes"


def _pictures(known: KnownRun) -> Iterator[dict[str, str]]:
    for name, caption in CAPTIONS.items():
        path = known.folder / f"{name}.svg"
        if path.exists():
            picture = base64.b64encode(path.read_bytes()).decode()
            text = caption.format(score=known.score)
            address = f"data:image/svg+xml;base64,{picture}"
            yield {"address": address, "caption": text, "alt": f"{text} The numbers are below."}


def _confusion(known: KnownRun) -> dict[str, Any] | None:
    """Who is taken for whom on the test part after the last pass; None of many classes, too."""
    if known.confusion is None or len(known.confusion.labels) > MOST_SHOWN:
        return None
    last = max(at for at, _ in known.confusion.counts)
    labels, counts = known.confusion.labels, known.confusion.counts[last, "test"]
    return {"labels": labels, "rows": list(zip(labels, counts.tolist(), strict=True))}


def _settings(run: Run) -> Iterator[dict[str, Any]]:
    """Fields that were chosen first, in the order of the fields."""
    chosen = chosen_fields(run)
    for field in (*chosen, *(name for name in FIELDS if name not in chosen)):
        info = Run.model_fields[field]
        yield {
            "field": field,
            "value": written(getattr(run, field)),
            "default": written(info.default),
            "about": info.description or "",
            "chosen": field in chosen,
        }
