"""Spectral radius of the Jacobian, which decides how many stages a stable step needs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.numerics.error_norm import Segments
from sim.numerics.jit import kernel
from sim.numerics.step_control import EVALUATIONS

Vector = NDArray[np.float64]

MAX_ITERATIONS = 60
"""Iterations of the power method at most."""
AGREEING_ESTIMATES = 3
"""Successive estimates that must each agree with the one before.

Two may agree by chance, while the direction turns from one mode to a faster one. An estimate that is
too small makes the next forty steps unstable.
"""
AGREEMENT = 0.02
"""Relative difference of estimates that agree [1]."""
SAFETY = 1.15
"""Margin on the estimate, which the power method approaches from below [1]."""
MIN_RADIUS = 1e-6
"""Smallest spectral radius that is returned, so that a step is finite [per unit of t]."""
DISPLACEMENT = 1e-6
"""Displacement of a state over its scale [1]."""


def spectral_radius_of(rates: Any) -> Any:
    """Make the function that estimates the spectral radius for given rates.

    Parameters
    ----------
    rates : callable
        ``rates(t, y, dy, context)`` writes dy/dt into dy.
    """

    def spectral_radius(
        context: Any,
        t: float,
        y: Vector,
        f0: Vector,
        segments: Segments,
        memory: Vector,
        direction: Vector,
        probe: Vector,
    ) -> float:
        """Largest size of an eigenvalue, with a margin, by a nonlinear power method [per unit of t].

        ``f0`` holds the rates at y; ``direction`` and ``probe`` are scratch. The method starts from a
        fixed direction and not, as is usual, from the last eigenvector, so that the result is a pure
        function of the state, and a run that was resumed goes on with the same bits.
        """
        set_initial_direction(direction)
        radius, agreeing = 0.0, 0
        for _ in range(MAX_ITERATIONS):
            displace(y, direction, DISPLACEMENT, segments, probe)
            rates(t, probe, direction, context)
            memory[EVALUATIONS] += 1
            size = normalised_change(direction, f0, DISPLACEMENT, segments)
            agreeing = agreeing + 1 if abs(size - radius) <= AGREEMENT * size else 0
            radius = size
            if agreeing == AGREEING_ESTIMATES:
                break
        return max(SAFETY * radius, MIN_RADIUS)

    return spectral_radius


@kernel
def set_initial_direction(direction: Vector) -> None:
    """Fill a direction that has a part of every mode: unequal weights of both signs."""
    for i in range(direction.size):
        direction[i] = 1.0 - 0.61 * (i % 3)


@kernel
def displace(y: Vector, direction: Vector, amount: float, segments: Segments, probe: Vector) -> None:
    """Set probe to y displaced along a direction in units of the scales."""
    start = 0
    for s in range(segments.ends.size):
        scale = segments.scales[s]
        for i in range(start, segments.ends[s]):
            probe[i] = y[i] + amount * scale * direction[i]
        start = segments.ends[s]


@kernel
def normalised_change(f: Vector, f0: Vector, amount: float, segments: Segments) -> float:
    """Turn rates f into their change over the displacement, normalised; return its size before that.

    Both are in units of the scales, the size is a maximum.
    """
    size = 0.0
    start = 0
    for s in range(segments.ends.size):
        scale = segments.scales[s]
        for i in range(start, segments.ends[s]):
            f[i] = (f[i] - f0[i]) / (amount * scale)
            size = max(size, abs(f[i]))
        start = segments.ends[s]
    if size > 0.0:
        for i in range(f.size):
            f[i] /= size
    return size
