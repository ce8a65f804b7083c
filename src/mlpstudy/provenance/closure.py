"""The code that a result depends on: what some entries run, directly or not.

A closure holds the statements at the top level of the package's files that its entries refer to,
those that these refer to, and so on, and what a file that is reached does when it is imported. A
statement counts as its syntax tree and by what its names stand for: a comment, a docstring, a type,
another layout and a file that moves change nothing. A data file counts by its bytes, where its name
or that of its folder stands as a text in what is reached.

A table of functions counts by the entries that are used: TABLE[name], TABLE.get(name) and name in
TABLE use one, anything else uses all; but in the native engine a walk over a table compiles a
branch for each entry, and a run goes through its own. A field of Run counts where a run sets it,
or where its default does something. What is imported by a computed name must be given as an entry.
"""

import ast
import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from mlpstudy.design.names import PACKAGE
from mlpstudy.design.names import TABLES as NAMES
from mlpstudy.design.used import FIELD, Used
from mlpstudy.files import sha256
from mlpstudy.provenance.syntax import (
    ALL,
    ANY,
    Import,
    Said,
    Use,
    acts,
    chain_of,
    defined_by,
    digest_of,
    imported_by,
    is_text,
    only_for_types,
    said,
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
# What says or refuses something, and what moves bytes: no result holds anything of it.
SILENT = {
    "files",
    "provenance.closure",
    "provenance.syntax",
    "provenance.digests",
    "provenance.kept",
    "progress",
    "design.mistakes",
    "design.names",
    "design.parts",
    "core.parts",
    "design.taken",
    "design.used",
    "design.examples.misfits",
}
LEFT_BEHIND = (".pyc", ".mo", ".so", ".orig", ".rej", ".bak", ".swp", "~")


class Entry(NamedTuple):
    """Where a closure begins: a file of the package, and names in it; none: all that it defines."""

    file: str
    names: tuple[str, ...] = ()


class Closure(NamedTuple):
    """The digests of what is reached, and the names of the packages that it imports; sorted."""

    code: tuple[str, ...]
    packages: tuple[str, ...]


@dataclass(eq=False)
class Node:
    """What counts as a whole: a statement, an entry of a table, a field of Run or a data file."""

    said: Said
    module: "Module | None" = None  # of a data file: none
    gives: Mapping[str, Import] = field(default_factory=dict)  # names, where it is an import
    is_table: bool = False  # whose entries are nodes of their own
    always: bool = False  # of an entry: whether it counts where nothing names it


class Ask(NamedTuple):
    """A table of a field, and the entry that is used: a name, ANY or ALL."""

    field: str
    entry: str
    table: tuple[str, str]  # its file and its name there


class Foreign(NamedTuple):
    """Another package, and what is used of it."""

    package: str
    name: str


Target = Node | Ask | Foreign


# A file


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
        node = Node(said(statement), self, gives, bool(tables))
        self.imports |= gives
        for name in names:
            self.defined.setdefault(name, []).append(node)
        if table:
            for name, key in tables.items():
                self._take_table(name, key, table)
        if self.file == RUN[0]:
            node.said.texts.clear()  # the entries that a run uses are given
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
        entries = (Node(said(value), self) for value in table.values)
        self.tables[name] = dict(zip(keys, entries, strict=True))
        self.fields[name] = field_of_run
        self.order[name] = Node(Said(digest_of(keys)))

    def _take_run(self, run: ast.ClassDef) -> None:
        """A run is its values: what its fields refuse makes nothing."""
        fields = [s for s in run.body if isinstance(s, ast.AnnAssign) and s.value]
        kept = [s for s in run.body if s not in fields and not _only_checks(s)]
        self.run = Node(said(ast.ClassDef(**{**vars(run), "body": kept})), self)
        self.tables[RUN[1]] = {ast.unparse(s.target): self._field(s) for s in fields}

    def _field(self, line: ast.AnnAssign) -> Node:
        """A field's type, kinds and default: not its range and what is said of it."""
        default = _default(line)
        says = said(line.target, line.annotation, default)
        says.texts.clear()
        return Node(says, self, always=not _is_off(default))


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
def _read(source: bytes, file: str) -> Module:
    """A file, read once for as long as its bytes are the same."""
    collects = gc.isenabled()
    gc.disable()  # a syntax tree is many objects and no garbage
    try:
        return Module(source, file)
    finally:
        if collects:
            gc.enable()


# Data files


def _data_in(folder: Path, top: str = "") -> Iterator[tuple[str, Node]]:
    """The data files of a folder and of those in it, each by its name and by that of the highest
    folder without code that it stands in."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")) or path.name.endswith((".py", *LEFT_BEHIND)):
            continue
        if path.is_dir():
            coded = any(path.glob("*.py"))
            yield from _data_in(path, "" if coded else top or path.name)
        else:
            node = Node(Said(digest_of([path.name, sha256(_content(path))])))
            yield from ((name, node) for name in {path.name, top or path.name})


def _content(path: Path) -> bytes:
    """What a file says: of a catalogue, not its comments and dates."""
    content = path.read_bytes()
    if path.suffix != ".po":
        return content
    passing = (b"# ", b"#:", b"#.", b"#~", b'"POT-Creation-Date', b'"PO-Revision-Date')
    lines = (line for line in content.splitlines() if line and not line.startswith(passing))
    return b"\n".join(lines)


# All files


@dataclass
class Links:
    """What a node refers to. digest: of the node and of what its names stand for."""

    module: Module | None
    texts: set[str]  # that are names of entries
    nodes: list[Node] = field(default_factory=list)
    asks: set[Ask] = field(default_factory=set)
    packages: set[str] = field(default_factory=set)
    digest: str = ""


class Package:
    """The files of the package below a folder, as they are when they are first read."""

    def __init__(self, root: Path = PACKAGE):
        self.root = root
        self.modules: dict[str, Module | None] = {}
        self.links: dict[Node, Links] = {}
        self.reached: dict[Node, set[Node]] = {}
        self.begun: dict[Entry, Node] = {}
        self.loads: dict[str, list[Node]] = {}
        self.places: dict[str, bool] = {}

    def closure(self, entries: Iterable[Entry], used: Used | None = None) -> Closure:
        """What some entries run. used: the entries of tables that they use; None: all of them.

        An entry is used, too, where its name stands as a text in another file that is reached.
        Raises LookupError where a file or a name is missing.
        """
        reached = self._reached(entries, used)
        code = {self.links[node].digest for node in reached}
        packages = {package for node in reached for package in self.links[node].packages}
        return Closure(tuple(sorted(code)), tuple(sorted(packages)))

    def _reached(self, entries: Iterable[Entry], used: Used | None) -> set[Node]:
        new = {self._begun(entry) for entry in entries}
        reached: set[Node] = set()
        while new:
            reached = reached.union(*map(self._from, new))
            new = self._chosen(reached, used) - reached
        return reached

    def _from(self, start: Node) -> set[Node]:
        """What a node leads to, whatever entries of tables are used."""
        if start not in self.reached:
            left, found = [start], set[Node]()
            while left:
                if (node := left.pop()) not in found:
                    found.add(node)
                    left += self._links(node).nodes
            self.reached[start] = found
        return self.reached[start]

    def _begun(self, entry: Entry) -> Node:
        if entry not in self.begun:
            self.begun[entry] = self._begin(entry)
        return self.begun[entry]

    def _begin(self, entry: Entry) -> Node:
        """A node that refers to what an entry names."""
        module = self.module(_dotted(entry.file))
        if module is None:
            raise LookupError(f"the package has no file {entry.file}")
        if missing := set(entry.names) - module.defined.keys():
            raise LookupError(f"{entry.file} has no {', '.join(sorted(missing))}")
        names = entry.names or module.defined
        return Node(Said(uses={Use((name,)) for name in names}), module)

    def module(self, name: str) -> Module | None:
        """A module by its name in the package: core.train; core is core/__init__.py."""
        if name not in self.modules:
            base = name.replace(".", "/")
            files = (f"{base}.py", f"{base}/__init__.py".lstrip("/"))
            file = next((file for file in files if (self.root / file).is_file()), "")
            self.modules[name] = _read((self.root / file).read_bytes(), file) if file else None
        return self.modules[name]

    def defined(self, file: str) -> set[str]:
        """The names that a file defines; none where it is not there."""
        module = self.module(_dotted(file))
        return set(module.defined) if module else set()

    def names(self, folder: Path) -> list[str]:
        """The modules of a folder."""
        return sorted(path.stem for path in (self.root / folder).glob("*.py"))

    def _chosen(self, reached: set[Node], used: Used | None) -> set[Node]:
        """The entries that are used of the tables that are reached."""
        asks: set[Ask] = set()
        tellers: dict[str, set[Module | None]] = {}  # the files where the name of an entry stands
        for links in (self.links[node] for node in reached):
            asks |= links.asks
            for text in links.texts:
                tellers.setdefault(text, set()).add(links.module)
        chosen = set()
        for ask in asks:
            named = set(() if used is None else used.get(ask.field, ()))
            every = ask.entry == ALL or used is None
            for name, node in self._tables.get(ask.table, {}).items():
                is_named = name in named or tellers.get(name, set()) - {node.module}
                if every or node.always or name == ask.entry or (ask.entry == ANY and is_named):
                    chosen.add(node)
        return chosen

    @cached_property
    def _tables(self) -> dict[tuple[str, str], dict[str, Node]]:
        """The entries of all tables, by file and name."""
        native = (f"{NATIVE}{name}.py" for name in self.names(Path(NATIVE)))
        files = {*native, *(file for file, _ in (*TABLES, RUN))}
        modules = {file: self.module(_dotted(file)) for file in sorted(files)}
        return {
            (file, name): entries
            for file, module in modules.items()
            for name, entries in (module.tables.items() if module else ())
        }

    @cached_property
    def _entries(self) -> set[str]:
        return {name for entries in self._tables.values() for name in entries}

    # What a node refers to

    def _links(self, node: Node) -> Links:
        if node not in self.links:
            self.links[node] = links = Links(node.module, node.said.texts & self._entries)
            labels = [node.said.digest]
            for use in node.said.uses if node.module else ():
                for target in self._targets(node, use):
                    labels.append(f"{'.'.join(use.chain)}={_label(target)}")
                    match target:
                        case Node():
                            links.nodes.append(target)
                        case Ask():
                            links.asks.add(target)
                        case Foreign():
                            links.packages.add(target.package)
            links.digest = digest_of(sorted(labels))
            links.nodes += self._loaded(node.module) if node.module else []
            for text in node.said.texts:
                links.nodes += [
                    file for name in text.split("/") for file in self._data.get(name, ())
                ]
        return self.links[node]

    def _targets(self, node: Node, use: Use) -> Iterator[Target]:
        root, *rest = use.chain
        inner = Use(tuple(rest), use.entry)
        if root in node.said.imports:
            yield from self._imported(node.said.imports[root], inner)
        elif node.module and root in node.module.defined:
            yield from self._named(node.module, root, inner)

    def _imported(self, what: Import, use: Use) -> Iterator[Target]:
        package, *path = what.module.split(".")
        if package == PACKAGE.name:
            # A module's path is one: a name in a folder's __init__.py may be called like its module.
            chain = (*filter(None, [what.name]), *use.chain)
            yield from self._within(".".join(path), Use(chain, use.entry))
        else:
            yield Foreign(package, ".".join((*path, what.name)))

    def _within(self, place: str, use: Use) -> Iterator[Target]:
        """What a.b.c stands for in a folder or a module of the package."""
        module, (first, *rest) = self.module(place), use.chain or ("",)
        deeper = Use(tuple(rest), use.entry)
        if module and first in module.defined and not self._is_own(module, first, rest):
            yield from self._named(module, first, deeper)
        elif first and self._is_place(inner := f"{place}.{first}".lstrip(".")):
            yield from self._within(inner, deeper)
        elif module:  # the module itself, or a name that is made while it runs
            for name in module.defined:
                yield from self._named(module, name, Use(()))

    def _is_own(self, module: Module, name: str, rest: Sequence[str]) -> bool:
        """Whether a name of a folder's __init__.py is a module of the folder; also where it is
        something of the same name in that module, and the rest leads on from there."""
        folder = f"{PACKAGE.name}.{module.name}"
        own = [Import(folder, name), *([Import(f"{folder}.{name}", name)] if rest else [])]
        return module.imports.get(name) in own

    def _is_place(self, name: str) -> bool:
        """Whether the package has such a module or folder."""
        if name not in self.places:
            folder = self.root / name.replace(".", "/")
            self.places[name] = self.module(name) is not None or folder.is_dir()
        return self.places[name]

    def _named(self, module: Module, name: str, use: Use) -> Iterator[Target]:
        """What a name at the top level of a module stands for."""
        if {module.name, f"{module.name}.{name}"} & SILENT:
            return
        if module.run and (module.file, name) == RUN:
            yield from (module.run, Ask(FIELD, ANY, RUN))
            return
        for node in module.defined[name]:
            if name in node.gives:
                yield from self._imported(node.gives[name], use)
            elif not node.is_table:
                yield node
            else:
                branched = use.entry == ALL and module.file.startswith(NATIVE)
                entry = ANY if branched else use.entry
                yield Ask(module.fields[name], entry, (module.file, name))
                if entry == ALL:
                    yield module.order[name]

    def _loaded(self, module: Module) -> list[Node]:
        """What a module and the packages that it stands in do when it is imported."""
        if module.name not in self.loads:
            places = [module.name.rsplit(".", n)[0] for n in range(module.name.count(".") + 1)]
            above = [self.module(place) for place in (*places[1:], "")]
            modules = [module, *(package for package in above if package)]
            self.loads[module.name] = [node for each in modules for node in each.effects]
        return self.loads[module.name]

    @cached_property
    def _data(self) -> dict[str, list[Node]]:
        """The data files by their names, and by those of their folders."""
        found: dict[str, list[Node]] = {}
        for name, node in _data_in(self.root):
            found.setdefault(name, []).append(node)
        return found


def _dotted(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def _label(target: Target) -> str:
    if isinstance(target, Node):
        return target.said.digest
    return f"{target[0]}:{target[1]}"  # not where it stands: a file may move
