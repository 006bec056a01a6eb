"""The whole model told a second time, to judge the first.

Written from the equations in plain NumPy, for all cells at once, without a function of the package:
it shares with it the numbers, the names and the order of the state, and nothing else. The membrane
potential is a root that is bracketed and followed to the last digits; integration is SciPy's. Every
rate is kept as the terms it is the sum of, so a difference can be judged against the turnover.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from sim.body import BodyState
from sim.cells import CellState, CellTraits
from sim.control import Control
from sim.parameters import Parameters
from sim.units import HOURS_PER_DAY, THERMAL_VOLTAGE

Array = NDArray[np.float64]

N_CELL = len(CellState._fields)
N_BODY = len(BodyState._fields)

CELL_SIZES = CellState(na=10.0, k=140.0, mg=15.0, buffered=1.0, expression=1.0)
"""Usual size of each quantity of a cell, which absolute tolerances go by."""
BODY_SIZES = BodyState(
    ecf_na=2000.0,
    ecf_k=60.0,
    ecf_mg=10.0,
    ecf_cl=1500.0,
    ecf_hco3=350.0,
    water=40.0,
    osmoles=1e4,
    gut_na=6.0,
    gut_k=3.0,
    gut_mg=5.0,
    bone_mg=60.0,
    aldosterone=1.0,
    ncc=1.0,
    tubule_mg=0.5,
    taken_na=100.0,
    taken_k=100.0,
    taken_mg=10.0,
    urine_na=100.0,
    urine_k=100.0,
    urine_mg=10.0,
    urine_hco3=1.0,
    stool_na=10.0,
    stool_k=10.0,
    stool_mg=10.0,
    hco3_made=1.0,
)
"""Usual size of each quantity of the body."""


ROOT_ERROR = 1e-13
"""Last step of the search for a membrane potential, in units of RT/F."""


class Terms(NamedTuple):
    """Every rate as the terms it is the sum of: five of the cells, then those of the body."""

    cells: list[list[Array]]
    body: list[list[float]]


class Surroundings(NamedTuple):
    """Extracellular concentrations [mM], volume [L] and osmolality [mosm/L]."""

    na: float
    k: float
    cl: float
    mg: float
    volume: float
    osmolality: float


class ReferenceModel:
    """The model for a population of cells in one body.

    Parameters
    ----------
    parameters : Parameters
        Numbers of the model.
    traits : (8, n) array
        Traits of the cells, in the order of :class:`sim.cells.CellTraits`; without the last two
        rows nothing fluctuates.
    litre : float, optional
        Litres of reference water of a cell of size 1. By default cells at reference water make up
        the cell water of the body; :meth:`litre_for` gives the value for other cells.
    step : (float, float)
        Start and length of the step over which fluctuations run [h].
    """

    def __init__(
        self,
        parameters: Parameters,
        traits: Array,
        litre: float | None = None,
        step: tuple[float, float] = (0.0, 0.0),
    ) -> None:
        self.parameters = parameters
        self.step = step
        self.traits = CellTraits(*np.asarray(traits, dtype=float))
        self.n_cells = self.traits.size.size
        self.litre = parameters.body.cell_water / self.traits.size.sum() if litre is None else litre
        self.cell = _constants_of_cell(parameters)
        self.body = _constants_of_body(parameters)

    # Vectors

    def split(self, y: Array) -> tuple[CellState, BodyState]:
        """Flat state as named rows of the cells and named numbers of the body."""
        rows = y[: N_CELL * self.n_cells].reshape(N_CELL, self.n_cells)
        return CellState(*rows), BodyState(*y[N_CELL * self.n_cells :])

    def join(self, cells: Sequence[Array], body: Sequence[float]) -> Array:
        """Flat state from rows of the cells and numbers of the body."""
        return np.concatenate([np.ravel(np.array(cells)), np.array(body, dtype=float)])

    def sizes(self) -> Array:
        """Usual size of every entry of the flat state."""
        return self.join([np.full(self.n_cells, size) for size in CELL_SIZES], BODY_SIZES)

    def healthy_body(self) -> BodyState:
        """Body at rest on the usual diet, its running totals at zero."""
        p = self.parameters.body
        volume, days = p.ecf_volume, 1.0 / HOURS_PER_DAY
        zero = dict.fromkeys(BodyState._fields, 0.0)
        return BodyState(**zero)._replace(
            ecf_na=volume * p.plasma_na,
            ecf_k=volume * p.plasma_k,
            ecf_mg=_fluid_magnesium(p.plasma_mg_ionised, volume, self.parameters),
            ecf_cl=volume * p.plasma_cl,
            ecf_hco3=volume * p.plasma_hco3,
            water=p.cell_water + volume,
            osmoles=(p.cell_water + volume) * p.osmolality,
            gut_na=p.intake_na * days * p.absorption_time,
            gut_k=p.intake_k * days * p.absorption_time,
            gut_mg=p.intake_mg * days * p.mg_transit,
            bone_mg=p.bone_mg,
            aldosterone=1.0,
            ncc=1.0,
            tubule_mg=p.tubule_mg,
        )

    def healthy_cells(self) -> Array:
        """Resting state of typical cells, (5, n)."""
        p = self.parameters.cell
        rest = [p.rest_na, p.rest_k, p.rest_mg_total, 0.0, 1.0]
        return np.array(rest)[:, None] * np.ones(self.n_cells)

    def litre_for(self, cells: Array) -> float:
        """Litres of reference water of a cell of size 1 if these are the healthy body's cells."""
        p = self.parameters.body
        state = CellState(*cells)
        water = self._osmoles(state, self._chloride(state)) / p.osmolality
        return p.cell_water / float(self.traits.size @ water)

    # Cells

    def _chloride(self, c: CellState) -> Array:
        """Cl that balances the charges of a cell [mmol/L]."""
        return c.na + c.k + 2.0 * c.mg + c.buffered - self.cell["fixed_charge"]

    def _osmoles(self, c: CellState, cl: Array) -> Array:
        """Osmoles of a cell [mosm/L]; Mg is taken as bound."""
        return c.na + c.k + cl + self.cell["impermeant"]

    def surroundings(self, b: BodyState) -> Surroundings:
        """Extracellular fluid of a state of the body."""
        osmolality = b.osmoles / b.water
        dissolved = b.ecf_na + b.ecf_k + b.ecf_cl + b.ecf_hco3 + self.body["ecf_other_osmoles"]
        volume = dissolved / osmolality
        mg = b.ecf_mg / _fluid_magnesium(1.0, volume, self.parameters)
        return Surroundings(
            b.ecf_na / volume, b.ecf_k / volume, b.ecf_cl / volume, mg, volume, osmolality
        )

    def potential(self, t: float, y: Array, control: Control) -> Array:
        """Reduced membrane potential of every cell [1]."""
        cells, body = self.split(y)
        return self._membrane(t, cells, self.surroundings(body), control)[0]

    def current(self, u: Array, t: float, y: Array, control: Control) -> Array:
        """Net outward current of every cell at given reduced potentials [meq/L/h]."""
        cells, body = self.split(y)
        return self._membrane(t, cells, self.surroundings(body), control, at=u)[0]

    def _membrane(
        self, t: float, c: CellState, out: Surroundings, control: Control, at: Array | None = None
    ) -> tuple[Array, ...]:
        """Potential and fluxes of every cell, or with ``at`` the current at that potential.

        Returns
        -------
        tuple of (n,) arrays
            Reduced potential; unidirectional Na influx and efflux, K influx and efflux, pump
            cycles, Mg influx and efflux, all per litre of reference water of a cell of size 1.
        """
        p, fixed, own, normal = self.parameters.cell, self.cell, self.traits, self.parameters.body
        cl = self._chloride(c)
        water = self._osmoles(c, cl) / out.osmolality
        na, k, cl = c.na / water, c.k / water, cl / water
        mg = _free_magnesium(c.mg / water, fixed["mg_sites"] / water, p.mg_buffer_half)

        # Fluctuations run along straight lines until their step is over
        elapsed = min(t - self.step[0], self.step[1])
        pump_noise = own.pump_noise + elapsed * own.pump_drift
        leak_noise = own.leak_noise + elapsed * own.leak_drift

        # Na,K-ATPase
        mg_for_atp = _gate(control.pump_mgatp, mg, p.rest_mg_free)
        mg_for_site = _gate(control.pump_mg_site, mg, p.rest_mg_free)
        greatest = p.pump_capacity * (1.0 - control.pump_inhibition)
        saturation = _pump_saturation(na, out.k, mg_for_atp, mg_for_site, self.parameters)
        pump = greatest * own.pump_capacity * pump_noise * c.expression * saturation

        # Mg channels and Na/Mg exchanger
        mg_in = fixed["mg_influx"] * _mg_channel(out.mg, mg, self.parameters)
        mg_out = fixed["mg_exchange"] * _mg_exchanger(out.na, na, out.mg, mg, self.parameters)

        # Leaks
        mg_outside = _gate(control.na_leak_mg_block, out.mg, normal.plasma_mg_ionised)
        half = p.na_leak_half_mg
        unscreened = (normal.plasma_mg_ionised + half) / (mg_outside + half)
        p_na = fixed["p_na"] * own.na_leak * leak_noise * unscreened
        p_k = fixed["p_k"] * own.k_leak * leak_noise * (out.k / normal.plasma_k) ** 0.5
        p_cl = fixed["p_cl"]
        mg_in_pore = _gate(control.k_leak_mg_block, mg, p.rest_mg_free)
        u_k = np.log(out.k / k)
        steepness = p.k_leak_block_slope * THERMAL_VOLTAGE

        def k_permeability(u: Array) -> tuple[Array, Array]:
            """K permeability and its slope in u."""
            blocked = (mg_in_pore / p.k_leak_half_mg) * np.exp(steepness * (u - u_k))
            free = 1.0 - p.k_leak_resistant
            gate = p.k_leak_resistant + free / (1.0 + blocked)
            slope = -free * steepness * blocked / (1.0 + blocked) ** 2
            share = p.k_leak_gated_share
            return p_k * (1.0 - share + share * gate / fixed["k_gate"]), (
                p_k * share * slope / fixed["k_gate"]
            )

        def current(u: Array) -> tuple[Array, Array]:
            """Net outward current, and its slope in u."""
            inside, outside, slope = _goldman(u)
            now, change = k_permeability(u)
            k_force = k * inside - out.k * outside
            total = (
                p_na * (na * inside - out.na * outside)
                + now * k_force
                + p_cl * (out.cl * inside - cl * outside)
                + pump
                - 2.0 * mg_in
            )
            leaving = p_na * na + now * k + p_cl * out.cl
            coming = p_na * out.na + now * out.k + p_cl * cl
            return total, leaving * (1.0 + slope) - coming * slope + change * k_force

        if at is not None:
            return (current(at)[0],)
        u = _root(current, np.full(c.na.shape, -10.0), np.full(c.na.shape, 4.0))
        inside, outside, _ = _goldman(u)
        k_now, _ = k_permeability(u)
        return (
            u,
            p_na * out.na * outside,
            p_na * na * inside,
            k_now * out.k * outside,
            k_now * k * inside,
            pump,
            mg_in,
            mg_out,
        )

    def _cell_terms(
        self, t: float, c: CellState, out: Surroundings, control: Control
    ) -> list[list[Array]]:
        """Terms of the rates of all cells."""
        p = self.parameters.cell
        _, na_in, na_out, k_in, k_out, pump, mg_in, mg_out = self._membrane(t, c, out, control)
        area = self.traits.size**-0.5
        pace = control.proton_exchange / p.proton_time
        protons = [pace * p.proton_share * (p.rest_k - c.k), -pace * c.buffered]
        called_for = (out.k / self.parameters.body.plasma_k) ** p.expression_exponent
        turnover = control.pump_expression / p.expression_time
        return [
            [area * na_in, -area * na_out, -3.0 * area * pump, 2.0 * area * mg_out],
            [area * k_in, -area * k_out, 2.0 * area * pump, -protons[0], -protons[1]],
            [area * mg_in, -area * mg_out],
            protons,
            [turnover * called_for * np.ones(self.n_cells), -turnover * c.expression],
        ]

    # Body

    def terms(self, t: float, y: Array, control: Control) -> Terms:
        """Terms of every rate in a state."""
        p, fixed = self.parameters.body, self.body
        cells, b = self.split(y)
        out = self.surroundings(b)
        of_cells = self._cell_terms(t, cells, out, control)
        weight = self.litre * self.traits.size
        taken_up = [[float(weight @ term) for term in rate] for rate in of_cells]
        up_na, up_k, up_mg, up_h, _ = taken_up

        k, mg = out.k / p.plasma_k, out.mg / p.plasma_mg_ionised
        volume = out.volume / p.ecf_volume
        thiazide, loop = control.thiazide, control.loop_diuretic

        # Urine
        mg_in_tubule = _gate(control.romk_mg_block, b.tubule_mg, p.tubule_mg)
        romk = (p.romk_half_mg + p.tubule_mg) / (p.romk_half_mg + mg_in_tubule)
        romk *= 1.0 - control.romk_block
        delivery = (1.0 + p.thiazide_delivery * thiazide) * (1.0 + p.loop_delivery * loop) / b.ncc
        always = p.k_obligatory / HOURS_PER_DAY
        urine_k = always * k + (fixed["urine_k"] - always) * (
            k**p.k_secretion_exponent
            * b.aldosterone**p.k_aldosterone_exponent
            * delivery**p.k_delivery_exponent
            * romk
        )
        urine_na = (
            fixed["urine_na"]
            * (1.0 + p.thiazide_natriuresis * thiazide)
            * (1.0 + p.loop_natriuresis * loop)
            * volume**p.na_volume_exponent
            / b.aldosterone**p.na_aldosterone_exponent
        )
        usual, least = fixed["mg_excreted_fraction"], p.mg_excreted_floor
        odds = least + mg**p.mg_excreted_exponent * (usual - least) / (1.0 - usual)
        odds *= (1.0 + p.thiazide_mg_wasting * thiazide) * (1.0 + p.loop_mg_wasting * loop)
        filtered = p.gfr / HOURS_PER_DAY * mg * (p.plasma_mg_ionised + p.plasma_mg_complexed)
        urine_mg = filtered * odds / (odds + 1.0 - least)
        urine_hco3 = [b.ecf_hco3 / p.bicarbonate_time]
        urine_hco3 += [-p.plasma_hco3 * out.volume / p.bicarbonate_time]

        # Gut and bone
        from_gut_na, from_gut_k = b.gut_na / p.absorption_time, b.gut_k / p.absorption_time
        from_gut_mg = b.gut_mg / p.mg_transit
        saturable = p.mg_absorption_active * (1.0 - control.proton_pump_inhibitor)
        absorbed_mg = saturable / (b.gut_mg + p.mg_absorption_half) + p.mg_absorption_passive
        absorbed_mg *= 1.0 - control.mg_malabsorption
        juice_mg = mg * p.mg_secreted / HOURS_PER_DAY
        bone = [
            control.bone_exchange * b.bone_mg / p.bone_mg_time,
            -control.bone_exchange * p.bone_mg * mg / p.bone_mg_time,
        ]

        # What the body gains, Cl with every cation
        gain_na = [p.absorbed_na * from_gut_na, control.infused_na, -urine_na]
        gain_k = [p.absorbed_k * from_gut_k, control.infused_k, -urine_k]
        gain_mg = [absorbed_mg * from_gut_mg, control.infused_mg, *bone, -juice_mg, -urine_mg]
        gain_cl = [*gain_na, *gain_k, *_times(2.0, gain_mg), *urine_hco3]
        cl_into_cells = [*up_na, *up_k, *_times(2.0, up_mg), *up_h]
        lost_hco3 = _times(-1.0, urine_hco3)

        # Hormones and transporters
        wits = mg**p.ncc_mg_hill
        competence = wits * (1.0 + p.ncc_half_mg**p.ncc_mg_hill)
        competence /= wits + p.ncc_half_mg**p.ncc_mg_hill
        competence = _gate(control.ncc_mg_dependence, competence, 1.0)
        ncc = _gate(control.ncc_potassium_response, k, 1.0) ** (-p.ncc_k_exponent * competence)
        ncc *= 1.0 - p.ncc_mg_loss * (1.0 - competence)
        deficit = 1.0 - _gate(control.aldosterone_mg_response, mg, 1.0)
        aldosterone = control.aldosterone_excess * (
            np.exp(p.aldosterone_k_slope * (out.k - p.plasma_k))
            / volume**p.aldosterone_volume_exponent
            * np.exp(p.aldosterone_mg_gain * deficit)
        )
        aldosterone = _gate(control.aldosterone_response, aldosterone, control.aldosterone_excess)

        rates = {
            "ecf_na": [*gain_na, *_times(-1.0, up_na)],
            "ecf_k": [*gain_k, *_times(-1.0, up_k)],
            "ecf_mg": [*gain_mg, *_times(-1.0, up_mg)],
            "ecf_cl": [*gain_cl, *_times(-1.0, cl_into_cells)],
            "ecf_hco3": [*up_h, *lost_hco3],
            "water": [
                b.water * out.osmolality / p.osmolality / p.water_time,
                -b.water / p.water_time,
            ],
            "osmoles": [*gain_na, *gain_k, *gain_cl, *lost_hco3, *up_h],
            "gut_na": [control.oral_na, -from_gut_na],
            "gut_k": [control.oral_k, -from_gut_k],
            "gut_mg": [control.oral_mg, -from_gut_mg],
            "bone_mg": _times(-1.0, bone),
            "aldosterone": _approach(b.aldosterone, aldosterone, p.aldosterone_time),
            "ncc": _approach(b.ncc, ncc, p.ncc_time),
            "tubule_mg": _approach(b.tubule_mg, p.tubule_mg * mg, p.tubule_mg_time),
            "taken_na": [control.oral_na, control.infused_na],
            "taken_k": [control.oral_k, control.infused_k],
            "taken_mg": [control.oral_mg, control.infused_mg],
            "urine_na": [urine_na],
            "urine_k": [urine_k],
            "urine_mg": [urine_mg],
            "urine_hco3": urine_hco3,
            "stool_na": [(1.0 - p.absorbed_na) * from_gut_na],
            "stool_k": [(1.0 - p.absorbed_k) * from_gut_k],
            "stool_mg": [(1.0 - absorbed_mg) * from_gut_mg, juice_mg],
            "hco3_made": up_h,
        }
        return Terms(of_cells, [rates[name] for name in BodyState._fields])

    def rates(self, t: float, y: Array, control: Control) -> Array:
        """Rates of change of the flat state per h."""
        terms = self.terms(t, y, control)
        return self.join([sum(rate) for rate in terms.cells], [sum(rate) for rate in terms.body])

    def turnover(self, t: float, y: Array, control: Control) -> Array:
        """Sum of the sizes of the terms of every rate, the scale of its rounding errors."""
        cells, body = self.terms(t, y, control)
        return self.join(
            [sum(np.abs(term) for term in rate) for rate in cells],
            [sum(abs(term) for term in rate) for rate in body],
        )

    # Time

    def integrate(
        self,
        y0: Array,
        control: Control,
        hours: float | Sequence[float],
        rtol: float = 1e-10,
        atol: float | Array | None = None,
        method: str = "LSODA",
    ) -> Array:
        """State after some hours, or at each of a rising series of hours.

        Parameters
        ----------
        y0 : (5 n + 25,) array
            State at the start.
        control : Control
            What is done to the body all the time.
        hours : float or sequence
            Time since the start [h].
        rtol, atol : float or array
            Tolerances of a step; the absolute one is by default ``rtol`` times :meth:`sizes`.
        method : str
            Method of :func:`scipy.integrate.solve_ivp`.

        Returns
        -------
        (5 n + 25,) or (moments, 5 n + 25) array
        """
        moments = np.atleast_1d(np.asarray(hours, dtype=float))
        y, t, states = np.array(y0, dtype=float), 0.0, []
        # Span by span, so no state comes out of an interpolation.
        for moment in moments:
            if moment > t:
                solution = solve_ivp(
                    self.rates,
                    (t, moment),
                    y,
                    method=method,
                    args=(control,),
                    rtol=rtol,
                    atol=rtol * self.sizes() if atol is None else atol,
                )
                if not solution.success:
                    raise RuntimeError(f"reference integration stopped: {solution.message}")
                y, t = solution.y[:, -1], moment
            states.append(y)
        return np.array(states) if np.ndim(hours) else states[0]


