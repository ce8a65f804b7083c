"""The command `mlpstudy`: the stages of the workflow, by name, and what else people call.

What a subcommand needs is imported when it runs: `mlpstudy list` does not wait for torch.
"""

import sys
from collections.abc import Iterable
from importlib.metadata import version
from typing import Annotated, Any, Literal

import typer

from mlpstudy.cli import by_name, completion
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.names import TABLES, names_of
from mlpstudy.design.project import CONFIG, Project
from mlpstudy.design.sources import Source
from mlpstudy.rules import compared, pages

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Put the claims of a lecture on multilayer perceptrons to the test.",
    epilog="All studies: snakemake --cores 2. One: snakemake --cores 2 STUDY. Begin: docs/tutorial.md",
)
# What a person does, in that order, and the commands for it.
PANELS = {
    "Look up": ("list", "data"),
    "One run": ("run", "show", "scores", "compare", "predict", "continue", "replay"),
    "Ask a question": ("new", "check", "plan", "status"),
    "Read the answers": ("report", "answer", "pdf"),
    "After a stop or a crash": ("resume", "verify", "unlock"),
    "The stages, as the workflow calls them": ("prepare", "train", "measure", "summarise", "draw"),
    "For who changes the package": ("schema",),
}
SomeStudies = Annotated[
    list[str] | None,
    typer.Argument(help="all, where none is named", autocompletion=completion.studies),
]
StudyArgument = Annotated[str, typer.Argument(help="its name", autocompletion=completion.studies)]
UsageError: Any = typer.BadParameter.__mro__[1]  # typer carries a click of its own
STOPPED = 130  # the exit code after Ctrl-C
TARGETS = ("datasets", "activations", "initializations", "costs", "optimizers", "schedules")


def _said(asked: bool) -> None:
    """Say the version, and leave."""
    if asked:
        print(f"mlpstudy {version('mlpstudy')}")
        raise typer.Exit


@app.callback()
def settings(
    context: typer.Context,
    file: Annotated[str, typer.Option("--file", help="the settings of the project")] = CONFIG,
    config: Annotated[
        list[str] | None, typer.Option("--config", "-C", help="KEY=VALUE laid over the file")
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="say the version", callback=_said, is_eager=True)
    ] = False,
) -> None:
    """Which settings hold for the subcommand."""

    def read() -> Project:
        return Project.read(file, _laid(config))

    context.obj = read


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Keys and values; raises Mistake for a key that is given twice."""
    found: dict[str, str] = {}
    for key, value in pairs:
        if key in found:
            raise Mistake("is given twice", file="--config", key=key)
        found[key] = value
    return found


def _pair(word: str, file: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals or not key:
        raise Mistake("is not KEY=VALUE", file=file, value=word, allowed="such as size=smoke")
    return key, value


@app.command()
def pdf(context: typer.Context) -> None:
    """Print the report as a PDF: report.pdf beside the page.

    Chromium or Chrome does it; MLPSTUDY_CHROMIUM names it where it is not found.
    """
    from mlpstudy import publish

    print(publish.pdf(context.obj()))


@app.command()
def unlock() -> None:
    """Remove the lock that a killed Snakemake left here.

    Not where one is still running. `resume` does it by itself.
    """
    from mlpstudy.recovery.unlock import LOCKS, unlock

    if unlock():
        print(f"{LOCKS}: removed, no Snakemake runs here any more")


@app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def resume(context: typer.Context) -> None:
    """Go on where the workflow stopped, or was killed.

    Unlocks and runs snakemake. Words after it are Snakemake's, such as --cores 2 --config
    size=smoke.
    """
    from mlpstudy.recovery.resume import given, resume

    root = context.find_root().params
    laid = _laid(root["config"])
    resume(Project.read(root["file"], {**laid, **given(context.args)}), laid, context.args)


@app.command()
def verify(
    remove: Annotated[
        bool,
        typer.Option("--repair", help="remove what is damaged; mlpstudy resume makes it again"),
    ] = False,
) -> None:
    """Compare every result file with its checksum.

    A line for each that is damaged, and exit code 1.
    """
    from mlpstudy.files import size_of
    from mlpstudy.leaving import AGAIN
    from mlpstudy.recovery.verify import repair, verify

    found = verify()
    for fault in found.faults:
        print(fault)
    removed = len(repair(found.faults)) if remove else 0
    print(
        f"{found.files:,} files, {size_of(found.bytes)}: {len(found.faults)} not as they were made"
    )
    if removed:
        print(f"{removed} files are removed; to make them again: {AGAIN}")
    if found.faults:
        raise typer.Exit(1)


def _laid(words: list[str] | None) -> dict[str, str]:
    """What -C lays over the settings."""
    return _once([_pair(word, "--config") for word in words or []])


@app.command()
def run(
    context: typer.Context,
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            help="FIELD=VALUE, such as depth=8 activation=sigmoid", autocompletion=completion.fields
        ),
    ] = None,
    run_id: Annotated[
        str | None, typer.Option("--id", help="a run of one of the studies instead of fields")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="a folder; default: results/runs/RUN_ID")
    ] = None,
    weights: Annotated[
        Literal["last", "best"], typer.Option(help="after the last pass, or the best on validation")
    ] = "last",
) -> None:
    """Train one network alone, and leave a folder.

    It holds settings, curves, weights, pictures, and a page to begin with: run.html.
    """
    from mlpstudy.design.command_line import folder_of

    # The words first: no study is expanded, and no library loaded, for a slip of the pen.
    if run_id is not None and fields:
        raise Mistake("and fields do not go together", file="command line", key="--id")
    chosen = None
    if run_id is None:
        chosen = _run_of(context, fields or [])
    folder = folder_of(to)
    project = context.obj()
    chosen = chosen or project.run(run_id)
    left = by_name.run(project, chosen, folder, weights)
    _say_results(project, left)
    print(left)


def _say_results(project: Project, folder: Any) -> None:
    """What a run came to, for who watches: its folder alone is the command's answer."""
    from rich.console import Console

    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.show import results

    Console(stderr=True).print(*results(known_run(project, str(folder))))


