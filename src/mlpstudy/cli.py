"""The command `mlpstudy`: the stages of the workflow, by name, and what else people call.

What a subcommand needs is imported when it runs: `mlpstudy list` does not wait for torch.
"""

import sys
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import typer

from mlpstudy import by_name, completion
from mlpstudy.design import parts
from mlpstudy.design.mistakes import Mistake, nearest
from mlpstudy.design.names import TABLES, names_of
from mlpstudy.design.project import CONFIG, Project
from mlpstudy.design.sources import Source
from mlpstudy.leaving import leave
from mlpstudy.rules import compared, pages

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Put the claims of a lecture on multilayer perceptrons to the test.",
)
STAGES, READ, ASK, RUNS, LOOK = (
    "The stages, as the workflow calls them",
    "Read the answers",
    "Ask a question",
    "One run",
    "Look up",
)
StudyArgument = Annotated[str, typer.Argument(help="its name", autocompletion=completion.studies)]
UsageError: Any = typer.BadParameter.__mro__[1]  # typer carries a click of its own
STOPPED = 130  # the exit code after Ctrl-C
TARGETS = ("datasets", "activations", "initializations", "costs", "optimizers", "schedules")


@app.callback()
def settings(
    context: typer.Context,
    file: Annotated[str, typer.Option("--file", help="the settings of the project")] = CONFIG,
    config: Annotated[
        list[str] | None, typer.Option("--config", "-C", help="KEY=VALUE laid over the file")
    ] = None,
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


@app.command(rich_help_panel=READ)
def pdf(context: typer.Context) -> None:
    """The report as a PDF, printed by Chromium: report.pdf beside the page."""
    from mlpstudy import publish

    print(publish.pdf(context.obj()))


@app.command(rich_help_panel=ASK)
def unlock() -> None:
    """Remove the lock that a killed Snakemake left here; not where one is still running."""
    from mlpstudy.unlock import LOCKS, unlock

    if unlock():
        print(f"{LOCKS}: removed, no Snakemake runs here any more")


@app.command(
    rich_help_panel=ASK,
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def resume(context: typer.Context) -> None:
    """Go on where the workflow stopped, or was killed: unlock, and run snakemake. Words after it
    are Snakemake's, such as --cores 2 --config size=smoke."""
    from mlpstudy.resume import given, resume

    root = context.find_root().params
    laid = _laid(root["config"])
    resume(Project.read(root["file"], {**laid, **given(context.args)}), laid, context.args)


@app.command(rich_help_panel=ASK)
def verify(
    remove: Annotated[
        bool,
        typer.Option("--repair", help="remove what is damaged; mlpstudy resume makes it again"),
    ] = False,
) -> None:
    """Read every result file and compare it with its checksum; a line for each that is damaged."""
    from mlpstudy.files import size_of
    from mlpstudy.verify import repair, verify

    found = verify()
    for fault in found.faults:
        print(fault)
    removed = len(repair(found.faults)) if remove else 0
    print(
        f"{found.files:,} files, {size_of(found.bytes)}: {len(found.faults)} not as they were made"
    )
    if removed:
        print(f"{removed} files are removed; to make them again: mlpstudy resume")
    if found.faults:
        raise typer.Exit(1)


def _laid(words: list[str] | None) -> dict[str, str]:
    """What -C lays over the settings."""
    return _once([_pair(word, "--config") for word in words or []])


@app.command(rich_help_panel=RUNS)
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
    """Train one network alone and leave a folder: settings, curves, layers, weights, pictures."""
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
    print(by_name.run(project, chosen, folder, weights))


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


@app.command(rich_help_panel=RUNS)
def replay(
    context: typer.Context,
    run_ids: Annotated[list[str] | None, typer.Argument(help="runs of the studies")] = None,
    sample: Annotated[int, typer.Option("--sample", min=0, help="take so many at random")] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="of the sample")] = 0,
) -> None:
    """Train runs again, each alone, and compare every number with the sweep's, bit for bit."""
    from mlpstudy import single

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


