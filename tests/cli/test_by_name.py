"""What a person calls too early is one line that says what comes first."""

import pytest

from mlpstudy.cli import by_name
from mlpstudy.design.mistakes import Mistake
from mlpstudy.design.project import Project
from mlpstudy.design.settings import Settings


@pytest.fixture
def project(tmp_path) -> Project:
    return Project(Settings(size="smoke", studies=("xor",), output_dir=str(tmp_path)))


@pytest.mark.parametrize(
    ("stage", "missing"),
    [
        (lambda project: by_name.summarise(project, "xor"), "SHA256SUMS"),
        (lambda project: by_name.draw(project, "xor"), "studies/xor/study.json"),
        (lambda project: by_name.report(project), "studies/xor/figures.json"),
        (lambda project: by_name.report(project, ["xor"]), "studies/xor/figures.json"),
        (lambda project: by_name.single_page(project, ["xor"]), "studies/xor/figures.json"),
    ],
)
def test_a_stage_without_what_it_needs_names_the_command(project, stage, missing):
    with pytest.raises(Mistake) as raised:
        stage(project)
    assert raised.value.file.endswith(missing)
    assert raised.value.problem == "is not made yet; first: snakemake --cores 2 xor"


def test_a_report_of_some_studies_has_a_folder_of_its_own(project):
    assert project.report_of(["xor", "my_width"]) == project.results / "reports/xor-my_width"
    assert project.findings_of(["xor"]) == project.results / "reports/xor/findings.json"
    assert project.findings_of([]) == project.results / "findings.json"