def _gate(gate: float, actual: Array | float, normal: float) -> Array | float:
    """What a mechanism sees: a mixture of the actual and the normal value."""
    return gate * actual + (1.0 - gate) * normal


def _times(factor: float, terms: Sequence[float]) -> list[float]:
    """Terms multiplied by a number."""
    return [factor * term for term in terms]


def _approach(level: float, target: float, time: float) -> list[float]:
    """Terms of a first-order approach."""
    return [target / time, -level / time]


def _goldman(u: Array) -> tuple[Array, Array, Array]:
    """Constant-field weights of inside and outside, u/(1 − exp(−u)) and u/(exp(u) − 1).

    Third is the slope of the outside weight; that of the inside weight is one more.
    """
    near = np.abs(u) < 1e-3
    safe = np.where(near, 1.0, u)
    inside = np.where(near, 1.0 + u / 2.0 + u**2 / 12.0 - u**4 / 720.0, -safe / np.expm1(-safe))
    outside = np.where(near, 1.0 - u / 2.0 + u**2 / 12.0 - u**4 / 720.0, safe / np.expm1(safe))
    slope = np.where(near, -0.5 + u / 6.0, (1.0 - np.where(near, 1.0, inside)) / np.expm1(safe))
    return inside, outside, slope


def _root(function: Callable[[Array], tuple[Array, Array]], low: Array, high: Array) -> Array:
    """Root of each of many functions that are negative at low and positive at high.

    Newton's method; a step that leaves the bracket, or does not halve the one before, is replaced
    by a bisection. ``function`` returns values and slopes.
    """
    if not (np.all(function(low)[0] < 0.0) and np.all(function(high)[0] > 0.0)):
        raise ValueError("the membrane current does not change sign in the bracket")
    u = 0.5 * (low + high)
    last = high - low
    for _ in range(200):
        value, slope = function(u)
        low, high = np.where(value < 0.0, u, low), np.where(value > 0.0, u, high)
        step = -value / np.where(slope == 0.0, np.inf, slope)
        poor = (u + step <= low) | (u + step >= high) | (np.abs(step) > 0.5 * np.abs(last))
        poor &= np.abs(step) > ROOT_ERROR
        step = np.where(poor, 0.5 * (low + high) - u, step)
        u, last = u + step, step
        if np.all(np.abs(step) <= ROOT_ERROR):
            return u
    raise RuntimeError("the membrane potential was not found")


