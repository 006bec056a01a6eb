"""The rates of cells in C: a practical upper bound of the speed of this processor for the same law.

The C source is generated from the traced law and compiled by the system's compiler with several options,
from strict arithmetic with the program's own exponential to everything that ``-Ofast`` permits with that
of the vector library. The fastest build whose rates agree is the bound.
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
    """There is no C compiler, or it reports an error."""


class Build(NamedTuple):
    """Options of one build."""

    own_exponential: bool
    flags: tuple[str, ...]


_WIDE = ("-march=native", "-mprefer-vector-width=512")
BUILDS = {
    "own exp, -O3": Build(
        True, ("-O3", *_WIDE, "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math")
    ),
    "own exp, -Ofast": Build(True, ("-Ofast", *_WIDE)),
    "libmvec, -Ofast": Build(False, ("-Ofast", *_WIDE)),
}
"""Builds by name."""

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
_C_NAMES = {
    "max": "larger", "min": "smaller", "significand": "significand_of", "exponent": "exponent_of",
}  # fmt: skip


def c_text(law: TracedRates) -> str:
    """Source of a C function that computes rows of rates from rows of states and traits."""
    states, traits, shared = (law.inputs[kind] for kind in ("state", "traits", "shared"))
    rows = [f"const double *restrict row_{name}" for name in states]
    rows += [f"const float *restrict row_{name}" for name in traits]
    rows += [f"double *restrict rate_{i}" for i in range(N_STATES)]
    lines = [f"void rates(long n, const double *restrict shared, double fraction, {', '.join(rows)}) {{"]
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
    """An operation as a C expression."""
    if operation in "+-*/":
        return f"{operands[0]} {operation} {operands[1]}"
    return f"{_C_NAMES.get(operation, operation)}({', '.join(operands)})"


def compiled(build: Build, folder: Path) -> ctypes.CDLL:
    """Compile the law into a folder, and load it.

    Raises
    ------
    NoCompilerError
        If compilation fails, with the reason.
    """
    compiler = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise NoCompilerError("no C compiler (cc, gcc or clang) is on the path")
    law = traced_rates(OPERATIONS if build.own_exponential else OPERATIONS_OF_LIBRARIES)
    source, objects, library = (folder / f"rates.{suffix}" for suffix in ("c", "o", "so"))
    source.write_text(c_text(law), encoding="ascii")
    # Linked without the flags: with -Ofast, gcc links start-up code that flushes subnormals to zero in
    # the whole process.
    commands = (
        [compiler, *build.flags, "-fPIC", "-c", str(source), "-o", str(objects)],
        [compiler, "-shared", str(objects), "-o", str(library), "-lm"],
    )
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoCompilerError(f"{compiler} fails: {done.stderr.strip().splitlines()[:1]}")
    return ctypes.CDLL(str(library))


class CKernel:
    """The rates of a tissue's cells by a compiled C function, one call per cell type."""

    def __init__(self, tissue: Tissue, library: ctypes.CDLL) -> None:
        self._function = library.rates
        self._rates = np.empty((N_STATES, tissue.n_cells))
        c, fluid = tissue.context, tissue.fluid
        self._fraction = ctypes.c_double(fraction_of_step(tissue.time, c))
        self._rows = [*tissue.cells, *tissue.traits, *self._rates]
        self._types = [
            (cut, shared_values(fluid, tissue.control, p, rest))
            for cut, p, rest in zip(
                tissue.slices(), tissue.parameters.of_types(), tissue.cell_constants, strict=True
            )
        ]
        self._calls_of_cells = self._calls(0, tissue.n_cells)

    def _calls(self, first: int, last: int) -> list[tuple[object, ...]]:
        """Arguments of the calls for the cells from first to last."""
        calls = []
        for cut, shared in self._types:
            start, stop = max(first, cut.start), min(last, cut.stop)
            if start < stop:
                rows = [ctypes.c_void_p(row[start:].ctypes.data) for row in self._rows]
                address = ctypes.c_void_p(shared.ctypes.data)
                calls.append((ctypes.c_long(stop - start), address, self._fraction, *rows))
        return calls

    def for_range(self, first: int, last: int) -> "CKernel":
        """Return a kernel for the cells from first to last that writes into the same rates."""
        other = object.__new__(CKernel)
        other.__dict__.update(self.__dict__)
        other._calls_of_cells = self._calls(first, last)
        return other

    def evaluate(self) -> None:
        """Compute the rates of all cells once; the interpreter lock is released during the call."""
        for call in self._calls_of_cells:
            self._function(*call)

    def rates(self) -> Array:
        """Return the rates computed last, (5, cells)."""
        return self._rates
