"""How Numba compiles what the engine is made of."""

from numba import njit

from mlpstudy.core.native.compiled import HOW, jit


@jit
def doubled(x):
    return x + x


@njit(**HOW)
def quadrupled(x):
    return doubled(doubled(x))


def test_the_machine_code_of_a_part_is_that_within_the_whole():
    """An own copy of the part would be slow, and the whole would call it wherever it has a choice."""
    assert quadrupled(1.5) == 6.0
    [part] = doubled.overloads.values()
    [whole] = quadrupled.overloads.values()
    engine = whole.library.codegen._engine
    assert engine.is_symbol_defined(whole.fndesc.llvm_func_name)
    assert not engine.is_symbol_defined(part.fndesc.llvm_func_name)
