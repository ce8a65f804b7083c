"""What is made again after a change: one line of the table for each kind of change.

A copy of the package is changed, and what would make each result is compared before and after.
"""

import ast
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mlpstudy.core.engines import MODULES, serves
from mlpstudy.design.names import PACKAGE
from mlpstudy.design.project import Project
from mlpstudy.design.run import Run
from mlpstudy.design.settings import Settings
from mlpstudy.design.used import used_by
from mlpstudy.drawing.kinds import KINDS
from mlpstudy.provenance.closure import Package
from mlpstudy.provenance.digests import CHART, ENGINES, KIND, PARTS, STAGES, of_record, of_study
from mlpstudy.provenance.stamps import Makers

ROOT = Path(__file__).resolve().parents[2]
RUNS = {  # what is trained
    "relu": Run(activation="relu", initialization="he_normal"),
    "tanh": Run(activation="tanh", optimizer="adam", schedule="cosine"),
    "dropout": Run(activation="relu", initialization="he_normal", dropout=0.5),
    "mse": Run(activation="relu", cost="mse"),
    "autoencoder": Run(activation="relu", pretraining="autoencoder", pretraining_epochs=1),
    "rbm": Run(pretraining="rbm", pretraining_epochs=1),
}
STUDIES = {  # what YAML alone says
    "lines": {"name": "lines", "module": "", "figures": [{"kind": "line"}]},
    "maps": {"name": "maps", "module": "", "figures": [{"kind": "heatmap"}]},
    "folder": {"name": "folder", "module": "mine", "figures": []},
}
ALL = tuple(RUNS)
NATIVE = tuple(name for name, run in RUNS.items() if serves(run))
# The native engine, as far as digests see it, where it is not there yet.
ENGINE = """
from mlpstudy.core.draws import Orders
from mlpstudy.core.engines import Learned
from mlpstudy.core.initializers import draw_parameters
from mlpstudy.core.native.activations import activate, slopes
from mlpstudy.core.schedules import SCHEDULES


def learn(task, keep, progress, device):
    rates = [SCHEDULES[run.schedule](0, run.epochs) for run in task.runs]
    return Learned(Orders, draw_parameters, activate, slopes, rates)


def networks_that_fit(run, dims, classes, targets, device):
    return 1
"""


@dataclass(frozen=True)
class Change:
    """An edit of a file of the package, and what is made again after it. trained: of RUNS by the
    torch engine, native: by the other one. A stage that is not named
    makes nothing again; "all": everything of it, a kind of figure: who draws it. Of what measures, and of summaries, those may be
    made again that walk a table or name its entries."""

    name: str
    file: str
    old: str
    new: str
    trained: tuple[str, ...] = ()
    again: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    may: tuple[str, ...] = ()
    native: tuple[str, ...] = ()


