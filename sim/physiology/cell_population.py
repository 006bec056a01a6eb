"""The population: cells of several types, with traits of their own, each in its own steady state."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import SteadyStateError
from sim.numerics.elementary import exp, log, power, sqrt
from sim.numerics.jit import kernel, law, procedure, vector_kernel
from sim.numerics.normal_numbers import standard_normal_chunks, standard_normals
from sim.numerics.random_streams import Purpose
from sim.parameters import CellParameters, PopulationParameters
from sim.parameters.inputs import Control
from sim.physiology.cell import CellState, CellTraits, Fluid, RestingCell, cell_rates, membrane

Array = NDArray[np.float64]
Traits = NDArray[np.float32]
"""Traits of all cells, (traits, cells) [1]; seven digits of a drawn number are more than is known."""

N_STATES = len(CellState._fields)
N_TRAITS = len(CellTraits._fields)
SIZE = CellTraits._fields.index("size")
PUMP_NOISE = CellTraits._fields.index("pump_noise")
PUMP_NEXT = CellTraits._fields.index("pump_next")
NOISE = slice(PUMP_NOISE, PUMP_NOISE + 2)
NEXT = slice(PUMP_NEXT, PUMP_NEXT + 2)
SETTLING_STEPS = 60
APPROACHES = 24
SINGULAR = 1e-30
"""Newton steps at most, cells on the way to one that is far from typical, and the least determinant."""
MINOR_PART = 0.1
"""Part of all cells that each type but the largest gets, however small its share of cell water."""


def allocate(n_cells: int, shares: Mapping[str, float]) -> list[int]:
    """Number of cells of each type.

    A type's cells stand for its share of cell water, however many they are. So a type that is small but
    tells much (heart, vascular muscle) gets a tenth of the cells, and the largest gets what is left.
    With fewer cells than types only the largest types are there.

    Parameters
    ----------
    n_cells : int
        Number of all cells.
    shares : mapping
        Share of cell water of each type [1].
    """
    by_share = sorted(shares, key=lambda kind: -shares[kind])[:n_cells]
    minor = max(1, int(MINOR_PART * n_cells))
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
    """Traits of a population of different cells, (traits, cells) [1].

    Pump capacity, K leak and Na leak are correlated log-normal, size is log-normal on its own, all
    with median one (or the person's own median). Fluctuations start at one; see :class:`Fluctuation`.
    """
    pump, k_leak, na_leak, size = standard_normals((n_cells, 4), seed, replicate, Purpose.TRAITS).T
    with_pump, with_k = p.correlation_pump_na_leak, p.correlation_leaks
    own_k = 1.0 - p.correlation_pump_k_leak * p.correlation_pump_k_leak
    # Cholesky's factor, row by row, and squares as products: a library's last bit differs between
    # processors.
    shared = (with_k - p.correlation_pump_k_leak * with_pump) / sqrt(max(own_k, 1e-300))
    own_na = 1.0 - with_pump * with_pump - shared * shared
    if min(own_k, own_na) <= 0.0:
        raise SteadyStateError("the three correlations of traits exclude each other; lower one")
    traits = uniform_traits(n_cells, p)
    traits[0] = p.median_pump_capacity * exp(p.sd_pump_capacity * pump)
    traits[1] = exp(p.sd_k_leak * (p.correlation_pump_k_leak * pump + sqrt(own_k) * k_leak))
    traits[2] = p.median_na_leak * exp(
        p.sd_na_leak * (with_pump * pump + shared * k_leak + sqrt(own_na) * na_leak)
    )
    traits[3] = exp(p.sd_size * size)
    return traits


class Fluctuation:
    """Log-Ornstein–Uhlenbeck fluctuation of pump capacity and leak, exact at the end of every step.

    The logarithm forgets itself with the memory time and keeps its width; the factor has mean one.
    Within a step the factor runs straight from its old to its new value: proteins come and go in
    small numbers, and jumps would wake the fast modes of every cell at every step.
    """

    def __init__(self, p: PopulationParameters, seed: int, replicate: int) -> None:
        self._widths = np.array([p.noise_pump, p.noise_leak])
        self._memory = p.noise_time
        self._key = (seed, replicate)

    def start(self, traits: Traits) -> None:
        """Draw the factors of all cells from their stationary distribution."""
        for cells, normals in self._normals(Purpose.FLUCTUATION_START, 0, traits):
            for noise, normal, width in zip(traits[NOISE, cells], normals, self._widths, strict=True):
                noise[:] = exp(width * normal - 0.5 * width * width)
        traits[NEXT] = traits[NOISE]

    def move(self, traits: Traits, part: float, hours: float, step: int) -> None:
        """End a step of which a part is over and begin one of some hours, which is draw no. ``step``."""
        kept = exp(-hours / self._memory)
        for cells, normals in self._normals(Purpose.FLUCTUATION, step, traits):
            for noise, ahead, normal, width in zip(
                traits[NOISE, cells], traits[NEXT, cells], normals, self._widths, strict=True
            ):
                _head_for_new(noise, ahead, normal, part, kept, width)

    def _normals(self, purpose: Purpose, moment: int, traits: Traits) -> Iterator[tuple[slice, Array]]:
        """Normal numbers of some cells at a time, those of the pump and those of the leak."""
        return standard_normal_chunks((traits.shape[1], 2), *self._key, purpose, moment)


@vector_kernel
def _head_for_new(
    noise: Traits, ahead: Traits, normal: Array, part: float, kept: float, width: float
) -> None:
    """Bring factors to where they are when a part of a step is over; head for new ones."""
    fresh, half = sqrt(1.0 - kept * kept) * width, 0.5 * width * width
    for i in range(noise.size):
        now = np.float64(noise[i]) + (np.float64(ahead[i]) - np.float64(noise[i])) * part
        noise[i] = now
        ahead[i] = exp(kept * (log(now) + half) + fresh * normal[i] - half)


def steady_population(
    traits: Traits, fluid: Fluid, control: Control, p: CellParameters, rest: RestingCell
) -> tuple[Array, Array]:
    """Steady state of every cell of a type in the normal fluid.

    Parameters
    ----------
    traits : (traits, cells) array
        Traits of the cells [1].
    fluid, control : Fluid, Control
        The normal fluid and the healthy control.
    p, rest
        Numbers of the typical cell and the constants that follow.

    Returns
    -------
    states : (states, cells) array
        :class:`~sim.physiology.cell.CellState` of each cell.
    water : (cells,) array
        Cell water over reference water [1].

    Raises
    ------
    SteadyStateError
        Names the traits of the first cell whose steady state is not found.
    """
    states = np.empty((N_STATES, traits.shape[1]))
    water = np.empty(traits.shape[1])
    lost = _settle_all(traits, fluid, control, p, rest, states, water)
    if lost >= 0:
        own = ", ".join(
            f"{name} {value:.3g}"
            for name, value in zip(CellTraits._fields, traits[:, lost], strict=True)
        )
        raise SteadyStateError(
            f"a cell has no steady state in the normal fluid ({own}); narrow the population's widths"
        )
    return states, water


@kernel
def _settle_all(
    traits: Traits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    rest: RestingCell,
    states: Array,
    water: Array,
) -> int:
    """Fill the steady states; return the first cell that has none, or −1."""
    for i in range(traits.shape[1]):
        own = traits_of(traits, i)
        found, state = _settle(own, fluid, control, p, rest)
        if not found:
            return i
        states[0, i], states[1, i], states[2, i] = state.na, state.k, state.mg
        states[3, i], states[4, i] = state.buffered, state.expression
        water[i] = membrane(state, own, fluid, control, p, rest).water
    return -1


@law
def traits_of(traits: Traits, i: int) -> CellTraits:
    """Traits of one cell, as double numbers."""
    return CellTraits(
        np.float64(traits[0, i]), np.float64(traits[1, i]), np.float64(traits[2, i]),
        np.float64(traits[3, i]), np.float64(traits[4, i]), np.float64(traits[5, i]),
        np.float64(traits[6, i]), np.float64(traits[7, i]),
    )  # fmt: skip


@law
def state_of(states: Array, i: int) -> CellState:
    """State of one cell."""
    return CellState(states[0, i], states[1, i], states[2, i], states[3, i], states[4, i])


@law
def _settled_state(na: float, k: float, mg: float, p: CellParameters) -> CellState:
    """State with pump expression and K/H exchange at rest for given Na, K and Mg."""
    return CellState(na, k, mg, p.proton_share * (p.rest_k - k), 1.0)


@procedure
def _drift(
    x: Any, traits: CellTraits, fluid: Fluid, control: Control, p: CellParameters, rest: RestingCell
) -> Any:
    """Rates of Na, K and Mg at amounts x."""
    state = _settled_state(x[0], x[1], x[2], p)
    rates = cell_rates(state, traits, fluid, control, p, rest)
    return np.array([rates.na, rates.k, rates.mg])


@procedure
def _settle(
    traits: CellTraits, fluid: Fluid, control: Control, p: CellParameters, rest: RestingCell
) -> tuple[bool, CellState]:
    """Steady state of one cell: Newton's method from rest, or from cells ever more like it."""
    x = np.array([p.rest_na, p.rest_k, p.rest_mg_total])
    found = _newton(x, traits, fluid, control, p, rest)
    if not found:
        x[0], x[1], x[2] = p.rest_na, p.rest_k, p.rest_mg_total
        for k in range(1, APPROACHES + 1):
            between = _between_typical_and(traits, k / APPROACHES)
            found = _newton(x, between, fluid, control, p, rest)
            if not found:
                break
    return found, _settled_state(x[0], x[1], x[2], p)


@law
def _between_typical_and(traits: CellTraits, part: float) -> CellTraits:
    """Traits of a cell that is a part of the way from the typical cell to another."""
    return CellTraits(
        power(traits.pump_capacity, part),
        power(traits.k_leak, part),
        power(traits.na_leak, part),
        power(traits.size, part),
        power(traits.pump_noise, part),
        power(traits.leak_noise, part),
        power(traits.pump_next, part),
        power(traits.leak_next, part),
    )


@procedure
def _solved(a: Array, b: Array) -> tuple[float, Array]:
    """Determinant of three equations a x = b, and x (Cramer's rule; the same bits everywhere)."""
    first = a[1, 1] * a[2, 2] - a[1, 2] * a[2, 1]
    second = a[1, 2] * a[2, 0] - a[1, 0] * a[2, 2]
    third = a[1, 0] * a[2, 1] - a[1, 1] * a[2, 0]
    determinant = a[0, 0] * first + a[0, 1] * second + a[0, 2] * third
    x = np.empty(3)
    for j in range(3):
        k, m = (j + 1) % 3, (j + 2) % 3
        x[j] = (
            b[0] * (a[1, k] * a[2, m] - a[1, m] * a[2, k])
            + b[1] * (a[2, k] * a[0, m] - a[2, m] * a[0, k])
            + b[2] * (a[0, k] * a[1, m] - a[0, m] * a[1, k])
        ) / determinant
    return determinant, x


@procedure
def _newton(
    x: Array,
    traits: CellTraits,
    fluid: Fluid,
    control: Control,
    p: CellParameters,
    rest: RestingCell,
) -> bool:
    """Newton's method on Na, K and Mg; a step changes each by at most a factor of two."""
    jacobian = np.empty((3, 3))
    change = 1.0
    for _ in range(SETTLING_STEPS):
        here = _drift(x, traits, fluid, control, p, rest)
        for j in range(3):
            moved = x.copy()
            moved[j] *= 1.0 + 1e-6
            jacobian[:, j] = (_drift(moved, traits, fluid, control, p, rest) - here) / (moved[j] - x[j])
        determinant, step = _solved(jacobian, here)
        if not abs(determinant) >= SINGULAR:
            return False
        last = change
        change = 0.0
        for j in range(3):
            relative = min(1.0, max(-0.5, -step[j] / x[j]))
            x[j] *= 1.0 + relative
            change = max(change, abs(relative))
        if change < 1e-12 or (change < 1e-9 and change >= last):
            return True
    return False
