"""What a study measures by itself, beside training."""

import importlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from mlpstudy.core.threads import one_thread
from mlpstudy.design.specs import read_study
from mlpstudy.provenance.digests import of_study
from mlpstudy.stages.prepare import named, stored
from mlpstudy.stages.train import recorder
from mlpstudy.tables.files import checksums, write_tables
from mlpstudy.tables.networks import Networks


def measure(
    study_file: Path, data: Iterable[Path], out: Path, device: str, engine: str, threads: int
) -> dict[str, str]:
    """Write the tables of a study that measures; for each, its checksum of before, or "".

    study_file: of a plan's measurements. data: the files of the datasets of its runs; others are
    made and not kept. out: the folder of its tables.
    """
    study, blocks = read_study(study_file)
    dataset = cache(stored(named(data)))  # a study asks for one again and again
    networks = Networks(
        lambda keep: recorder(dataset, device, engine, threads, keep),
        {name: [each.run for each in block] for name, block in blocks.items()},
    )
    before = checksums(out)
    with one_thread():
        module = importlib.import_module(f"mlpstudy.studies.{study['module']}.measure")
        tables = module.measure(study, networks)
    write_tables(out, tables, {"measure": of_study("measure", study)})
    return {name: before.get(name, "") for name in tables}