def _run_of(context: typer.Context, fields: list[str]) -> Any:
    """The run that some words describe. The settings are read where the words name what the package
    does not have: it may be a user's own."""
    from mlpstudy.design.command_line import run_of

    try:
        return run_of(fields, lambda: context.obj().settings.datasets)
    except Mistake as mistake:
        if mistake.key not in parts.TABLES or not context.obj().settings.plugins:
            raise
        return run_of(fields, lambda: context.obj().settings.datasets)


@app.command()
def replay(
    context: typer.Context,
    run_ids: Annotated[list[str] | None, typer.Argument(help="runs of the studies")] = None,
    sample: Annotated[int, typer.Option("--sample", min=0, help="take so many at random")] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of the sample")] = 0,
) -> None:
    """Train runs of the studies again, and compare bit for bit."""
    from mlpstudy.runs import single

    project = context.obj()
    chosen = list(run_ids or []) or single.sample(project, sample or 1, seed)
    differing = 0
    for run_id in chosen:
        told = single.replay(project, run_id)
        differing += bool(told.differences)
        print(f"{run_id}: {told}")
    if differing:
        print(f"{differing} of {len(chosen)} runs differ", file=sys.stderr)
        raise typer.Exit(1)
    if len(chosen) > 1:
        print(f"all {len(chosen)} runs agree, bit for bit")


@app.command()
def show(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(
            help="an id of the studies, or a folder of mlpstudy run", autocompletion=completion.runs
        ),
    ],
    every: Annotated[
        bool, typer.Option("--all", help="also settings that have their default")
    ] = False,
) -> None:
    """Show one run: settings, results, its findings, its command."""
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.show import show

    project = context.obj()
    _print(show(project, known_run(project, run), every))


@app.command()
def compare(
    context: typer.Context,
    runs: Annotated[
        list[str], typer.Argument(help="two or more, as for show", autocompletion=completion.runs)
    ],
    picture: Annotated[
        str, typer.Option("--picture", help="where the picture of their curves goes")
    ] = "results/compared.png",
) -> None:
    """Compare runs: where settings and results differ; a picture."""
    from pathlib import Path

    from mlpstudy.runs import compare
    from mlpstudy.runs.known import known_run

    if Path(picture).suffix != ".png":
        raise Mistake("is no picture", file="command line", key="--picture", value=picture, allowed="a file that ends in .png")  # fmt: skip
    project = context.obj()
    known = [known_run(project, name) for name in runs]
    _print(compare.compare(known))
    print(compare.picture(known, Path(picture)))


@app.command()
def status(
    context: typer.Context,
    studies: SomeStudies = None,
) -> None:
    """Show how far the studies are.

    What is trained, missing, diverged, or made by other code; also while Snakemake runs.
    """
    from mlpstudy.design.plan import upgraded
    from mlpstudy.planning.status import Statuses, table

    project = context.obj()
    statuses = Statuses(project)
    if line := upgraded(project.plan_dir):
        print(line)
    _print(table([statuses.of(name) for name in studies or project.studies]))


