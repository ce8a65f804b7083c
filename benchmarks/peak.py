"""The machine's own peak: fused multiply-adds of float32 vectors that wait for nothing."""

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from benchmarks.clock import turn

LANES = (4, 8, 16)
CHAINS = (8, 12, 16)  # vectors that are added to in turns: enough to hide the latency of one
STEPS = 200_000
TURNS = 3


def gflop_per_second() -> float:
    """Of one thread: the most that any number of lanes and chains reaches, two flop a lane."""
    return max(_rate(lanes, chains) for lanes in LANES for chains in CHAINS)


def _rate(lanes: int, chains: int) -> float:
    spin = _spin(lanes, chains)
    spin(1)  # compiles
    seconds = min(turn(lambda: spin(STEPS)) for _ in range(TURNS))
    return 2 * lanes * chains * STEPS / seconds / 1e9


def _spin(lanes: int, chains: int):
    """n -> float32, after n steps of one fma for each chain."""
    vector = ir.VectorType(ir.FloatType(), lanes)

    @intrinsic
    def steps(context, n):
        def generate(context, builder, signature, arguments):
            fma = cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fma.v{lanes}f32"
            )
            sums = [cgutils.alloca_once_value(builder, _all(vector, c)) for c in range(chains)]
            slope, shift = _all(vector, 0.999), _all(vector, 0.001)
            with cgutils.for_range(builder, arguments[0]):
                for s in sums:
                    builder.store(builder.call(fma, [builder.load(s), slope, shift]), s)
            total = builder.load(sums[0])
            for s in sums[1:]:
                total = builder.fadd(total, builder.load(s))
            return builder.extract_element(total, ir.Constant(ir.IntType(32), 0))

        return types.float32(n), generate

    return njit(lambda n: steps(n))


def _all(vector: ir.VectorType, value: float) -> ir.Constant:
    return ir.Constant(vector, [float(np.float32(value))] * vector.count)