def _free_magnesium(total: Array | float, sites: Array | float, half: float) -> Array | float:
    """Free Mg x in total = x + sites · x / (x + half) [mM]."""
    x = 0.5 * (total - sites - half)
    x = x + np.sqrt(x**2 + half * total)
    for _ in range(2):  # Newton's method repairs the cancellation in the root
        excess = x + sites * x / (x + half) - total
        x = x - excess / (1.0 + sites * half / (x + half) ** 2)
    return x


def _fluid_magnesium(ionised: float, volume: float, parameters: Parameters) -> float:
    """Extracellular Mg in all forms [mmol]: ionised and complexed everywhere, bound in plasma."""
    p = parameters.body
    one = p.plasma_mg_ionised + p.plasma_mg_complexed + p.plasma_share * p.plasma_mg_bound
    return volume * ionised * one / p.plasma_mg_ionised


def _pump_saturation(
    na: Array | float,
    k_out: float,
    mg_for_atp: Array | float,
    mg_for_site: Array | float,
    parameters: Parameters,
) -> Array | float:
    """Pump rate over capacity: three Na sites, K_o, MgATP and the Mg site."""
    p = parameters.cell
    mgatp = p.atp / (1.0 + p.atp_mg_dissociation / mg_for_atp)
    return (
        (1.0 + p.pump_half_na / na) ** -3
        / (1.0 + p.pump_half_k / k_out)
        / (1.0 + p.pump_half_mgatp / mgatp)
        / (1.0 + p.pump_half_mg / mg_for_site)
    )


