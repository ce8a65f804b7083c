"""What is said of a study before anything is trained, and the study that one begins with."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlpstudy.cli.command import app
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.new import new_study
from mlpstudy.design.project import Project
from mlpstudy.design.settings import load as settings
from mlpstudy.design.study_file import load
from mlpstudy.planning.remarks import check, remarks
from mlpstudy.statistics.verdicts import Finding, Half, write_findings


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """The file of a study that `mlpstudy new` has written."""
    monkeypatch.chdir(tmp_path)
    Path("config/studies").mkdir(parents=True)
    Path("config/config.yaml").write_text("size: default\n")
    return new_study("wonder", Path("config/studies"))


def lines(path: Path) -> list[str]:
    return [remark.text for remark in remarks(load(path))]


def test_the_study_to_begin_with_is_right_at_every_size(begun):
    assert begun == Path("config/studies/wonder.yaml")
    # 2 depths x 2 momenta x 5 etas
    size, sight = lines(begun)[0].split(", ", 1)
    assert size == "block momentum: 20 settings x 8 seeds"
    assert sight == "which see 1.16 standard deviations, or a share of 0.58 against none"
    assert lines(begun)[1].startswith("160 networks, roughly")
    assert not [line for line in lines(begun) if line.startswith("weak")]
    for size, n in [("smoke", 40), ("full", 160)]:
        assert len(load(begun, size).runs) == n


def test_it_is_written_once(begun):
    with pytest.raises(Mistake, match="is there already"):
        new_study("wonder", begun.parent)


@pytest.mark.parametrize("name", ["../out", "", "a b", "train", "-x", "é"])
def test_a_name_that_is_none_writes_nothing(name, tmp_path):
    with pytest.raises(Mistake, match="is not a name"):
        new_study(name, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            "eta: [0.003, 0.01, 0.03, 0.1, 0.3]",
            "eta: [0.01, 0.1]",
            "eta has 2 values (0.01, 0.1); 5 or more",
        ),
        (
            "eta: [0.003, 0.01, 0.03, 0.1, 0.3]",
            "eta: [0.1]",
            "eta is tuned and has one value (0.1)",
        ),
        ("    matters: 0.005  ", "    # ", "claim error_with_momentum says of no difference"),
        ("{measure: test_error,", "{kind: share, measure: test_error < 0.2,", "8 seeds for shares"),
        (
            "base: {",
            "base: {folds: 5, ",
            "sweep.momentum: 8 seeds in 5 folds test some examples more",
        ),
    ],
)
def test_what_weakens_an_answer_is_said(begun, old, new, line):
    text = begun.read_text()
    assert old in text
    begun.write_text(text.replace(old, new))
    [weak] = [told for told in lines(begun) if told.startswith("weak")]
    assert line in weak


def test_every_mistake_is_said_not_the_first_alone(begun):
    text = begun.read_text().replace("hue: momentum", "hue: momentm")
    begun.write_text(text.replace("for_each: [depth]", "for_each: []"))
    found = list(check(Project(settings("config/config.yaml")), ["wonder"]))
    wrong = [remark.text.strip() for remark in found if remark.is_mistake]
    assert [line.removeprefix(f"{begun}: ").partition(":")[0] for line in wrong] == [
        "claims[0]",
        "figures[0].hue",
        "figures[0]",
    ]


def test_a_study_that_is_not_there_is_one_line(begun):
    with pytest.raises(Mistake, match="is not a study") as caught:
        list(check(Project(settings("config/config.yaml")), ["wander"]))
    assert caught.value.nearest == "wonder"


FINE = {
    "claim": "A", "study": "wonder", "statistic": "error", "condition": {"depth": 2}, "value": -0.1,
    "low": -0.2, "high": -0.05, "n": 8, "direction": "below", "threshold": 0, "says": "Less.",
    "decides": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"edge": "lower"}, "eta is chosen at the lower edge of its grid"),
        ({"edge": "both", "censored": True},
         "eta is chosen at both edges of its grid; the times of a side are all longer than the budget"),
        ({"learned": False}, "the control does not learn the task"),
        ({"failed": (2, 0), "seeds_few": True}, "8 seeds, where 2 and 0 runs failed"),
        ({"failed": (2, None), "seeds_few": True}, "8 seeds, where 2 runs failed"),
        ({"half": Half(-0.1, -0.3, 0.1)}, "undecided after half of the passes, supported after all"),
    ],
)  # fmt: skip
def test_a_finding_that_a_sceptic_would_not_believe_is_a_line(begun, more, line):
    found = weak_of(
        begun,
        [Finding(**FINE), Finding(**FINE | more), Finding(**FINE | more | {"decides": False})],
    )
    assert found == [(f"finding A error (depth=2): {line}", True)]


def weak_of(begun, findings: list[Finding]) -> list[tuple[str, bool]]:
    project = Project(settings("config/config.yaml"))
    folder = project.study_dir("wonder")
    folder.mkdir(parents=True)
    write_findings(findings, folder / "findings.json")
    remarks = check(project, ["wonder"])
    return [(r.text.strip(), r.is_weakness) for r in remarks if r.text.startswith("  finding")]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"half": Half(-0.1, -0.2, -0.05)},
        {"failed": (0, 0)},
        {"edge": "lower", "nature": "identity"},
    ],
)
def test_of_others_nothing_is_said(begun, more):
    assert weak_of(begun, [Finding(**FINE | more)]) == []


def test_what_so_many_seeds_cannot_see_is_said_and_is_no_weakness(begun):
    finding = Finding(**FINE | {"high": 0.2, "sees": 0.25, "matters": 0.1})
    line = "finding A error (depth=2): undecided: 8 seeds see 0.25 and more, 0.1 matters"
    assert weak_of(begun, [finding]) == [(line, False)]


def test_where_another_study_decides_the_claim_this_one_does_not(begun):
    """Its findings are read for that, though only one study is asked for."""
    Path("config/studies/other.yaml").write_text(begun.read_text().replace("wonder", "other"))
    weak = {**FINE, "decides": False, "edge": "lower"}
    folder = Project(settings("config/config.yaml")).study_dir("other")
    folder.mkdir(parents=True)
    write_findings([Finding(**FINE | {"study": "other"})], folder / "findings.json")
    assert weak_of(begun, [Finding(**weak)]) == []


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 1)])
def test_strict_is_exit_code_1(begun, strict, code, capfd):
    weak_of(begun, [Finding(**FINE | {"edge": "upper"})])
    done = CliRunner().invoke(app, ["check", "wonder", *strict])
    assert done.exit_code == code
    assert "finding A error (depth=2): eta is chosen at the upper edge" in done.output
