from pathlib import Path

import pytest
from pydantic import ValidationError

from mlpstudy.design import yaml_file
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings, load

CONFIG = Path(__file__).parents[2] / "config"
FILE = "config/config.yaml"


@pytest.fixture
def config(write):
    """config(text) -> the path of a config.yaml, beside two studies."""
    write("study: asks", "config/studies/asks.yaml")
    write("study: wonders", "config/studies/wonders.yaml")
    return lambda text: write(text, FILE)


def test_an_almost_empty_file_means_the_defaults(config):
    assert load(config("size: default")) == Settings()


def test_the_shipped_file_spells_out_the_defaults():
    document = yaml_file.read(CONFIG / "config.yaml")
    assert Settings.model_validate(document) == Settings()
    assert set(document) == set(Settings.model_fields)


@pytest.mark.parametrize("key", Settings.model_fields)
def test_every_key_is_explained_to_the_user(key):
    assert f"| `{key}` |" in (CONFIG / "README.md").read_text(encoding="utf-8")


def test_every_key_of_a_file_arrives(config):
    text = """
        size: smoke
        studies: [wonders, asks]
        threads: 3
        device: cpu
        engine: native
        language: fr
        job_seconds: 5
        config_dir: config
        output_dir: elsewhere
        datasets: {my_trees: {file: data/trees.csv, target: species}}
        plugins: []
    """
    arrived = load(config(text)).model_dump()
    assert arrived.pop("datasets")["my_trees"]["target"] == ("species",)
    assert arrived == {
        "size": "smoke",
        "studies": ("wonders", "asks"),
        "threads": 3,
        "device": "cpu",
        "engine": "native",
        "language": "fr",
        "job_seconds": 5.0,
        "config_dir": "config",
        "output_dir": "elsewhere",
        "plugins": (),
    }


@pytest.mark.parametrize(
    ("size", "results", "report"),
    [
        ("smoke", "results/smoke", "results/smoke/report"),
        ("default", "results", "report"),
        ("full", "results/full", "results/full/report"),
    ],
)
def test_sizes_do_not_overwrite_each_other(size, results, report):
    settings = Settings(size=size)
    assert (settings.results_dir, settings.report_dir) == (results, report)


@pytest.mark.parametrize("folder", ["lecture", "a b/c", "/scratch/me"])
@pytest.mark.parametrize("size", ["default", "full"])
def test_all_that_is_made_lies_in_the_folder_that_is_asked_for(folder, size):
    project, at_home = Project(Settings(size=size, output_dir=folder)), Project(Settings(size=size))
    places = [
        lambda p: p.results, lambda p: p.report, lambda p: p.trained, lambda p: p.plan_dir,
        lambda p: p.data_file("iris"), lambda p: p.run_dir("x"), lambda p: p.study_dir("s"),
    ]  # fmt: skip
    assert [place(project) for place in places] == [
        Path(folder, place(at_home)) for place in places
    ]
    assert at_home.below("lecture").results == Path("lecture", at_home.results)


@pytest.mark.parametrize(
    ("overrides", "key", "value"),
    [
        ({"threads": 2}, "threads", 2),
        ({"threads": "2"}, "threads", 2),
        ({"job_seconds": 60}, "job_seconds", 60.0),
        ({"job_seconds": "1e2"}, "job_seconds", 100.0),
        ({"size": "smoke"}, "size", "smoke"),
        ({"studies": "asks"}, "studies", ("asks",)),
        ({"studies": "asks, wonders"}, "studies", ("asks", "wonders")),
        ({"studies": ["asks", "wonders"]}, "studies", ("asks", "wonders")),
    ],
)
def test_the_command_line_comes_before_the_file(config, overrides, key, value):
    settings = load(config("{threads: 7, size: full, job_seconds: 7.0, studies: all}"), overrides)
    assert getattr(settings, key) == value


def test_all_studies_are_the_files_of_the_folder_by_name(config, write):
    write("study: a", "config/studies/a.yaml")
    write("study: a-b", "config/studies/a-b.yaml")
    write("what an editor leaves", "config/studies/.asks.yaml")
    assert list(load(config("studies: all")).study_files()) == ["a", "a-b", "asks", "wonders"]


def test_chosen_studies_keep_their_order(config):
    files = load(config("studies: [wonders, asks]")).study_files()
    assert {name: file.as_posix() for name, file in files.items()} == {
        "wonders": "config/studies/wonders.yaml",
        "asks": "config/studies/asks.yaml",
    }
    assert list(files) == ["wonders", "asks"]


NAMES = "1 to 64 of A-Z, a-z, 0-9, _ and -, not _ or - first"
KEYS = "one of size, studies, threads, device, engine, language, job_seconds, config_dir, output_dir, datasets, plugins"
SIZES = "one of smoke, default, full"
THREADS = "a whole number >= 1 and <= 1024"
SECONDS = "a number >= 0.001 and <= 86400"
STUDIES = "all, or some of asks, wonders"
MANY = "all, or a list of names of studies"

