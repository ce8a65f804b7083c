"""What a file of the package says, by the names that it defines: the nodes of closures.

A table of functions is a node for each of its entries, Run one for each of its fields.
"""

import ast
import gc
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from mlpstudy.design.names import TABLES as NAMES
from mlpstudy.provenance.syntax import (
    Fragment,
    Import,
    acts,
    chain_of,
    defined_by,
    digest_of,
    fragment_of,
    imported_by,
    is_text,
    only_for_types,
)

# Tables whose entries count one by one, and the field of a run that says which it uses.
TABLES: dict[tuple[str, str], str] = {
    **{place: name for name, place in NAMES.items()},
    ("core/outputs.py", "OF_TWO"): "cost",
    ("core/pretrain.py", "MACHINES"): "pretraining",
    ("design/examples.py", "EXAMPLES"): "dataset",
}
# Its tables are known by their names: those of fields that have one elsewhere, too.
NATIVE = "core/native/"
BRANCHES = {name: field for (_, name), field in TABLES.items()}
RUN = ("design/run.py", "Run")


@dataclass(eq=False)
class Node:
    """What counts as a whole: a statement, an entry of a table, a field of Run or a data file."""

    fragment: Fragment
    module: "Module | None" = None  # of a data file: none
    gives: Mapping[str, Import] = field(default_factory=dict)  # names, where it is an import
    is_table: bool = False  # whose entries are nodes of their own
    always: bool = False  # of an entry: whether it counts where nothing names it


class Module:
    """What a file says, by the names that it defines. Its syntax tree is not kept."""

    def __init__(self, source: bytes, file: str):
        self.file = file
        self.name = file.removesuffix(".py").replace("/", ".").removesuffix("__init__").strip(".")
        self.defined: dict[str, list[Node]] = {}
        self.imports: dict[str, Import] = {}
        self.effects: list[Node] = []  # what it does, beside giving names a meaning
        self.tables: dict[str, dict[str, Node]] = {}  # the entries of its tables, by their names
        self.fields: dict[str, str] = {}  # of its tables
        self.order: dict[str, Node] = {}  # the names in each table, as who walks it meets them
        self.run: Node | None = None  # Run without its fields and their checks
        body = [s for s in ast.parse(source).body if not (is_text(s) or only_for_types(s))]
        local = {name for statement in body for name in defined_by(statement)}
        for statement in body:
            self._take(statement, local - self.imports.keys())

    def _take(self, statement: ast.stmt, local: set[str]) -> None:
        names, gives = defined_by(statement), imported_by(statement)
        table = _literal(statement)
        tables = {name: key for name in names if table and (key := self._field_of(name))}
        node = Node(fragment_of(statement), self, gives, bool(tables))
        self.imports |= gives
        for name in names:
            self.defined.setdefault(name, []).append(node)
        if table:
            for name, key in tables.items():
                self._take_table(name, key, table)
        if self.file == RUN[0]:
            node.fragment.texts.clear()  # the entries that a run uses are given
        if (self.file, *names) == RUN and isinstance(statement, ast.ClassDef):
            self._take_run(statement)
        if acts(statement, local):
            self.effects.append(node)

    def _field_of(self, table: str) -> str | None:
        """The field of whose values a table has an entry each."""
        branched = BRANCHES.get(table) if self.file.startswith(NATIVE) else None
        return TABLES.get((self.file, table), branched)

    def _take_table(self, name: str, field_of_run: str, table: ast.Dict) -> None:
        keys = [ast.literal_eval(key) for key in table.keys if key]
        entries = (Node(fragment_of(value), self) for value in table.values)
        self.tables[name] = dict(zip(keys, entries, strict=True))
        self.fields[name] = field_of_run
        self.order[name] = Node(Fragment(digest_of(keys)))

    def _take_run(self, run: ast.ClassDef) -> None:
        """A run is its values: what its fields refuse makes nothing."""
        fields = [s for s in run.body if isinstance(s, ast.AnnAssign) and s.value]
        rest = [s for s in run.body if s not in fields and not _only_checks(s)]
        self.run = Node(fragment_of(ast.ClassDef(**{**vars(run), "body": rest})), self)
        self.tables[RUN[1]] = {ast.unparse(s.target): self._field(s) for s in fields}

    def _field(self, line: ast.AnnAssign) -> Node:
        """A field's type, kinds and default: not its range and what is said of it."""
        default = _default(line)
        declared = fragment_of(line.target, line.annotation, default)
        declared.texts.clear()
        return Node(declared, self, always=not _is_off(default))


def _literal(statement: ast.stmt) -> ast.Dict | None:
    value = getattr(statement, "value", None)
    return value if isinstance(value, ast.Dict) else None


def _default(line: ast.AnnAssign) -> ast.expr:
    """The default in Field(default, ge=0, description="..."), or what a field is given as it is."""
    value = line.value or line.target
    if not isinstance(value, ast.Call):
        return value
    named = [keyword.value for keyword in value.keywords if keyword.arg == "default"]
    return [*value.args, *named, value][0]


def _is_off(default: ast.expr) -> bool:
    """Whether a default switches a field's effect off: null, 0, false or none."""
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return False
    return not value or value == "none"


def _only_checks(part: ast.stmt) -> bool:
    """Whether a part of Run is a validator."""
    decorators = part.decorator_list if isinstance(part, ast.FunctionDef) else []
    names = [chain_of(d.func if isinstance(d, ast.Call) else d)[-1:] for d in decorators]
    return ("model_validator",) in names or ("field_validator",) in names


@cache
def module_of(source: bytes, file: str) -> Module:
    """A file, read once for as long as its bytes are the same."""
    collects = gc.isenabled()
    gc.disable()  # a syntax tree is many objects and no garbage
    try:
        return Module(source, file)
    finally:
        if collects:
            gc.enable()