NEW = ("measure", "summarise")  # who walks a table sees what is new in it
USERS = (*NEW, "run", "train")
CHANGES = [
    Change("comment", "core/train.py", "    yield Pass(0", "    # now\n    yield Pass(0"),
    Change("docstring", "core/activations.py", '"""The shapes', '"""Shapes'),
    Change("comment in a stage", "stages/train.py", "import ctypes", "import ctypes  # malloc"),
    Change("comment in the style", "drawing/style.py", "DPI = 160", "DPI = 160  # dots\n"),
    Change("type", "core/train.py", "def _finite(network: Stack)", "def _finite(network)"),
    Change("message", "design/mistakes.py", "class Mistake", "MORE = 1\n\n\nclass Mistake"),
    Change("activation", "core/activations.py", '    "tanh": ', '    "mine": Activation(_tanh, _constant(1), 1.0),\n    "tanh": ', may=NEW),
    Change("initialization", "core/initializers.py", '    "zeros": ', '    "mine": Initializer(_normal, _none),\n    "zeros": ', may=NEW),
    Change("cost", "core/costs.py", '    "nll": ', '    "mine": Cost(_nll, _nll_delta),\n    "nll": ', may=NEW),
    Change("native activation", "core/native/activations.py", '    "tanh": ', '    "mine": Shape(tanh, _relu_slope),\n    "tanh": ', may=NEW),
    Change("optimizer", "core/optimizers.py", '    "sgd": ', '    "mine": Adam,\n    "sgd": ', may=NEW),
    Change("schedule", "core/schedules.py", '    "constant": ', '    "mine": lambda t, epochs: 2.0,\n    "constant": ', may=NEW),
    Change("dataset", "data/datasets.py", '    "digits": ', '    "mine": wine,\n    "digits": ', may=NEW),
    Change("size of a dataset", "design/examples.py", '    "digits": ', '    "mine": Examples(9, (1,), 1, 1),\n    "digits": ', may=NEW),
    Change("field", "design/run.py", "    restart: ", "    viscosity: Annotated[float, Kind.SWITCH] = Field(0.0)\n    restart: "),
    Change("changed activation", "core/activations.py", "Activation(_tanh, _one_minus_square, 1.0)", "Activation(_tanh, _one_minus_square, 2.0)", ("tanh",), may=USERS),
    Change("changed helper", "core/activations.py", "def _one_minus_square(a, z, out=None):\n", "def _one_minus_square(a, z, out=None):\n    a = a + 0\n", ("tanh",), may=USERS),
    Change("changed initialization", "core/initializers.py", '"he_normal": Initializer(_normal', '"he_normal": Initializer(_uniform', ("relu", "dropout"), may=USERS, native=("relu", "dropout")),
    Change("changed optimizer", "core/optimizers.py", "DECAY, EPSILON = 0.999", "DECAY, EPSILON = 0.99", ("tanh",), may=USERS),
    Change("changed schedule", "core/schedules.py", "(1 + cos(pi", "(2 + cos(pi", ("tanh",), may=USERS, native=("tanh",)),
    Change("changed native activation", "core/native/activations.py", "like(z, 1) - z * z", "like(z, 1) - z", may=USERS, native=("tanh",)),
    Change("native cost", "core/native/costs.py", '    "nll": ', '    "mine": Cost(softmax_delta, nll_terms),\n    "nll": ', may=NEW),
    Change("changed native cost", "core/native/costs.py", "def mse_terms(a, t, C, stride, used, top, total):\n", "def mse_terms(a, t, C, stride, used, top, total):\n    a = a\n", may=USERS, native=("mse",)),
    Change("changed native kernel", "core/native/activations.py", "    exec(", "    names = dict(names)\n    exec(", may=USERS, native=NATIVE),
    Change("who is served", "core/engines.py", 'return "convolutions', 'return "all convolutions', (), {"train": "all"}, USERS),
    Change("changed cost", "core/costs.py", "def _mse(a, t):\n", "def _mse(a, t):\n    a = a + 0\n", ("mse",), may=USERS),
    Change("changed machine", "core/pretrain.py", "class Boltzmann(Stack):\n", "class Boltzmann(Stack):\n    MORE = 1\n", ("rbm",), may=USERS),
    Change("changed native machine", "core/native/boltzmann.py", "like(p, 0), like(p, 1)", "like(p, 1), like(p, 0)", may=USERS, native=("rbm",)),
    Change("changed default", "design/run.py", "0.9, ge=0, lt=1", "0.8, ge=0, lt=1", ALL, {"train": "all", "measure": "all"}, (*USERS, "draw", "report"), NATIVE),
    Change("core", "core/train.py", "    yield Pass(0", "    network = network\n    yield Pass(0", ALL, {"train": "all", "measure": "all", "run": "all"}, NEW),
    Change("dataset changed", "data/datasets.py", "SPIRAL_TURNS = 1.5", "SPIRAL_TURNS = 1.4", (), {"prepare": ("spirals",)}, NEW),
    Change("tables", "tables/schema.py", "def tables_of(", "def tables_of(*_, ", (), {"train": "all", "summarise": "all", "run": "all"}),
    Change("statistics", "statistics/intervals.py", "def interval(", "def interval(*_, ", may=("summarise",)),
    Change("tables of a study", "studies/mine/derive.py", "DEPTH = 1", "DEPTH = 2", (), {"summarise": ("folder",)}),
    Change("figure of a study", "studies/mine/figures.py", "DEPTH = 1", "DEPTH = 2", (), {"draw": ("folder",)}),
    Change("measure of a study", "studies/mine/measure.py", "DEPTH = 1", "DEPTH = 2", (), {"measure": ("folder",)}),
    Change("kind of figure", "drawing/kinds/line.py", "FAINTEST = 0.45", "FAINTEST = 0.5", (), {"draw": "line"}),
    Change("another kind", "drawing/kinds/heatmap.py", "def static(", "def static(*_, ", (), {"draw": "heatmap"}),
    Change("style", "drawing/style.py", "DPI = 160", "DPI = 161", (), {"draw": "all", "run": "all"}),
    Change("French word", "words/locale/fr/LC_MESSAGES/mlpstudy.po", '"{first} et {last}"', '"{first} & {last}"', (), {"report": "all"}, ("draw", "run")),
    Change("where a message stands", "words/locale/fr/LC_MESSAGES/mlpstudy.po", "#: ", "#: src/"),
    Change("chart", "drawing/charts/heatmap.py", "def interactive(", "def interactive(*_, ", (), {"report": "all"}),
    Change("template", "report/templates/page.css", ":root", ":root ", (), {"report": "all"}),
    Change("report", "report/build.py", "def build(", "def build(*_, ", (), {"report": "all"}),
    Change("template of a study", "design/new_study.yaml", "seeds:", "seeds: "),
    Change("command", "cli/__init__.py", "def main(", "def main(*_, "),
]  # fmt: skip


