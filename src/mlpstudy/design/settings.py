"""config/config.yaml and what `--config key=value` lays over it -> Settings."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    Strict,
    ValidationError,
    model_validator,
)

from mlpstudy.design import parts, yaml_file
from mlpstudy.design.mistakes import Mistake, Place, mistake_in, nearest, refuse, text_like
from mlpstudy.design.sources import Sources
from mlpstudy.design.strict import STRICT
from mlpstudy.design.taken import taken

COMMAND_LINE = "--config"

Size = Literal["smoke", "default", "full"]
SIZES: tuple[str, ...] = get_args(Size)
# The name of a study becomes the name of a folder, a target and a rule.
StudyName = text_like(
    r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", "1 to 64 of A-Z, a-z, 0-9, _ and -, not _ or - first"
)

PythonFile = text_like(
    r"(?!-)[^\x00-\x1f\x7f{}*?]{1,290}\.py", "the path of a file that ends in .py"
)

# A path of Snakemake's, in which braces would be wildcards.
Folder = text_like(r"(?!-)[^\x00-\x1f\x7f{}*?]{1,290}", "the path of a folder, without { } * ?")


def _names(value: Any) -> Any:
    """One text with commas, as the command line gives it, as a list of names."""
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if isinstance(names, list):
        for i, name in enumerate(names):
            if name in names[:i]:
                raise refuse("is given twice", key=(i,))
        if "all" in names and len(names) > 1:
            raise refuse("all stands alone", key=(names.index("all"),))
    return names


class Settings(BaseModel):
    """How the chosen studies are run, and where their results go."""

    model_config = STRICT

    size: Size = Field("default", description="which overlay of the studies is used")
    studies: Annotated[
        tuple[StudyName, ...],
        Strict(False),
        BeforeValidator(_names),
        Field(min_length=1, json_schema_extra={"allowed": "all, or a list of names of studies"}),
    ] = Field(("all",), description="the studies to run; all: every YAML in studies/ of config_dir")
    threads: int = Field(1, ge=1, le=1024, description="threads of one job")
    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="where networks are trained")
    engine: Literal["auto", "native", "torch"] = Field(
        "auto", description="who trains them; auto: native what it serves on a CPU, else torch"
    )
    language: Literal["en", "fr"] = Field("en", description="language of the report")
    job_seconds: float = Field(
        45.0, ge=0.001, le=86_400, description="estimated length of one job on one core, in seconds"
    )
    config_dir: str = Field("config", min_length=1, description="the folder that holds studies/")
    output_dir: Folder = Field(".", description="the folder that holds results/ and report/")
    datasets: Sources = Field({}, description="a user's own tables, by the names they get")
    plugins: Annotated[tuple[PythonFile, ...], Strict(False)] = Field(
        (),
        description="Python files with a user's own activations, initializations, costs, measures and "
        "kinds of figure",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "Settings":
        if self.engine == "native" and self.device == "cuda":
            raise refuse("the native engine trains on a CPU: use device: cpu", key=("engine",))
        return self

    @property
    def results_dir(self) -> str:
        """Where everything but the report goes."""
        return self.placed("results" if self.size == "default" else f"results/{self.size}")

    @property
    def report_dir(self) -> str:
        """Where the report goes."""
        return self.placed("report" if self.size == "default" else f"results/{self.size}/report")

    def placed(self, path: str) -> str:
        """Where a path of `results` or `report` is, seen from the working folder."""
        return Path(self.output_dir, path).as_posix()

    def every_study_file(self) -> dict[str, Path]:
        """The studies of the folder, chosen or not, by name; raises Mistake where there are none."""
        return _files(Path(self.config_dir, "studies"))

    def study_files(self) -> dict[str, Path]:
        """The chosen studies by name and the file of each; raises Mistake where one is missing."""
        there = self.every_study_file()
        if self.studies == ("all",):
            return there
        for i, name in enumerate(self.studies):
            if name not in there:
                raise Mistake(
                    "is not a study",
                    key=f"studies[{i}]",
                    value=name,
                    allowed="all, or some of " + ", ".join(there),
                    nearest=nearest(name, there),
                )
        return {name: there[name] for name in self.studies}


def load(path: Path | str, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings in a file, with the overrides of the command line; raises Mistake."""
    document = yaml_file.read(path)
    above = {key: _typed(value) for key, value in (overrides or {}).items()}

    def origin(place: Place) -> str:
        return COMMAND_LINE if place[0] in above else str(path)

    try:
        settings = Settings.model_validate({**document, **above})
        parts.use(settings.plugins, taken())
        settings.study_files()
        return settings
    except ValidationError as error:
        mistake = mistake_in(error, Settings)
    except Mistake as found:
        mistake = found
    mistake.file = mistake.file or origin((re.split(r"[.\[]", mistake.key)[0],))
    raise mistake


def _typed(value: Any) -> Any:
    """A word of the command line as the number it spells."""
    try:
        meant = yaml_file.scalar(value) if isinstance(value, str) else value
    except Mistake:  # endless digits
        return value
    return meant if isinstance(meant, int | float) else value


def _files(folder: Path) -> dict[str, Path]:
    """The YAML files of a folder by their stems, sorted; hidden files are left out."""
    visible = [file for file in folder.glob("*.y*ml") if not file.name.startswith(".")]
    if not visible:
        raise Mistake("holds no study", file=folder, allowed="files such as my_question.yaml")
    for file in sorted(visible):
        if file.suffix != ".yaml":
            raise Mistake("is not seen", file=file, allowed="studies end in .yaml")
        if not file.is_file():
            raise Mistake("is no file", file=file, allowed="a study, as mlpstudy new writes one")
    return {file.stem: file for file in sorted(visible, key=lambda file: file.stem)}