@app.command(rich_help_panel=RUNS)
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
    """Show one run: its settings, its results, the findings behind which it stands, its command."""
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.show import show

    project = context.obj()
    _print(show(project, known_run(project, run), every))


@app.command(rich_help_panel=RUNS)
def compare(
    context: typer.Context,
    runs: Annotated[
        list[str], typer.Argument(help="two or more, as for show", autocompletion=completion.runs)
    ],
    picture: Annotated[
        str, typer.Option("--picture", help="where the picture of their curves goes")
    ] = "results/compared.png",
) -> None:
    """Compare runs: the settings in which they differ, what they came to, a picture of both."""
    from pathlib import Path

    from mlpstudy.runs import compare
    from mlpstudy.runs.known import known_run

    if Path(picture).suffix != ".png":
        raise Mistake("is no picture", file="command line", key="--picture", value=picture, allowed="a file that ends in .png")  # fmt: skip
    project = context.obj()
    known = [known_run(project, name) for name in runs]
    _print(compare.compare(known))
    print(compare.picture(known, Path(picture)))


@app.command(rich_help_panel=ASK)
def status(
    context: typer.Context,
    studies: Annotated[
        list[str] | None,
        typer.Argument(help="all, where none is named", autocompletion=completion.studies),
    ] = None,
) -> None:
    """Show how far the studies are: trained, missing, diverged, made by other code; also meanwhile."""
    from mlpstudy.design.plan import upgraded
    from mlpstudy.status import Statuses, table

    project = context.obj()
    statuses = Statuses(project)
    if line := upgraded(project.plan_dir):
        print(line)
    _print(table([statuses.of(name) for name in studies or project.studies]))


@app.command(rich_help_panel=RUNS)
def predict(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(help="a folder of mlpstudy run, or its id", autocompletion=completion.runs),
    ],
    file: Annotated[str, typer.Argument(help="a table of examples: CSV, Parquet or NPZ")],
    to: Annotated[str, typer.Option("--to", help="a CSV file; default: the terminal")] = "",
) -> None:
    """Answer to new examples with a network that mlpstudy run has trained: a CSV, one row each."""
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


@app.command("continue", rich_help_panel=RUNS)
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
    """Train a run for more passes: its own again, bit for bit, and then the rest."""
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


@app.command(rich_help_panel=RUNS)
def scores(
    context: typer.Context,
    run: Annotated[
        str,
        typer.Argument(help="a folder of mlpstudy run, or its id", autocompletion=completion.runs),
    ],
) -> None:
    """Score a network that mlpstudy run has trained: balanced accuracy, F1, who is taken for whom;
    of a regression errors in the data's own unit."""
    from mlpstudy.runs.known import known_run
    from mlpstudy.runs.scores import scored, shown, write_confusion
    from mlpstudy.stages.prepare import dataset_from

    project = context.obj()
    known = known_run(project, run)
    found = scored(known, dataset_from(project)(known.run.dataset))
    write_confusion(known, found)
    _print(shown(found))


@app.command("list", rich_help_panel=LOOK)
def list_(
    context: typer.Context,
    what: Annotated[str, typer.Argument(help="studies or one of " + ", ".join(TARGETS))] = "",
) -> None:
    """Show the studies, datasets, activations, initializations, costs, optimizers, schedules."""
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


@app.command(rich_help_panel=LOOK)
def data(
    context: typer.Context,
    dataset: Annotated[
        str,
        typer.Argument(
            help="one of them; none: a line for each", autocompletion=completion.datasets
        ),
    ] = "",
) -> None:
    """Show the datasets, or what was understood of one: examples, classes, columns, gaps, parts."""
    from mlpstudy.showing import dataset_lines, datasets_lines

    project = context.obj()
    if not dataset:
        lines = datasets_lines(project)
    else:
        lines = dataset_lines(dataset, _source(project, dataset))
    for line in lines:
        print(line)


