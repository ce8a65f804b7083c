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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from mlpstudy.design.names import PACKAGE
from mlpstudy.design.used import FIELD, Used
from mlpstudy.provenance.data_files import data_in
from mlpstudy.provenance.module import NATIVE, RUN, TABLES, Module, Node, module_of
from mlpstudy.provenance.syntax import ALL, ANY, Fragment, Import, Use, digest_of

# What says or refuses something, and what moves bytes: no result holds anything of it.
SILENT = {
    "files",
    "provenance.closure",
    "provenance.data_files",
    "provenance.module",
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


class Entry(NamedTuple):
    """Where a closure begins: a file of the package, and names in it; none: all that it defines."""

    file: str
    names: tuple[str, ...] = ()


class Closure(NamedTuple):
    """The digests of what is reached, and the names of the packages that it imports; sorted."""

    code: tuple[str, ...]
    packages: tuple[str, ...]


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
        self.is_module: dict[str, bool] = {}

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
        return Node(Fragment(uses={Use((name,)) for name in names}), module)

    def module(self, name: str) -> Module | None:
        """A module by its name in the package: core.train; core is core/__init__.py."""
        if name not in self.modules:
            base = name.replace(".", "/")
            files = (f"{base}.py", f"{base}/__init__.py".lstrip("/"))
            file = next((file for file in files if (self.root / file).is_file()), "")
            self.modules[name] = module_of((self.root / file).read_bytes(), file) if file else None
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
        naming: dict[str, set[Module | None]] = {}  # the files where the name of an entry stands
        for links in (self.links[node] for node in reached):
            asks |= links.asks
            for text in links.texts:
                naming.setdefault(text, set()).add(links.module)
        chosen = set()
        for ask in asks:
            named = set(() if used is None else used.get(ask.field, ()))
            every = ask.entry == ALL or used is None
            for name, node in self._tables.get(ask.table, {}).items():
                is_named = name in named or naming.get(name, set()) - {node.module}
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
            self.links[node] = links = Links(node.module, node.fragment.texts & self._entries)
            labels = [node.fragment.digest]
            for use in node.fragment.uses if node.module else ():
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
            for text in node.fragment.texts:
                links.nodes += [
                    file for name in text.split("/") for file in self._data.get(name, ())
                ]
        return self.links[node]

    def _targets(self, node: Node, use: Use) -> Iterator[Target]:
        root, *rest = use.chain
        inner = Use(tuple(rest), use.entry)
        if root in node.fragment.imports:
            yield from self._imported(node.fragment.imports[root], inner)
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
        same_named = [Import(folder, name), *([Import(f"{folder}.{name}", name)] if rest else [])]
        return module.imports.get(name) in same_named

    def _is_place(self, name: str) -> bool:
        """Whether the package has such a module or folder."""
        if name not in self.is_module:
            folder = self.root / name.replace(".", "/")
            self.is_module[name] = self.module(name) is not None or folder.is_dir()
        return self.is_module[name]

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
        for name, node in data_in(self.root):
            found.setdefault(name, []).append(node)
        return found


def _dotted(file: str) -> str:
    return file.removesuffix(".py").replace("/", ".")


def _label(target: Target) -> str:
    if isinstance(target, Node):
        return target.fragment.digest
    return f"{target[0]}:{target[1]}"  # not where it stands: a file may move
