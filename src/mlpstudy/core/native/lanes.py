"""What this machine's vector units are asked for by name: products kept in registers, and blocks
turned about.

Every sum has one order, whatever the number of lanes: a tile adds up its products one after the
other, each fused with its addition (one rounding), and lanes never meet. So the width of the
vectors decides how fast it is and not what comes out.
"""

import os
from functools import cache

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

VARIABLE = "MLPSTUDY_LANES"  # 4, 8 or 16: float32 numbers in a vector, for tests
LINE = 16  # numbers: rows and strides are multiples of it
INT, INT32 = ir.IntType(64), ir.IntType(32)
REALS = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}
SUFFIX = {types.float32: "f32", types.float64: "f64"}


@cache
def lanes() -> int:
    """float32 numbers in a vector of this machine: 4, 8 or 16; half as many float64."""
    if asked := os.environ.get(VARIABLE):
        if asked not in ("4", "8", "16"):
            raise ValueError(f"{VARIABLE}={asked}: 4, 8 or 16")
        return int(asked)
    features = binding.get_host_cpu_features()
    if features.get("avx512f"):
        return 16
    return 8 if features.get("avx2") and features.get("fma") else 4


VECTOR = lanes()
PANEL = 2 * VECTOR  # columns of a tile


def _pointer(context, builder, array_type, array):
    return cgutils.create_struct_proxy(array_type)(context, builder, array).data


def _number(value: int) -> ir.Constant:
    return ir.Constant(INT, value)


def _moved(builder, start, step, times: int):
    return builder.add(start, builder.mul(step, _number(times)))


class _Vectors:
    """Vectors of one length, loaded from and stored to arrays of one type."""

    def __init__(self, builder, array_type, n: int):
        self.builder, self.n = builder, n
        self.real = REALS[array_type.dtype]
        self.type = ir.VectorType(self.real, n)
        self.bytes = 4 if array_type.dtype == types.float32 else 8
        self.name = f"v{n}{SUFFIX[array_type.dtype]}"

    def zero(self):
        return ir.Constant(self.type, None)

    def _at(self, base, offset):
        return self.builder.bitcast(self.builder.gep(base, [offset]), self.type.as_pointer())

    def load(self, base, offset):
        return self.builder.load(self._at(base, offset), align=self.bytes)

    def store(self, vector, base, offset):
        self.builder.store(vector, self._at(base, offset), align=self.bytes)

    def spread(self, base, offset):
        """One number in all lanes."""
        number = self.builder.load(self.builder.gep(base, [offset]))
        nothing = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(nothing, number, ir.Constant(INT32, 0))
        to_all = ir.Constant(ir.VectorType(INT32, self.n), None)
        return self.builder.shuffle_vector(first, nothing, to_all)

    def shuffled(self, one, other, places):
        """The lanes `places` of two vectors, the second counted on from the first."""
        mask = ir.Constant(ir.VectorType(INT32, self.n), [ir.Constant(INT32, i) for i in places])
        return self.builder.shuffle_vector(one, other, mask)

    def fma(self):
        kind = ir.FunctionType(self.type, [self.type] * 3)
        return cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.fma.{self.name}")


def _tile(rows: int, vectors: int):
    """C[co + m cm + n] (+)= sum over k of A[ao + m am + k ak] B[bo + k bk + n], k from 0 to K - 1,
    for m below `rows` and n below `vectors` times the lanes. add: 0 begins at 0, 1 at what C holds.
    """

    @intrinsic
    def tile(context, A, ao, am, ak, B, bo, bk, K, C, co, cm, add):
        signature = types.void(A, ao, am, ak, B, bo, bk, K, C, co, cm, add)

        def generate(context, builder, signature, arguments):
            kind = signature.args[0]
            a, b, c = (_pointer(context, builder, kind, arguments[i]) for i in (0, 4, 8))
            ao, am, ak, bo, bk, K, co, cm, add = (
                arguments[i] for i in (1, 2, 3, 5, 6, 7, 9, 10, 11)
            )
            v = _Vectors(builder, kind, VECTOR if kind.dtype == types.float32 else VECTOR // 2)
            fma, places = v.fma(), [(m, n) for m in range(rows) for n in range(vectors)]
            at = {
                (m, n): builder.add(_moved(builder, co, cm, m), _number(n * v.n)) for m, n in places
            }
            sums = {p: cgutils.alloca_once_value(builder, v.zero()) for p in places}
            with builder.if_then(builder.icmp_signed("!=", add, _number(0))):
                for p in places:
                    builder.store(v.load(c, at[p]), sums[p])
            with cgutils.for_range(builder, K) as loop:
                left = builder.add(ao, builder.mul(loop.index, ak))
                right = builder.add(bo, builder.mul(loop.index, bk))
                row = [v.load(b, builder.add(right, _number(n * v.n))) for n in range(vectors)]
                for m in range(rows):
                    x = v.spread(a, _moved(builder, left, am, m))
                    for n in range(vectors):
                        total = builder.call(fma, [x, row[n], builder.load(sums[m, n])])
                        builder.store(total, sums[m, n])
            for p in places:
                v.store(builder.load(sums[p]), c, at[p])
            return context.get_dummy_value()

        return signature, generate

    return tile


# Accumulators and one row of B fit into the registers: 32 of them, 16 without AVX-512.
TALL = 8 if VECTOR == 16 else 4
# Few rows wait for their sums, one product after the other: `more` takes the row of biases along.
more, tall, four, two, one = (_tile(rows, 2) for rows in (TALL + 1, TALL, 4, 2, 1))
more_narrow, tall_narrow, four_narrow, two_narrow, one_narrow = (
    _tile(rows, 1) for rows in (TALL + 1, TALL, 4, 2, 1)
)


@intrinsic
def turn(context, A, rows, first, column, C, co, cm):
    """C[co + j cm + i] = A[rows[first + i] + column + j] for i and j below LINE."""
    signature = types.void(A, rows, first, column, C, co, cm)

    def generate(context, builder, signature, arguments):
        a = _pointer(context, builder, signature.args[0], arguments[0])
        starts = _pointer(context, builder, signature.args[1], arguments[1])
        c = _pointer(context, builder, signature.args[4], arguments[4])
        first, column, co, cm = (arguments[i] for i in (2, 3, 5, 6))
        v = _Vectors(builder, signature.args[0], LINE)
        block = []
        for i in range(LINE):
            start = builder.load(builder.gep(starts, [builder.add(first, _number(i))]))
            block.append(v.load(a, builder.add(start, column)))
        for j, vector in enumerate(_turned(v, block)):
            v.store(vector, c, _moved(builder, co, cm, j))
        return context.get_dummy_value()

    return signature, generate


def _turned(v: _Vectors, block: list) -> list:
    """A block of LINE vectors turned about: halves, quarters, ... change places."""
    half = LINE // 2
    while half:
        for i in range(LINE):
            if not i & half:
                upper, lower = block[i], block[i + half]
                lanes = range(LINE)
                kept = [k if not k & half else LINE + k - half for k in lanes]
                moved = [k + half if not k & half else LINE + k for k in lanes]
                block[i] = v.shuffled(upper, lower, kept)
                block[i + half] = v.shuffled(upper, lower, moved)
        half //= 2
    return block
