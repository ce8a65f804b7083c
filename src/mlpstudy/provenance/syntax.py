"""What a piece of code says, as tokens, and what it refers to.

Docstrings, comments and the layout of the source say nothing, nor do the types of arguments,
results and variables: those of a class's fields may make it.
"""

import ast
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Chain = tuple[str, ...]  # a.b.c
ANY, ALL = "any entry", "all entries"  # ANY: one, which only the running program knows


NOTHING = ("ctx", "kind", "type_comment")  # parts that say nothing


class Import(NamedTuple):
    """A module, and a name in it; "" for the module itself."""

    module: str
    name: str = ""


class Use(NamedTuple):
    """Names that are referred to; entry: where they are a table, its entry, ANY or ALL."""

    chain: Chain
    entry: str = ALL


@dataclass
class Fragment:
    """What a piece of code says, as a digest, and what it refers to."""

    digest: str = ""
    uses: set[Use] = field(default_factory=set)
    imports: dict[str, Import] = field(default_factory=dict)  # within it, by the names they get
    texts: set[str] = field(default_factory=set)


def fragment_of(*nodes: ast.AST) -> Fragment:
    """What some pieces of code say together."""
    reader = _Reader()
    for node in nodes:
        reader.read(node)
    reader.fragment.digest = digest_of(reader.tokens)
    return reader.fragment


def digest_of(tokens: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(tokens).encode()).hexdigest()


class _Reader:
    """Walks syntax trees once: every node says its kind and its parts."""

    def __init__(self) -> None:
        self.fragment, self.tokens = Fragment(), list[str]()
        self.token = self.tokens.append
        self.in_class = False

    def read(self, node: ast.AST) -> None:
        kind = type(node)
        self.token(kind.__name__)
        method = _METHODS.get(kind)
        if method:
            method(self, node)
        else:
            self._parts(node)

    def _parts(self, node: ast.AST, *but: str) -> None:
        for name in node._fields:
            value = getattr(node, name, None)
            # An empty part is left out: another Python may not know it.
            if value is not None and value != [] and name not in NOTHING and name not in but:
                self.token(name)
                self._part(value)

    def _part(self, value: Any) -> None:
        if isinstance(value, ast.AST):
            self.read(value)
        elif isinstance(value, list):
            if isinstance(value[0], ast.stmt):
                value = [each for each in value if not self._is_silent(each)]
            self.token(str(len(value)))
            for each in value:
                self._part(each)
        else:
            self.token(repr(value))

    def _is_silent(self, part: ast.stmt) -> bool:
        typed = isinstance(part, ast.AnnAssign) and not part.value and not self.in_class
        return typed or is_text(part)

    # Blocks and types

    def _ClassDef(self, node: ast.ClassDef) -> None:
        self._block(node, in_class=True)

    def _FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._block(node, in_class=False)

    _AsyncFunctionDef = _FunctionDef

    def _block(self, node: ast.AST, in_class: bool) -> None:
        outer, self.in_class = self.in_class, in_class
        self._parts(node, "returns")
        self.in_class = outer

    def _arg(self, node: ast.arg) -> None:
        self.token(node.arg)

    def _AnnAssign(self, node: ast.AnnAssign) -> None:
        """x: int = 1 says what x = 1 does, but in a class."""
        if self.in_class:
            self._parts(node)
        else:
            self.tokens[-1] = "Assign"
            self._parts(ast.Assign([node.target], node.value or node.target))

    # Names

    def _use(self, node: ast.AST, entry: str = ALL) -> bool:
        if chain := chain_of(node):
            self.token(".".join(chain))
            self.fragment.uses.add(Use(chain, entry))
        return bool(chain)

    def _Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self._use(node)
        else:
            self.token(node.id)

    def _Attribute(self, node: ast.Attribute) -> None:
        if not self._use(node):
            self._parts(node)

    def _Constant(self, node: ast.Constant) -> None:
        self.token(repr(node.value))
        if isinstance(node.value, str):
            self.fragment.texts.add(node.value)

    def _Subscript(self, node: ast.Subscript) -> None:
        """TABLE[name]"""
        used = self._use(node.value, _entry(node.slice))
        self._parts(node, *["value"] * used)

    def _Call(self, node: ast.Call) -> None:
        """TABLE.get(name)"""
        used = False
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
            used = self._use(node.func.value, _entry(node.args[0]))
        self._parts(node, *["func"] * used)

    def _Compare(self, node: ast.Compare) -> None:
        """name in TABLE"""
        inside = len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn)
        used = inside and self._use(node.comparators[0], _entry(node.left))
        self._parts(node, *["comparators"] * used)

    def _ImportFrom(self, node: ast.Import | ast.ImportFrom) -> None:
        """Where it comes from is not said: what the names stand for counts."""
        imports = imports_of(node)
        self.token(f"{sorted(imports)}")
        self.fragment.imports.update(imports)

    _Import = _ImportFrom