@app.command()
def predict(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(help="a folder of mlpstudy run, or its id", autocompletion=completion.runs),
    ],
    file: Annotated[str, typer.Argument(help="a table of examples: CSV, Parquet or NPZ")],
    to: Annotated[str, typer.Option("--to", help="a CSV file; default: the terminal")] = "",
) -> None:
    """Answer to new examples with a trained network.

    A CSV with a row for each: the class and its probability, or the value.
    """
    from pathlib import Path

    from mlpstudy.files import write_atomically
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.predict import predict

    project = context.obj()
    known = known_run(project, run)
    answers = predict(known, Path(file), project.settings.datasets.get(known.run.dataset))
    text = answers.to_csv(index=False)
    if to:
        write_atomically(to, text.encode())
    print(to or text, end="\n" if to else "")


@app.command("continue")
def continue_(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(
            help="an id of the studies, or a folder of mlpstudy run", autocompletion=completion.runs
        ),
    ],
    epochs: Annotated[int, typer.Option("--epochs", help="passes in all")],
    to: Annotated[
        str | None, typer.Option("--to", help="a folder; default: results/runs/RUN_ID")
    ] = None,
) -> None:
    """Train a run for more passes.

    Its own are trained again, and compared bit for bit, and then the rest.
    """
    from mlpstudy.design.command_line import folder_of
    from mlpstudy.runs.known import known_run

    folder = folder_of(to)
    project = context.obj()
    before = known_run(project, run)
    made, agrees = by_name.go_on(project, before, epochs, folder)
    print(made)
    if not agrees:
        print(
            f"its first {before.run.epochs} passes differ from those of {before.id}: other code or data"
        )
        raise typer.Exit(1)
    print(f"its first {before.run.epochs} passes are those of {before.id}, bit for bit")


@app.command()
def scores(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(help="a folder of mlpstudy run, or its id", autocompletion=completion.runs),
    ],
) -> None:
    """Score a trained network: balanced accuracy, F1, confusion.

    Of a regression R2, and errors in the data's own unit.
    """
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.scores import scored, shown
    from mlpstudy.stages.prepare import dataset_from

    project = context.obj()
    known = known_run(project, run)
    _print(shown(scored(known, dataset_from(project)(known.run.dataset))))


@app.command("list")
def list_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="studies or one of " + ", ".join(TARGETS))] = "",
) -> None:
    """Show the studies, datasets, activations, optimizers, ..."""
    known = ("studies", *TARGETS)
    if what and what not in known:
        raise _unknown("list", what, known)
    for kind in [what] if what else known:
        if not what:
            print(f"{kind}:")
        for line in _listed(context, kind):
            print(f"  {line}" if not what else line)


def _listed(context: typer.Context, kind: str) -> list[str]:
    own = context.obj().settings.datasets if kind == "datasets" else ()
    if kind != "studies":
        return [*names_of(next(f for f in TABLES if f + "s" == kind)), *own]
    from mlpstudy.words import Words

    project = context.obj()
    studies, words = project.studies.values(), Words(project.settings.language)
    width = max(len(study.name) for study in studies)
    return [f"{s.name:{width}}  {words.said(s.title)} ({s.extent})" for s in studies]


@app.command()
def data(
    context: typer.Context,
    dataset: Annotated[
        str,
        typer.Argument(
            help="one of them; none: a line for each", autocompletion=completion.datasets
        ),
    ] = "",
) -> None:
    """Show the datasets, or what was understood of one.

    Examples, classes, columns, gaps, parts. Nothing is trained.
    """
    from mlpstudy.cli.datasets import dataset_lines, datasets_lines

    project = context.obj()
    if not dataset:
        lines = datasets_lines(project)
    else:
        lines = dataset_lines(dataset, _source(project, dataset))
    for line in lines:
        print(line)


@app.command()
def answer(
    context: typer.Context,
    claim: Annotated[str, typer.Argument(help="such as C29; none: a line for each")] = "",
    language: Annotated[str, typer.Option("--language", help="en or fr; default: as set")] = "",
) -> None:
    """Show what the report answers: a line per claim, or one in full."""
    from rich.console import Console

    from mlpstudy.cli.claims import findings_with, show

    project = context.obj()
    language = language or project.settings.language
    show(
        findings_with(claim, project.results),
        project.lecture,
        claim,
        language,
        Console(markup=False),
    )


@app.command()
def plan(
    context: typer.Context,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, max=100_000, help="on a cluster: so many at a time")
    ] = 0,
    start: Annotated[
        float, typer.Option("--start", min=0, help="seconds of such a job before it trains")
    ] = 6.0,
) -> None:
    """Say how many networks and jobs there are, and how long they take."""
    from mlpstudy.design.plan import plan_of
    from mlpstudy.planning import cluster
    from mlpstudy.planning.checks import check_data, check_parts, estimate

    project = context.obj()
    check_parts(project)
    check_data(project)
    plan_of(project)
    for line in estimate(project):
        print(line)
    for line in cluster.lines(project, jobs, start) if jobs else ():
        print(line)


