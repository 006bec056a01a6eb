"""Vectors of a step of the integrator, and how a stage combines them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.jit import law, vector_kernel

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
    """Weights of the three vectors of a workspace and of rates in a sum."""

    newest: float
    before: float
    rates_start: float
    rates: float


class FinalWeights(NamedTuple):
    """Weights of one of the last stages: where it evaluates rates, and what it leaves in each vector."""

    probe: Combination
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


@vector_kernel
def final_probe(
    y: Vector, newest: Vector, before: Vector, f0: Vector, weights: Combination, probe: Vector
) -> None:
    """Write the state at which one of the last stages evaluates rates."""
    for i in range(y.size):
        probe[i] = y[i] + combined(weights, newest[i], before[i], f0[i], 0.0)


@vector_kernel
def final_stage(newest: Vector, before: Vector, f0: Vector, f: Vector, weights: FinalWeights) -> None:
    """Replace the vectors of a workspace by what one of the last stages leaves."""
    for i in range(f.size):
        a, b, c, rate = newest[i], before[i], f0[i], f[i]
        newest[i] = combined(weights.newest, a, b, c, rate)
        before[i] = combined(weights.before, a, b, c, rate)
        f0[i] = combined(weights.rates_start, a, b, c, rate)


@law
def combined(weights: Combination, newest: float, before: float, f0: float, f: float) -> float:
    """Weighted sum of the numbers of one state."""
    return (weights.newest * newest + weights.before * before) + (
        weights.rates_start * f0 + weights.rates * f
    )


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