@pytest.fixture(scope="module")
def project() -> Project:
    project = Project(Settings(size="smoke", config_dir=str(ROOT / "config")))
    assert project.pool
    return project


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("copy") / PACKAGE.name
    shutil.copytree(PACKAGE, root, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "studies/mine").mkdir()
    for name in ("derive", "figures", "measure"):
        text = f"DEPTH = 1\n\n\ndef {name}(*_):\n    return DEPTH\n"
        (root / f"studies/mine/{name}.py").write_text(text, encoding="utf-8")
    return root


def made(project: Project, root: Path) -> dict[str, dict[str, object]]:
    """What makes each result, by stage and name."""
    package = Package(root)
    makers, studies = Makers(project, package), project.studies
    own = {
        stage: {name: of_study(stage, study, package) for name, study in STUDIES.items()}
        for stage in ("measure", "summarise", "draw")
    }
    uses = {job.id: job.uses for job in project.jobs.values()}
    return {
        "record": {name: of_record(run, "cpu", "torch", package) for name, run in RUNS.items()},
        "native": {name: of_record(RUNS[name], "cpu", "native", package) for name in NATIVE},
        "prepare": {name: makers.prepare(name) for name in project.datasets},
        "train": {job: makers.train(used) for job, used in uses.items()},
        "measure": own["measure"]
        | {n: makers.measure(n) for n, study in studies.items() if study.is_measured},
        "summarise": own["summarise"] | {name: makers.summarise(name) for name in studies},
        "draw": own["draw"] | {name: makers.draw(name) for name in studies},
        "report": {"": makers.report()},
        "run": {"": makers.run(used_by([RUNS["relu"]]))},
    }


@pytest.fixture(scope="module")
def before(project, copy):
    return made(project, copy)


def changed(before, after) -> dict[str, tuple[str, ...]]:
    """The names of each stage whose results are made again."""
    found = {
        stage: tuple(name for name in before[stage] if before[stage][name] != after[stage][name])
        for stage in before
    }
    return {stage: names for stage, names in found.items() if names}


def drawn_by(project: Project, kind: str) -> set[str]:
    """The studies that have a figure of a kind."""
    asked = STUDIES | {name: study.resolved() for name, study in project.studies.items()}
    return {n for n, study in asked.items() if kind in {f["kind"] for f in study["figures"]}}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_what_a_change_makes_again(project, copy, before, change):
    path = copy / change.file
    text = path.read_text(encoding="utf-8")
    assert change.old in text, f"{change.file} holds {change.old!r} no longer"
    path.write_text(text.replace(change.old, change.new, 1), encoding="utf-8")
    try:
        again = changed(before, made(project, copy))
    finally:
        path.write_text(text, encoding="utf-8")
    assert again.pop("record", ()) == change.trained
    assert again.pop("native", ()) == change.native
    for stage, names in change.again.items():
        if names in KINDS:  # others may be built on it
            drawn, expected = set(again.pop(stage)), drawn_by(project, names)
            assert expected <= drawn and expected & STUDIES.keys() == drawn & STUDIES.keys()
        else:
            assert set(again.pop(stage)) == set(before[stage] if names == "all" else names), stage
    assert again.keys() <= set(change.may)