@app.command()
def new(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(help="letters, digits, _ and -; also the name of the file")
    ],
) -> None:
    """Write a commented study to begin with: config/studies/NAME.yaml."""
    from pathlib import Path

    from mlpstudy.design.new import new_study

    path = new_study(name, Path(context.obj().settings.config_dir, "studies"))
    then = f"mlpstudy check {name}, snakemake --cores 2 {name}, mlpstudy report {name}"
    print(f"{path}; then: {then}")


@app.command()
def check(
    context: typer.Context,
    studies: SomeStudies = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit code 1 where a deciding finding is weak")
    ] = False,
) -> None:
    """Say what is wrong or weak in studies, before anything is trained.

    Mistakes, sizes, what so many seeds can see; of findings that are there, what a sceptic
    would not believe.
    """
    from mlpstudy.planning.checks import check_parts
    from mlpstudy.planning.remarks import check

    project = context.obj()
    check_parts(project)
    found = list(check(project, studies or []))
    for remark in found:
        print(remark.text)
    if any(remark.is_mistake for remark in found):
        raise typer.Exit(2)
    if strict and any(remark.is_weakness for remark in found):
        raise typer.Exit(1)


@app.command()
def schema() -> None:
    """Write config/schema and docs/reference.md from the models."""
    from mlpstudy.cli import reference
    from mlpstudy.design.schema import SCHEMAS, file_of, text_of
    from mlpstudy.files import write_atomically

    files = {file_of(name): text_of(name) for name in SCHEMAS}
    for file, text in {**files, reference.FILE: reference.text(app)}.items():
        write_atomically(file, text.encode())
        print(file)


# The stages, by name: mlpstudy.rules has them with all paths


@app.command()
def prepare(
    context: typer.Context,
    dataset: Annotated[str, typer.Argument(help="its name", autocompletion=completion.datasets)],
) -> None:
    """Make a dataset: results/data/DATASET.npz."""
    from mlpstudy.stages.prepare import prepare
    from mlpstudy.stages.read import read

    project = context.obj()
    source, path = _source(project, dataset), project.data_file(dataset)
    if source is None:
        prepare(dataset, path)
    else:
        read(dataset, source, path)


def _source(project: Project, dataset: str) -> Source | None:
    """How a user's own dataset is read; None for one of the package. Raises Mistake."""
    known = [*names_of("dataset"), *project.settings.datasets]
    if dataset not in known:
        raise _unknown("dataset", dataset, known)
    return project.settings.datasets.get(dataset)


@app.command()
def train(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="its id: a file of results/plan/jobs")],
) -> None:
    """Train the networks of a job, and write its tables."""
    by_name.train(context.obj(), job)


@app.command()
def measure(context: typer.Context, study: StudyArgument) -> None:
    """Make what a study measures by itself: results/measured/STUDY."""
    project = context.obj()
    compared(by_name.measure(project, study), project.measured_dir(study))


@app.command()
def summarise(context: typer.Context, study: StudyArgument) -> None:
    """Make a study's tables and findings, from those of its jobs."""
    by_name.summarise(context.obj(), study)


@app.command()
def draw(context: typer.Context, study: StudyArgument) -> None:
    """Draw a study's figures, from its tables."""
    by_name.draw(context.obj(), study)


@app.command()
def report(
    context: typer.Context,
    studies: SomeStudies = None,
    single: Annotated[
        bool, typer.Option("--single", help="all pages as one file: single.html")
    ] = False,
) -> None:
    """Write the report, of all studies or of those that are named.

    Of all: report/index.html. Of some, which snakemake --cores 2 STUDY has run:
    results/reports/STUDY/index.html. Nothing is trained.
    """
    if single:
        print(by_name.single_page(context.obj(), studies or []))
    else:
        pages(by_name.report(context.obj(), studies or []))


def _print(shown: Any) -> None:
    """On the terminal, in colours where it has some; as wide as it needs where it is none."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(shown)


def _unknown(key: str, value: str, known: Iterable[str]) -> Mistake:
    return Mistake(
        "is not known",
        file="command line",
        key=key,
        value=value,
        allowed="one of " + ", ".join(known),
        nearest=nearest(value, known),
    )


def _arrange() -> None:
    """Put the commands into their panels, in the order of PANELS."""
    place = {name: panel for panel, names in PANELS.items() for name in names}
    by_name_ = {c.name or c.callback.__name__: c for c in app.registered_commands if c.callback}
    for name, command in by_name_.items():
        command.rich_help_panel = place[name]
    app.registered_commands = [by_name_[name] for name in place]


_arrange()
