"""What docs/security.md promises and no other test shows: nothing that a user's file says is run."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.settings import Settings, load

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
RUN_WHAT_THEY_READ = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
RUN_TEXT = {"eval", "exec", "os.system", "os.popen", "torch.load", "yaml.load", "yaml.unsafe_load"}
# The native engine writes loops out before they are compiled: texts of the package alone.
OF_THE_PACKAGE = {"core/native/activations.py": {"exec"}, "core/native/compiled.py": {"exec"}}
# A word of a command that needs no quotes: one of a few words, or a number.
PLAIN = {"threads", "params.device", "params.engine", "params.language"}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: path.relative_to(ROOT / "src").as_posix()
)
def test_no_module_runs_what_it_reads(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = OF_THE_PACKAGE.get(path.relative_to(ROOT / "src/mlpstudy").as_posix(), set())
    assert not RUN_WHAT_THEY_READ.intersection(imported(tree))
    for name, call in calls(tree):
        given = {word.arg: ast.unparse(word.value) for word in call.keywords}
        assert name not in RUN_TEXT - own
        assert given.get("shell", "False") == "False"
        if name in ("np.load", "np.lib.format.read_array", "numpy.load"):
            assert given["allow_pickle"] == "False"
        if name in ("Environment", "jinja2.Environment"):
            assert given["autoescape"] == "True"


@pytest.mark.parametrize(
    "path", sorted((ROOT / "workflow/rules").glob("*.smk")), ids=lambda p: p.name
)
def test_a_command_of_a_rule_quotes_what_it_is_given(path):
    text = path.read_text(encoding="utf-8")
    commands = re.findall(r"shell:\n((?: +[frb]*\".*\"\n)+)", text)
    assert len(commands) == text.count("shell:")
    words = [word for command in commands for word in re.findall(r"{([^{}]+)}", command)]
    assert [word for word in words if not word.endswith(":q") and word not in PLAIN] == []


HOSTILE = ("../x", "a/b", "$(touch x)", "a;b", "`x`", "<script>", "a\nb", "-x", "{job}", "")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("key", ["studies", "datasets", "plugins", "output_dir"])
def test_a_name_that_becomes_a_path_or_a_word_of_a_command(tmp_path, key, name):
    """Refused, or, where it is a path of the user's own choice, a path and nothing else."""
    file = tmp_path / "config.yaml"
    source = {"file": "x.csv", "target": "y"}
    value = {"studies": [name], "datasets": {name: source}, "plugins": [name], "output_dir": name}
    file.write_text("{}")
    if key == "output_dir" and name not in ("a\nb", "-x", "{job}", ""):
        placed = Settings(output_dir=name).results_dir
        assert placed == f"{name}/results"
        return
    with pytest.raises(Mistake) as told:
        load(file, {key: value[key]})
    assert str(told.value).count("\n") == 0
