"""How cells differ: numbers of each type, traits drawn for each cell, and fluctuations in time."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sim.errors import SteadyStateError
from sim.numerics.elementary import exp, log, sqrt
from sim.numerics.jit import kernel, vector_kernel
from sim.numerics.normal_numbers import standard_normal_chunks, standard_normal_steps, standard_normals
from sim.numerics.random_streams import Purpose
from sim.parameters import PopulationParameters
from sim.physiology.cell_state import CellTraits
from sim.physiology.cell_traits import Traits

Array = NDArray[np.float64]

_TRAIT = {name: place for place, name in enumerate(CellTraits._fields)}
NOISE = [_TRAIT["pump_noise"], _TRAIT["leak_noise"]]
NEXT = [_TRAIT["pump_next"], _TRAIT["leak_next"]]
"""Rows of the traits that fluctuate, now and at the end of a step, in the order of the draws."""
_NOISE_ROWS, _NEXT_ROWS = np.array(NOISE), np.array(NEXT)

MINOR_FRACTION = 0.1
"""Fraction of all cells that each type but the largest gets, however small its share of cell water."""


def allocate(n_cells: int, shares: Mapping[str, float]) -> list[int]:
    """Number of cells of each type.

    The cells of a type represent its share of cell water, however many they are. A type that is small
    but informative (heart, vascular muscle) therefore gets a tenth of the cells, and the largest the
    remainder. With fewer cells than types, only the largest types are represented.

    Parameters
    ----------
    n_cells : int
        Number of all cells.
    shares : mapping
        Share of cell water of each type [1].
    """
    by_share = sorted(shares, key=lambda cell_type: -shares[cell_type])[:n_cells]
    minor = max(1, int(MINOR_FRACTION * n_cells))
    counts = dict.fromkeys(shares, 0) | dict.fromkeys(by_share, minor)
    counts[by_share[0]] = n_cells - minor * (len(by_share) - 1)
    return list(counts.values())


def edges_of(counts: Sequence[int]) -> list[int]:
    """Where the cells of each type begin, and where the last end."""
    return [0, *accumulate(counts)]


def uniform_traits(n_cells: int, p: PopulationParameters) -> Traits:
    """Traits of a population of median cells, (traits, cells) [1]."""
    typical = CellTraits(pump_capacity=p.median_pump_capacity, na_leak=p.median_na_leak)
    return np.repeat(np.array(typical, dtype=np.float32)[:, None], n_cells, axis=1)


def draw_traits(n_cells: int, p: PopulationParameters, seed: int, replicate: int) -> Traits:
    """Traits of a heterogeneous population, (traits, cells) [1].

    Pump capacity, K leak and Na leak are correlated log-normal, size is log-normal on its own, all
    with median one (or the person's own median). Fluctuations start at one; see :class:`Fluctuation`.
    """
    pump, k_leak, na_leak, size = standard_normals((n_cells, 4), seed, replicate, Purpose.TRAITS).T
    with_pump, with_k = p.correlation_pump_na_leak, p.correlation_leaks
    own_k = 1.0 - p.correlation_pump_k_leak * p.correlation_pump_k_leak
    # Cholesky's factor row by row, and squares as products: the last bit of a library's result differs
    # between processors.
    shared = (with_k - p.correlation_pump_k_leak * with_pump) / sqrt(max(own_k, 1e-300))
    own_na = 1.0 - with_pump * with_pump - shared * shared
    if min(own_k, own_na) <= 0.0:
        raise SteadyStateError("the three correlations of traits exclude each other; lower one")
    traits = uniform_traits(n_cells, p)
    traits[_TRAIT["pump_capacity"]] = p.median_pump_capacity * exp(p.sd_pump_capacity * pump)
    traits[_TRAIT["k_leak"]] = exp(
        p.sd_k_leak * (p.correlation_pump_k_leak * pump + sqrt(own_k) * k_leak)
    )
    traits[_TRAIT["na_leak"]] = p.median_na_leak * exp(
        p.sd_na_leak * (with_pump * pump + shared * k_leak + sqrt(own_na) * na_leak)
    )
    traits[_TRAIT["size"]] = exp(p.sd_size * size)
    return traits


class Fluctuation:
    """Log-Ornstein–Uhlenbeck fluctuation of pump capacity and leak, exact at the end of every step.

    The logarithm has the given correlation time and stationary SD; the factor has mean one. Within a
    step the factor runs linearly from its old to its new value: proteins come and go in small numbers,
    and jumps would excite the fast modes of every cell at every step.
    """

    def __init__(self, p: PopulationParameters, seed: int, replicate: int) -> None:
        self.sds = np.array([p.noise_pump, p.noise_leak])
        self._correlation_time = p.noise_time
        self._stream = (seed, replicate)

    def start(self, traits: Traits) -> None:
        """Draw the factors of all cells from their stationary distribution."""
        for cells, normals in self._normals(Purpose.FLUCTUATION_START, 0, traits):
            for row, normal, sd in zip(NOISE, normals, self.sds, strict=True):
                traits[row, cells] = exp(sd * normal - 0.5 * sd * sd)
        traits[NEXT] = traits[NOISE]

    def advance(self, traits: Traits, fraction: float, hours: float, step: int) -> None:
        """End a step at some fraction of it, and begin one of some hours, which is draw no. ``step``."""
        retained = self.retained(hours)
        for cells, normals in self._normals(Purpose.FLUCTUATION, step, traits):
            draw_next(traits, cells.start, normals, fraction, retained, self.sds)

    def retained(self, hours: float) -> float:
        """How much of the logarithm of a fluctuation is retained after some hours [1]."""
        return exp(-hours / self._correlation_time)

    def normals(self, steps: Sequence[int], n_cells: int) -> Array:
        """Draw the normal numbers of some steps, (steps, 2, cells) [1]."""
        if not steps:
            return np.empty((0, 2, 0))
        return standard_normal_steps((n_cells, 2), *self._stream, Purpose.FLUCTUATION, steps)

    def _normals(self, purpose: Purpose, moment: int, traits: Traits) -> Iterator[tuple[slice, Array]]:
        """Normal numbers of some cells at a time, for the pump and for the leak."""
        return standard_normal_chunks((traits.shape[1], 2), *self._stream, purpose, moment)


@kernel
def draw_next(
    traits: Traits, start: int, normals: Array, fraction: float, retained: float, sds: Array
) -> None:
    """Move factors of the cells from a first one on to the present; draw those at the end of a step."""
    stop = start + normals.shape[1]
    for k in range(normals.shape[0]):
        noise, following = traits[_NOISE_ROWS[k], start:stop], traits[_NEXT_ROWS[k], start:stop]
        _draw_next_of_row(noise, following, normals[k], fraction, retained, sds[k])


@vector_kernel
def _draw_next_of_row(
    noise: Traits, following: Traits, normal: Array, fraction: float, retained: float, sd: float
) -> None:
    """Move factors to where they are at a fraction of a step; draw those at the end of the next."""
    innovation, half = sqrt(1.0 - retained * retained) * sd, 0.5 * sd * sd
    for i in range(noise.size):
        now = np.float64(noise[i]) + (np.float64(following[i]) - np.float64(noise[i])) * fraction
        noise[i] = now
        following[i] = exp(retained * (log(now) + half) + innovation * normal[i] - half)