@app.command(rich_help_panel=READ)
def answer(
    context: typer.Context,
    claim: Annotated[str, typer.Argument(help="such as C29; none: a line for each")] = "",
    language: Annotated[str, typer.Option("--language", help="en or fr; default: as set")] = "",
) -> None:
    """What the report answers to a claim: the sentence, its number, and the conditions behind it."""
    from rich.console import Console

    from mlpstudy.answering import show

    project = context.obj()
    findings = project.results / "findings.json"
    language = language or project.settings.language
    show(findings, project.lecture, claim, language, Console(markup=False))


@app.command(rich_help_panel=ASK)
def plan(
    context: typer.Context,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, max=100_000, help="on a cluster: so many at a time")
    ] = 0,
    start: Annotated[
        float, typer.Option("--start", min=0, help="seconds of such a job before it trains")
    ] = 6.0,
) -> None:
    """Write the plan, and say how many networks and jobs it has, and roughly how long they take."""
    from mlpstudy import cluster
    from mlpstudy.design.plan import plan_of
    from mlpstudy.planning import check_data, check_parts, estimate

    project = context.obj()
    check_parts(project)
    check_data(project)
    plan_of(project)
    for line in estimate(project):
        print(line)
    for line in cluster.lines(project, jobs, start) if jobs else ():
        print(line)


@app.command(rich_help_panel=ASK)
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
    print(f"{path}; then: mlpstudy check {name}, snakemake --cores 2 {name}")


@app.command(rich_help_panel=ASK)
def check(
    context: typer.Context,
    studies: Annotated[
        list[str] | None,
        typer.Argument(help="all, where none is named", autocompletion=completion.studies),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="exit code 1 where a deciding finding is weak")
    ] = False,
) -> None:
    """Say all that can be said of studies before anything is trained, and of their findings."""
    from mlpstudy.checking import check
    from mlpstudy.planning import check_parts

    project = context.obj()
    check_parts(project)
    found = list(check(project, studies or []))
    for remark in found:
        print(remark.text)
    if any(remark.is_mistake for remark in found):
        raise typer.Exit(2)
    if strict and any(remark.is_weakness for remark in found):
        raise typer.Exit(1)


@app.command(rich_help_panel=LOOK)
def schema() -> None:
    """Write what follows from the models: config/schema, for an editor, and docs/reference.md."""
    from mlpstudy import reference
    from mlpstudy.design.schema import SCHEMAS, file_of, text_of
    from mlpstudy.files import write_atomically

    files = {file_of(name): text_of(name) for name in SCHEMAS}
    for file, text in {**files, reference.FILE: reference.text(app)}.items():
        write_atomically(file, text.encode())
        print(file)


# The stages, by name: mlpstudy.rules has them with all paths


@app.command(rich_help_panel=STAGES)
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


@app.command(rich_help_panel=STAGES)
def train(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="its id: a file of results/plan/jobs")],
) -> None:
    """Train the networks of a job that are not trained yet, and write its tables."""
    by_name.train(context.obj(), job)


@app.command(rich_help_panel=STAGES)
def measure(context: typer.Context, study: StudyArgument) -> None:
    """What a study measures by itself, beside training: results/measured/STUDY."""
    project = context.obj()
    compared(by_name.measure(project, study), project.measured_dir(study))


@app.command(rich_help_panel=STAGES)
def summarise(context: typer.Context, study: StudyArgument) -> None:
    """A study's summary tables and findings, from the tables of its jobs and its measurements."""
    by_name.summarise(context.obj(), study)


@app.command(rich_help_panel=STAGES)
def draw(context: typer.Context, study: StudyArgument) -> None:
    """A study's figures, from its summary tables."""
    by_name.draw(context.obj(), study)


@app.command(rich_help_panel=STAGES)
def report(
    context: typer.Context,
    single: Annotated[
        bool, typer.Option("--single", help="all pages as one file: report/single.html")
    ] = False,
) -> None:
    """The report of all studies, from their findings, tables and figures."""
    if single:
        print(by_name.single_page(context.obj()))
    else:
        pages(by_name.report(context.obj()))


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


def main(arguments: list[str] | None = None) -> None:
    """Run the command; a mistake is one line and exit code 2, a failure one line and 1."""
    leave(app, "mlpstudy", arguments)