_METHODS: dict[type, Callable[[_Reader, Any], None]] = {
    kind: getattr(_Reader, f"_{kind.__name__}")
    for kind in vars(ast).values()
    if isinstance(kind, type) and hasattr(_Reader, f"_{kind.__name__}")
}


def _entry(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ANY


def chain_of(node: ast.AST) -> Chain:
    """The names of a.b.c; () for what is no chain of names."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()


def is_text(node: Any) -> bool:
    """Whether a statement is a text alone, such as a docstring."""
    value = node.value if isinstance(node, ast.Expr) else None
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def only_for_types(node: ast.stmt) -> bool:
    """if TYPE_CHECKING: what is never run"""
    return isinstance(node, ast.If) and chain_of(node.test)[-1:] == ("TYPE_CHECKING",)


def imports_of(node: ast.Import | ast.ImportFrom) -> dict[str, Import]:
    """What an import gives, by the names that it gives."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return {alias.asname or alias.name: Import(module, alias.name) for alias in node.names}
    firsts = {alias.asname or alias.name.partition(".")[0]: alias for alias in node.names}
    return {name: Import(a.name if a.asname else name) for name, a in firsts.items()}


def imported_by(statement: ast.stmt) -> dict[str, Import]:
    """The imports in a statement at the top level of a file, but for those of functions."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return imports_of(statement)
    found: dict[str, Import] = {}
    for node in ast.walk(statement) if _is_compound(statement) else ():
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= imports_of(node)
    return found


def defined_by(statement: ast.stmt) -> set[str]:
    """The names that a statement at the top level of a file gives a meaning."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", statement)]
    places = [statement] if _is_compound(statement) else targets
    inner = [node for place in places for node in ast.walk(place)]
    names = {n.id for n in inner if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.name for n in inner if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    return names | imported_by(statement).keys()


def _is_compound(statement: ast.stmt) -> bool:
    """if, for, try, with: what holds other statements, but for functions and classes."""
    function = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return hasattr(statement, "body") and not function


def acts(statement: ast.stmt, local: set[str]) -> bool:
    """Whether a statement at the top level of a file does more than give names a meaning.

    local: the names of the file that it does not import: a decorator that is a method of one, or
    is given one, may keep what it gets.
    """
    match statement:
        case ast.Import() | ast.ImportFrom():
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return any(_keeps(decorator, local) for decorator in statement.decorator_list)
        case ast.Assign(targets=targets):
            return not all(isinstance(target, ast.Name | ast.Tuple) for target in targets)
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
            return not isinstance(target, ast.Name)
    return True


def _keeps(decorator: ast.expr, local: set[str]) -> bool:
    """Whether a decorator may keep what it decorates in something of the file."""
    if isinstance(decorator, ast.Call):
        method, given = chain_of(decorator.func), map(chain_of, decorator.args)
    else:
        method, given = chain_of(decorator), map(chain_of, ())
    return any(chain and chain[0] in local for chain in (method[:-1], *given))
