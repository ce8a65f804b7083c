"""What a study measures by itself, beside training."""

import importlib

from mlpstudy.core.threads import one_thread
from mlpstudy.design.project import Project
from mlpstudy.digests import digest
from mlpstudy.stages.train import recorder
from mlpstudy.tables.files import checksums, write_tables
from mlpstudy.tables.networks import Networks


def measure(project: Project, study_name: str) -> dict[str, str]:
    """Write the tables of a study that measures; for each, its checksum of before, or ""."""
    study = project.measuring(study_name)
    module = importlib.import_module(f"mlpstudy.studies.{study.module}")
    files = {run.dataset for run in study.runs}
    networks = Networks(lambda keep: recorder(project, keep, files=files), study.blocks)
    folder = project.measured_dir(study_name)
    before = checksums(folder)
    with one_thread():
        tables = module.measure(study.asked, networks)
    write_tables(folder, tables, {"measure": digest("measure", study.module)})
    return {name: before.get(name, "") for name in tables}