def _mg_channel(mg_out: float, mg_in: Array | float, parameters: Parameters) -> Array | float:
    """Mg influx over its greatest."""
    p = parameters.cell
    return 1.0 / (1.0 + p.mg_influx_half_out / mg_out) / (1.0 + (mg_in / p.mg_influx_half_in) ** 2)


def _mg_exchanger(
    na_out: float,
    na_in: Array | float,
    mg_out: float,
    mg_in: Array | float,
    parameters: Parameters,
) -> Array | float:
    """Na/Mg exchange over its greatest."""
    p = parameters.cell
    return (
        1.0
        / (1.0 + (p.mg_exchange_half_mg / mg_in) ** 2)
        / (1.0 + (p.mg_exchange_half_na / na_out) ** 2)
        / (1.0 + na_in / p.mg_exchange_block_na)
        / (1.0 + mg_out / p.mg_exchange_block_mg)
    )


def _constants_of_cell(parameters: Parameters) -> dict[str, float]:
    """What the resting state of the typical cell implies, by the names of sim.cells.RestingCell."""
    p, out = parameters.cell, parameters.body
    u = p.rest_potential / THERMAL_VOLTAGE
    cl = out.plasma_cl * np.exp(u)  # Cl is at equilibrium
    weight_in, weight_out, _ = _goldman(np.array(u))
    pump = p.pump_capacity * _pump_saturation(
        p.rest_na, out.plasma_k, p.rest_mg_free, p.rest_mg_free, parameters
    )
    # Leaks balance three Na and two K a cycle, and the Na that comes in for Mg.
    p_k = 2.0 * pump / (p.rest_k * weight_in - out.plasma_k * weight_out)
    p_na = (3.0 * pump - 2.0 * p.mg_turnover) / (out.plasma_na * weight_out - p.rest_na * weight_in)
    u_k = np.log(out.plasma_k / p.rest_k)
    blocked = np.exp(p.k_leak_block_slope * (p.rest_potential - THERMAL_VOLTAGE * u_k))
    blocked *= p.rest_mg_free / p.k_leak_half_mg
    occupied = p.rest_mg_free / (p.rest_mg_free + p.mg_buffer_half)
    mg_out = out.plasma_mg_ionised
    constants = {
        "impermeant": out.osmolality - p.rest_na - p.rest_k - cl,
        "fixed_charge": p.rest_na + p.rest_k + 2.0 * p.rest_mg_total - cl,
        "p_na": p_na,
        "p_k": p_k,
        "p_cl": p.cl_over_k_permeability * p_k,
        "k_gate": (1.0 + p.k_leak_resistant * blocked) / (1.0 + blocked),
        "mg_sites": (p.rest_mg_total - p.rest_mg_free) / occupied,
        "mg_influx": p.mg_turnover / _mg_channel(mg_out, p.rest_mg_free, parameters),
        "mg_exchange": p.mg_turnover
        / _mg_exchanger(out.plasma_na, p.rest_na, mg_out, p.rest_mg_free, parameters),
    }
    return {name: float(value) for name, value in constants.items()}


def _constants_of_body(parameters: Parameters) -> dict[str, float]:
    """What the healthy body implies, by the names of sim.body.RestingBody."""
    p = parameters.body
    salts = p.plasma_na + p.plasma_k + p.plasma_cl + p.plasma_hco3
    charge = p.plasma_na + p.plasma_k - p.plasma_cl - p.plasma_hco3
    mg = _fluid_magnesium(p.plasma_mg_ionised, p.ecf_volume, parameters)
    gut_mg = p.intake_mg * p.mg_transit / HOURS_PER_DAY
    fraction = p.mg_absorption_active / (gut_mg + p.mg_absorption_half) + p.mg_absorption_passive
    filtered = p.gfr * (p.plasma_mg_ionised + p.plasma_mg_complexed)
    return {
        "ecf_other_osmoles": p.ecf_volume * (p.osmolality - salts),
        "ecf_other_charge": p.ecf_volume * charge + 2.0 * mg,
        "urine_na": p.intake_na * p.absorbed_na / HOURS_PER_DAY,
        "urine_k": p.intake_k * p.absorbed_k / HOURS_PER_DAY,
        "mg_excreted_fraction": (fraction * p.intake_mg - p.mg_secreted) / filtered,
    }
