"""What Numba compiles: how, and where the machine code is kept.

Nothing here may change a bit from machine to machine: no fastmath, so that sums keep their order
and products are fused only where the tile says so.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit, types
from numba.core import cgutils
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler
from numba.core.runtime.nrt import rtsys
from numba.extending import intrinsic
from numba.misc.appdirs import AppDirs
from numba.np.arrayobj import populate_array

from mlpstudy.core.native.lanes import VECTOR

PACKAGE = Path(__file__).parent
HOW = {"nogil": True, "error_model": "numpy"}


class _Linked(JITCodeLibrary):
    """Code that is optimised and turned into machine code where it is linked in, and only there."""

    def _optimize_final_module(self):
        pass

    def _finalize_final_module(self):
        # The engine is not given it: calls of the optimised copy would be led to this one.
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


class _ForOthers(Compiler):
    """Compiles what becomes part of other functions: three quarters of the time."""

    def compile_extra(self, func):
        self.state.flags.no_compile = True
        self.state.library = _Linked(self.state.targetctx.codegen(), func.__qualname__)
        compiled = super().compile_extra(func)
        # What Python would call: something of its own, that raises an error.
        nothing: dict[str, str] = {}
        entry_point = nothing.popitem
        self.state.targetctx.insert_user_function(entry_point, compiled.fndesc, [compiled.library])
        return compiled._replace(entry_point=entry_point)


# Nobody but compiled functions calls these: what Python or C would call is left out.
BARE = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "pipeline_class": _ForOthers, **HOW}
INSIDE = {"forceinline": True, **BARE}
jit = njit(**BARE)
inlined = njit(**INSIDE)  # for the body of a loop that is to become vectors
# For what has one caller: each function that is compiled by itself is optimised again in all that
# call it, directly or not.
merged = njit(inline="always", **BARE)


def entry(function: Callable) -> Any:
    """Compile a function of a module that Python calls, and keep its machine code.

    Numba tells versions and processors apart, and of the code the file of the function alone; so
    all files that may be part of it, and the lanes of a vector, stand in the name of the folder.
    Where none can be written it is compiled in every process.
    """
    compiled = njit(**HOW)(function)
    with suppress(RuntimeError):
        compiled._cache = _ByContent(function)
    return compiled


class _Kept(_CacheLocator):
    """One folder for all copies of the same code, wherever it lies."""

    def __init__(self, function: Callable, file: str, folder: Path):
        self.folder, self.file = folder / f"mlpstudy-{_digest()}-{VECTOR}", file
        self.line = function.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        return str(self.folder)

    def get_source_stamp(self) -> str:
        return hashlib.sha256(Path(self.file).read_bytes()).hexdigest()

    def get_disambiguator(self) -> str:
        return str(self.line)

    @classmethod
    def from_function(cls, py_func: Callable, py_file: str) -> "_Kept | None":
        for folder in _folders():
            with suppress(OSError):  # it cannot be written
                kept = cls(py_func, py_file, folder)
                kept.ensure_cache_path()
                return kept
        return None


class _Implementation(CompileResultCacheImpl):
    _locator_classes = [_Kept]


class _ByContent(FunctionCache):
    _impl_class = _Implementation

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Without what numba loads for compiling, SciPy's linear algebra among it: a third of a
        second, and machine code asks for none of it but the runtime that counts references."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def _folders() -> Iterator[Path]:
    """Where machine code may be kept: where the user keeps such things, else beside the code."""
    if asked := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(asked)
    yield Path(AppDirs(appname="numba", appauthor=False).user_cache_dir)
    yield PACKAGE / "__pycache__"


def is_kept(function: Any) -> bool:
    """Whether an entry has been compiled before, by this process or another."""
    name = f"*.{function.py_func.__name__}-*.nbc"
    folder = function.stats.cache_path
    return bool(function.signatures) or bool(folder and any(Path(folder).glob(name)))


@cache
def _digest() -> str:
    code = b"".join(path.read_bytes() for path in sorted(PACKAGE.parent.rglob("*.py")))
    return hashlib.sha256(code).hexdigest()[:16]


@intrinsic
def like(context, x, value):
    """A constant in the type of x, a number or an array: a plain 0.5 is a double, and so would be
    all that it meets."""
    kind = x.dtype if isinstance(x, types.Array) else x
    signature = kind(x, types.unliteral(value))

    def generate(context, builder, signature, arguments):
        return context.cast(builder, arguments[1], signature.args[1], signature.return_type)

    return signature, generate


def chained(functions: Sequence[Callable], parameters: str) -> Callable:
    """Compiled: chained(kind, *parameters) calls functions[kind](*parameters)."""
    lines = [f"def call(kind, {parameters}):"]
    names = {f"function_{i}": function for i, function in enumerate(functions)}
    for i, name in enumerate(names):
        lines += [f"    if kind == {i}:", f"        return {name}({parameters})"]
    exec("\n".join(lines), names)
    return jit(names["call"])


@intrinsic
def part(context, array, start, n):
    """array[start : start + n], unchecked and not counted as a reference: cheap to compile, too."""
    signature = array.copy(layout="C")(array, start, n)

    def generate(context, builder, signature, arguments):
        kind = signature.return_type
        whole = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])
        size = context.get_constant(types.intp, kind.dtype.bitwidth // 8)
        view = context.make_array(kind)(context, builder)
        populate_array(
            view,
            data=builder.gep(whole.data, [arguments[1]]),
            shape=[arguments[2]],
            strides=[size],
            itemsize=size,
            meminfo=None,
        )
        return view._getvalue()

    return signature, generate


@intrinsic
def borrowed(context, value):
    """Arrays, or tuples of them, that are not counted as references: counting takes longer than a
    step of a small network. Whoever calls compiled code keeps them alive."""
    signature = value(value)

    def generate(context, builder, signature, arguments):
        return _uncounted(context, builder, signature.args[0], arguments[0])

    return signature, generate


def _uncounted(context, builder, kind, value):
    if isinstance(kind, types.Array):
        array = cgutils.create_struct_proxy(kind)(context, builder, value)
        array.meminfo = array.parent = cgutils.voidptr_t(None)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        members = cgutils.unpack_tuple(builder, value)
        members = [_uncounted(context, builder, k, v) for k, v in zip(kind, members, strict=True)]
        return context.make_tuple(builder, kind, members)
    return value