# what is written, and the line without its file
REFUSED = [
    ("size: smok", f"size: 'smok' is not allowed; {SIZES}; did you mean 'smoke'?"),
    ("size: 5", f"size: 5 is not allowed; {SIZES}"),
    ("size:", f"size: null is not allowed; {SIZES}"),
    ("size: [smoke]", f'size: ["smoke"] is not allowed; {SIZES}; did you mean \'smoke\'?'),
    ("sise: smoke", f"sise: unknown key; {KEYS}; did you mean 'size'?"),
    ("cores: 4", f"cores: unknown key; {KEYS}"),
    ("size: smoke\nsize: full", "size: is given twice, in lines 1 and 2"),
    ("threads: 0", f"threads: 0 is not allowed; {THREADS}"),
    ("threads: 2.5", f"threads: 2.5 is not allowed; {THREADS}"),
    ("threads: true", f"threads: true is not allowed; {THREADS}"),
    ("threads: '2'", f"threads: '2' is not allowed; {THREADS}; write 2"),
    ("threads: two", f"threads: 'two' is not allowed; {THREADS}"),
    ("job_seconds: 0", f"job_seconds: 0 is not allowed; {SECONDS}"),
    ("job_seconds: 1e-300", f"job_seconds: 1e-300 is not allowed; {SECONDS}"),
    ("job_seconds: 1:30", f"job_seconds: '1:30' is not allowed; {SECONDS}"),
    ("job_seconds: .nan", f"job_seconds: .nan is not allowed; {SECONDS}"),
    ("job_seconds: .inf", f"job_seconds: .inf is not allowed; {SECONDS}"),
    ("job_seconds: -3", f"job_seconds: -3 is not allowed; {SECONDS}"),
    ("device: gpu", "device: 'gpu' is not allowed; one of auto, cpu, cuda; did you mean 'cpu'?"),
    ("engine: numba", "engine: 'numba' is not allowed; one of auto, native, torch"),
    ("engine: native\ndevice: cuda", "engine: the native engine trains on a CPU: use device: cpu"),
    ("language: no", "language: 'no' is not allowed; one of en, fr"),
    ("studies: vanishing", f"studies[0]: 'vanishing' is not a study; {STUDIES}"),
    ("studies: [asks, wonder]", f"studies[1]: 'wonder' is not a study; {STUDIES}; "
                               "did you mean 'wonders'?"),
    ("studies: []", f"studies: [] is not allowed; {MANY}"),
    ("studies: 5", f"studies: 5 is not allowed; {MANY}"),
    ("studies: [asks, asks]", "studies[1]: is given twice"),
    ("studies: [asks, all]", "studies[1]: all stands alone"),
    ("studies: [5]", f"studies[0]: 5 is not allowed; {NAMES}"),
    ("studies: ['']", f"studies[0]: '' is not allowed; {NAMES}"),
    ("studies: [../x]", f"studies[0]: '../x' is not allowed; {NAMES}"),
    ("studies: [<script>]", f"studies[0]: '<script>' is not allowed; {NAMES}"),
    ("studies: ['asks\\n']", f"studies[0]: 'asks\\\\n' is not allowed; {NAMES}"),
    ('studies: ["asks\\n"]', f"studies[0]: 'asks\\n' is not allowed; {NAMES}"),
    ("config_dir: ''", "config_dir: '' is not allowed; text"),
    ("output_dir: 'a{b}'", "output_dir: 'a{b}' is not allowed; the path of a folder, without { } * ?"),
    ("config_dir: 5", "config_dir: 5 is not allowed; text"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line"), REFUSED, ids=lambda value: value[:30])
def test_a_slip_in_the_file_is_told_in_one_line(config, line_of, text, line):
    path = config(text)
    assert line_of(lambda: load(path)) == f"{FILE}: {line}"


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        ({"threads": "x"}, f"threads: 'x' is not allowed; {THREADS}"),
        ({"threads": True}, f"threads: true is not allowed; {THREADS}"),
        ({"threads": "nan"}, f"threads: 'nan' is not allowed; {THREADS}"),
        ({"sizes": "smoke"}, f"sizes: unknown key; {KEYS}; did you mean 'size'?"),
        ({"studies": "asks,wander"}, f"studies[1]: 'wander' is not a study; {STUDIES}; "
                                     "did you mean 'wonders'?"),
        ({"studies": "../../x"}, f"studies[0]: '../../x' is not allowed; {NAMES}"),
        ({"studies": "asks,asks"}, "studies[1]: is given twice"),
        ({"size": "; rm -rf"}, f"size: '; rm -rf' is not allowed; {SIZES}"),
    ],
)  # fmt: skip
def test_a_slip_on_the_command_line_is_told_in_one_line(config, line_of, overrides, line):
    path = config("size: default")
    assert line_of(lambda: load(path, overrides)) == f"--config: {line}"


def test_a_slip_in_the_file_is_not_blamed_on_the_command_line(config, line_of):
    path = config("threads: 0")
    assert line_of(lambda: load(path, {"size": "smoke"})).startswith(f"{FILE}: threads: 0")


def test_a_folder_without_studies_is_named(write, line_of):
    path = write("size: default", FILE)
    assert line_of(lambda: load(path)).startswith("config/studies: holds no study; ")
    assert line_of(lambda: load(path, {"config_dir": "else where"})).startswith("else where/stud")


def test_a_study_that_would_be_overlooked_is_named(config, write, line_of):
    path = config("size: default")
    write("study: x", "config/studies/x.yml")
    assert line_of(lambda: load(path)) == "config/studies/x.yml: is not seen; studies end in .yaml"


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError):
        Settings().size = "full"