STUDY = """\
study: mine
title: Does width help?
question: Is the loss of a wide network below that of a narrow one?
base: {dataset: iris, epochs: 1}
seeds: 6
sweep: {widths: {grid: {width: [2, 4]}}}
claims:
  - name: wider
    id: WIDE
    says: Wide networks learn better
    contrast: {measure: test_loss, factor: width, of: 4, against: 2}
    direction: below
    threshold: 0
figures:
  - {name: widths, kind: line, x: width, y: test_loss, title: Widths}
"""


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        ("# nothing", "# else", ()),
        ("threshold: 0", "threshold: 0.1", ("summarise",)),
        ("of: 4, against: 2", "of: 2, against: 4", ("summarise",)),
        ("title: Widths", "title: All widths", ("summarise",)),
        ("kind: line", "kind: point", ("summarise", "draw")),
        ("width: [2, 4]", "width: [2, 4, 8]", ("summarise", "train")),
    ],
)
def test_what_a_change_of_a_study_makes_again(tmp_path, monkeypatch, old, new, again):
    """Who draws and reports waits for the summary, which is made again."""
    monkeypatch.chdir(tmp_path)
    seen = []
    for text in (STUDY + "# nothing\n", (STUDY + "# nothing\n").replace(old, new)):
        (tmp_path / "config/studies").mkdir(parents=True, exist_ok=True)
        (tmp_path / "config/studies/mine.yaml").write_text(text)
        project = Project(Settings())
        makers = Makers(project)
        results = {"summarise": makers.summarise("mine"), "draw": makers.draw("mine")}
        seen.append(results | {"train": sorted(project.jobs)})
    assert tuple(name for name in seen[0] if seen[0][name] != seen[1][name]) == again


TRAINERS = [("cpu", "native"), ("cpu", "torch"), ("cuda", "torch")]


def test_another_device_or_engine_trains_again(copy):
    package = Package(copy)
    keys = {of_record(RUNS["relu"], *trainer, package) for trainer in TRAINERS}
    settings = [Settings(device=device, engine=engine) for device, engine in TRAINERS]
    makers = {Makers(Project(each), package).train("cost=nll") for each in settings}
    assert len(keys) == len(makers) == len(TRAINERS)


@pytest.mark.parametrize(("engine", "lacks"), [("native", {"torch"}), ("torch", set())])
def test_an_engine_counts_with_its_own_libraries(copy, engine, lacks):
    packages = set(Package(copy).closure((*STAGES["train"], ENGINES[engine]), {}).packages)
    assert {"native": "numba", "torch": "torch"}[engine] in packages and not packages & lacks


def test_a_name_that_is_computed_is_known_to_the_digests():
    """An import by a computed name is seen by no closure: digests.py lists what it may give."""
    files = {entry.file for entries in PARTS.values() for entry in entries} | {KIND, CHART}
    known = {file.removesuffix(".py").replace("/", ".") for file in files}
    found = set(computed("import_module", 0))
    # declared.part(module, file) imports studies.{module}.{file}
    found |= {f"studies.{{}}.{name}" for name in computed("part", 1, "s*/**/*.py")}
    # what engines.py imports by name, see below
    engines = {"MODULES[engine]", "MODULES['torch']"}
    assert "drawing.kinds.{}" in found and found - {"studies.{}.{}"} - engines <= known


def test_the_digests_know_the_modules_of_the_engines():
    known = {engine: entry.file.removesuffix(".py") for engine, entry in ENGINES.items()}
    assert known == {
        engine: module.removeprefix("mlpstudy.").replace(".", "/")
        for engine, module in MODULES.items()
    }


def computed(function: str, place: int, files: str = "**/*.py"):
    """An argument of all calls of a function, {} for what is computed in it."""
    for path in PACKAGE.glob(files):
        text = path.read_text(encoding="utf-8")
        for call in ast.walk(ast.parse(text)) if f"{function}(" in text else ():
            if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == function:
                name = ast.unparse(call.args[place]).strip("f'\"").removeprefix("mlpstudy.")
                yield re.sub(r"\{[^}]*\}+", "{}", name)
