"""Vectors of a step of the integrator, and how a stage combines them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import law, procedure, vector_kernel

Vector = NDArray[np.float64]


class Workspace(NamedTuple):
    """Vectors as long as the state: rates at the start of a step, and the two latest increments."""

    rates_start: Vector
    newest: Vector
    before: Vector


def new_workspace(size: int) -> Workspace:
    """Workspace for a state of the given length."""
    return Workspace(rates_start=np.zeros(size), newest=np.zeros(size), before=np.zeros(size))


class StageWeights(NamedTuple):
    """Weights of one stage: of the two latest increments, of the latest and the first rates.

    ``first`` is the weight of the first rates in the first increment, zero when that has been made.
    """

    first: float
    newest: float
    before: float
    rates: float
    rates_start: float


class Combination(NamedTuple):
    """Weights of two vectors of a workspace and of rates in a sum."""

    before: float
    rates_start: float
    rates: float


class FinalWeights(NamedTuple):
    """Weights of one of the last four stages, ``stage``, from 0 on.

    ``probe_before`` and ``probe_start`` tell where it evaluates rates, the others what it leaves in each
    vector of the workspace.
    """

    stage: int
    probe_before: float
    probe_start: float
    newest: Combination
    before: Combination
    rates_start: Combination


@vector_kernel
def first_stage(f0: Vector, step: float, newest: Vector, before: Vector) -> None:
    """Set the increments of stages 0 and 1 of a step."""
    for i in range(f0.size):
        before[i] = 0.0
        newest[i] = step * f0[i]


@vector_kernel
def next_stage(f0: Vector, f: Vector, newest: Vector, before: Vector, weights: StageWeights) -> None:
    """Set the next stage's increment in place of the one before the newest."""
    for i in range(f0.size):
        before[i] = next_increment(f0[i], f[i], newest[i], before[i], weights)


@law
def next_increment(f0: float, f: float, newest: float, before: float, weights: StageWeights) -> float:
    """Increment of the next stage from those of the two latest stages and the rates."""
    return (weights.newest * newest + weights.before * before) + (
        weights.rates * f + weights.rates_start * f0
    )


@procedure
def final_probe(
    y: Vector, newest: Vector, before: Vector, f0: Vector, weights: FinalWeights, probe: Vector
) -> None:
    """Write the state at which one of the last stages evaluates rates."""
    if weights.stage == 1 or weights.stage == 2:
        _combined_probe(y, newest, before, f0, weights.probe_before, weights.probe_start, probe)
    else:
        add_into(y, newest, probe)


@procedure
def final_stage(newest: Vector, before: Vector, f0: Vector, f: Vector, weights: FinalWeights) -> None:
    """Replace the vectors of a workspace by what one of the last stages leaves.

    The first two keep their rates, the third combines all, the fourth ends the step.
    """
    if weights.stage == 0:
        _scale(f, weights.before.rates, before)
    elif weights.stage == 1:
        _scale(f, weights.rates_start.rates, f0)
    elif weights.stage == 2:
        _combine(newest, before, f0, f, weights.newest, weights.before, weights.rates_start)
    else:
        _end_step(newest, before, f0, f, weights.newest.rates, weights.before.rates)


@vector_kernel
def _combined_probe(
    y: Vector, newest: Vector, before: Vector, f0: Vector, wb: float, ws: float, probe: Vector
) -> None:
    for i in range(y.size):
        probe[i] = y[i] + (newest[i] + (wb * before[i] + ws * f0[i]))


@vector_kernel
def _scale(source: Vector, factor: float, target: Vector) -> None:
    for i in range(source.size):
        target[i] = factor * source[i]


@vector_kernel
def _combine(
    newest: Vector,
    before: Vector,
    f0: Vector,
    f: Vector,
    to_newest: Combination,
    to_before: Combination,
    to_start: Combination,
) -> None:
    for i in range(f.size):
        a, b, c, rate = newest[i], before[i], f0[i], f[i]
        newest[i] = a + _combined(to_newest, b, c, rate)
        before[i] = a + _combined(to_before, b, c, rate)
        f0[i] = _combined(to_start, b, c, rate)


@vector_kernel
def _end_step(
    newest: Vector, before: Vector, f0: Vector, f: Vector, to_newest: float, to_before: float
) -> None:
    for i in range(f.size):
        newest[i] = before[i] + to_newest * f[i]
        before[i] = f0[i] + to_before * f[i]


@law
def _combined(weights: Combination, before: float, f0: float, f: float) -> float:
    """Weighted sum of the numbers of one state."""
    return weights.before * before + (weights.rates_start * f0 + weights.rates * f)


@vector_kernel
def add_into(a: Vector, b: Vector, out: Vector) -> None:
    """Write the sum of two vectors."""
    for i in range(a.size):
        out[i] = a[i] + b[i]


@vector_kernel
def copy(source: Vector, target: Vector) -> None:
    """Copy a vector."""
    for i in range(source.size):
        target[i] = source[i]


@vector_kernel
def add(source: Vector, target: Vector) -> None:
    """Add a vector to another."""
    for i in range(source.size):
        target[i] += source[i]
