"""The rates of cells in C: the practical ceiling of what this processor does with the same law.

The C text is written from the traced law, compiled by the system's compiler in several ways, from
strict arithmetic with the program's own exponential to everything that ``-Ofast`` allows with that of
the vector library, and the fastest whose rates agree is the ceiling.
"""

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.benchmarks.traced import (
    OPERATIONS,
    OPERATIONS_OF_LIBRARIES,
    TracedRates,
    shared_values,
    traced_rates,
)
from sim.numerics import ROOT_OF_HALF
from sim.physiology import N_STATES
from sim.tissue import Tissue, fraction_of_step

Array = NDArray[np.float64]


class NoCompilerError(RuntimeError):
    """There is no C compiler, or it refuses the text."""


class Way(NamedTuple):
    """One way to compile."""

    own_exponential: bool
    flags: tuple[str, ...]


_WIDE = ("-march=native", "-mprefer-vector-width=512")
WAYS = {
    "own exp, -O3": Way(
        True, ("-O3", *_WIDE, "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
    ),
    "own exp, -Ofast": Way(True, ("-Ofast", *_WIDE)),
    "libmvec, -Ofast": Way(False, ("-Ofast", *_WIDE)),
}
"""Ways to compile by name."""

_HEAD = """
#include <math.h>
#include <stdint.h>
#include <string.h>
static inline int64_t bits_of(double x) { int64_t b; memcpy(&b, &x, 8); return b; }
static inline double exponent_of(double x) { return (double)((bits_of(x) - ROOT_OF_HALF_BITS) >> 52); }
static inline double significand_of(double x) {
    int64_t b = bits_of(x);
    b -= ((b - ROOT_OF_HALF_BITS) >> 52) << 52;
    double m;
    memcpy(&m, &b, 8);
    return m;
}
static inline double larger(double a, double b) { return b > a ? b : a; }
static inline double smaller(double a, double b) { return b < a ? b : a; }
"""
_SPELT = {
    "max": "larger", "min": "smaller", "significand": "significand_of", "exponent": "exponent_of",
}  # fmt: skip


def c_text(law: TracedRates) -> str:
    """Write a C function that fills rows of rates from rows of states and traits."""
    states, traits, shared = (law.inputs[kind] for kind in ("state", "traits", "shared"))
    rows = [f"const double *restrict row_{name}" for name in states]
    rows += [f"const float *restrict row_{name}" for name in traits]
    rows += [f"double *restrict rate_{i}" for i in range(N_STATES)]
    lines = [f"void rates(long n, const double *restrict shared, double part, {', '.join(rows)}) {{"]
    lines += [f"    const double {name} = shared[{i}];" for i, name in enumerate(shared)]
    lines += ["    for (long i = 0; i < n; i++) {"]
    lines += [f"        const double {name} = row_{name}[i];" for name in (*states, *traits)]
    lines += [
        f"        const double {name} = {_expression(*rest)};" for name, *rest in law.trace.operations
    ]
    lines += [f"        rate_{i}[i] = {name};" for i, name in enumerate(law.rates)]
    bits = int(np.float64(ROOT_OF_HALF).view(np.int64))
    return f"#define ROOT_OF_HALF_BITS {bits}LL\n{_HEAD}" + "\n".join([*lines, "    }", "}"]) + "\n"


def _expression(operation: str, operands: tuple[str, ...]) -> str:
    """Write an operation in C."""
    if operation in "+-*/":
        return f"{operands[0]} {operation} {operands[1]}"
    return f"{_SPELT.get(operation, operation)}({', '.join(operands)})"


def compiled(way: Way, folder: Path) -> ctypes.CDLL:
    """Compile the law in one way into a folder.

    Raises
    ------
    NoCompilerError
        If it cannot be done; says why.
    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise NoCompilerError("no C compiler (cc, gcc or clang) is on the path")
    law = traced_rates(OPERATIONS if way.own_exponential else OPERATIONS_OF_LIBRARIES)
    source, library = folder / "rates.c", folder / "rates.so"
    source.write_text(c_text(law), encoding="ascii")
    command = [compiler, *way.flags, "-fPIC", "-shared", str(source), "-o", str(library), "-lm"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoCompilerError(f"{compiler} refuses: {done.stderr.strip().splitlines()[:1]}")
    return ctypes.CDLL(str(library))


class CKernel:
    """The rates of a tissue's cells by a compiled C function, a call a type of cells."""

    def __init__(self, tissue: Tissue, library: ctypes.CDLL) -> None:
        self._function = library.rates
        self._rates = np.empty((N_STATES, tissue.n_cells))
        c, fluid = tissue.context, tissue.fluid
        self._part = ctypes.c_double(fraction_of_step(tissue.time, c))
        self._rows = [*tissue.cells, *tissue.traits, *self._rates]
        self._types = [
            (cut, shared_values(fluid, tissue.control, p, rest))
            for cut, p, rest in zip(
                tissue.slices(), tissue.parameters.of_types(), tissue.cell_constants, strict=True
            )
        ]
        self.shares = self._calls(0, tissue.n_cells)

    def _calls(self, first: int, last: int) -> list[tuple[object, ...]]:
        """Arguments of the calls that serve the cells from first to last."""
        calls = []
        for cut, shared in self._types:
            start, stop = max(first, cut.start), min(last, cut.stop)
            if start < stop:
                rows = [ctypes.c_void_p(row[start:].ctypes.data) for row in self._rows]
                address = ctypes.c_void_p(shared.ctypes.data)
                calls.append((ctypes.c_long(stop - start), address, self._part, *rows))
        return calls

    def share(self, first: int, last: int) -> "CKernel":
        """Make a kernel for the cells from first to last, which writes among the same rates."""
        other = object.__new__(CKernel)
        other.__dict__.update(self.__dict__)
        other.shares = self._calls(first, last)
        return other

    def evaluate(self) -> None:
        """Compute the rates of all cells once; the interpreter lock is released meanwhile."""
        for call in self.shares:
            self._function(*call)

    def rates(self) -> Array:
        """Return the rates computed last, (5, cells)."""
        return self._rates
