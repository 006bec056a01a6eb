"""Edits by hand: which are possible, judged before anything changes.

An edit is refused as a whole or done as a whole. What an edit may leave is data, :data:`BOUNDS`. What
the equations themselves lead to is not limited by it, and an edit towards the bounds is never refused.
"""

import reprlib
from numbers import Integral
from typing import NamedTuple

import numpy as np

from sim.errors import InputError
from sim.numerics.layout import names_of
from sim.physiology.body_state import BodyState
from sim.physiology.cell_state import CellTraits
from sim.physiology.cell_traits import Traits
from sim.physiology.fluid import Fluid
from sim.quantities.ions import CATIONS, MAGNESIUM
from sim.tissue.arguments import finite_number
from sim.tissue.context import Array, Context
from sim.tissue.equations import shared_fluid
from sim.tissue.membranes import cell_water

ECF_CL = names_of(BodyState).index("ecf_cl")
OSMOLES = names_of(BodyState).index("osmoles")

EXCHANGED = ("na", "k")
"""States of a cell to which an edit adds, in exchange for H; the first places of ``CellState``."""


class Bounds(NamedTuple):
    """Values that an edit may leave, and why not others."""

    title: str
    low: float
    high: float
    unit: str
    reason: str


_LETHAL = "hardly anyone survives beyond, and the equations are not tested there"
_DEAD = "outside no cell lives, and the equations are not tested there"
_FACTOR = "no cell of a body has a hundred times the pumps or channels of another of its type"

BOUNDS = {
    "plasma_na": Bounds("plasma Na", 90.0, 250.0, "mM", _LETHAL),
    "plasma_k": Bounds("plasma K", 0.3, 30.0, "mM", _LETHAL),
    "plasma_mg": Bounds("ionised plasma Mg", 0.05, 15.0, "mM", _LETHAL),
    "plasma_cl": Bounds("plasma Cl", 20.0, 250.0, "mM", _LETHAL),
    "na_in": Bounds("Na in cell water", 0.5, 200.0, "mM", _DEAD),
    "k_in": Bounds("K in cell water", 1.0, 300.0, "mM", _DEAD),
    "pump_capacity": Bounds("pump capacity", 0.0, 100.0, "times the typical cell's", _FACTOR),
    "k_leak": Bounds("K leak", 0.0, 100.0, "times the typical cell's", _FACTOR),
    "na_leak": Bounds("Na leak", 0.0, 100.0, "times the typical cell's", _FACTOR),
}
"""What an edit may leave; a test takes steps from each bound."""

EDITABLE_TRAITS = {
    CellTraits._fields.index(name): name for name in ("pump_capacity", "k_leak", "na_leak")
}
"""Traits that can be edited, by their places. Size is fixed, because balances count cells by it."""

ROUNDING = 1e-9
"""Relative distance from a bound that is rounding only."""


def check_value(name: str, cell: int, value: object, present: float) -> float:
    """Return a value that an edit would leave in a cell, or refuse it.

    Parameters
    ----------
    name : str
        What the value is, of the names in :data:`BOUNDS`.
    cell : int
        Place of the cell.
    value : object
        What was given.
    present : float
        The value before the edit; a step from outside towards the bounds is allowed.

    Raises
    ------
    InputError
        If the value is no finite number or out of bounds.
    """
    bounds, number = BOUNDS[name], finite_number(value)
    if number is not None and not _leaves(number, bounds, present):
        return number
    given = f"{_shown(value)} is not a finite number" if number is None else f"{number:g}"
    allowed = f"give {bounds.low:g} to {bounds.high:g} {bounds.unit} ({bounds.reason})"
    raise InputError([f"{name} of cell {cell} = {given}; {allowed}"])


def check_trait(traits: Traits, cell: int, trait: int, value: object) -> float:
    """Return the value of a trait that can be set, or refuse the edit.

    Parameters
    ----------
    traits : (traits, cells) array
        Traits of all cells.
    cell, trait : int
        Places of the cell and of the trait.
    value : object
        What was given [1].

    Raises
    ------
    InputError
        If there is no such cell, the trait is fixed, or the value is impossible.
    """
    name = EDITABLE_TRAITS.get(trait) if _is_place(trait) else None
    problems = _cell_problems(cell, traits.shape[1])
    if name is None:
        places = ", ".join(f"{place} ({name})" for place, name in EDITABLE_TRAITS.items())
        problems.append(f"trait = {trait!r} cannot be changed; give one of {places}")
    if problems or name is None:
        raise InputError(problems)
    return check_value(name, cell, value, float(traits[trait, cell]))


def check_exchange(
    cells: Array, fluid: Fluid, context: Context, cell: int, state: int, amount: object
) -> float:
    """Return an amount that a cell can take up in exchange for H, or refuse the edit.

    Parameters
    ----------
    cells : (states, cells) array
        States of all cells.
    fluid : Fluid
        Extracellular fluid.
    context : Context
        What rates depend on.
    cell, state : int
        Places of the cell and of Na or K among its states.
    amount : object
        What was given [mmol per L of reference water].

    Raises
    ------
    InputError
        If there is no such cell or state, or the amount is impossible.
    """
    problems = _cell_problems(cell, cells.shape[1])
    if not (_is_place(state) and state < len(EXCHANGED)):
        problems.append(f"state = {state!r} cannot be added to; give 0 (Na) or 1 (K)")
    number = finite_number(amount)
    if number is None:
        problems.append(
            f"amount = {_shown(amount)} is not a finite number; give mmol per L of cell water"
        )
    if problems or number is None:
        raise InputError(problems)
    name = f"{EXCHANGED[state]}_in"
    present, water = float(cells[state, cell]), cell_water(cells, fluid, context, cell)
    check_value(name, cell, (present + number) / water, present / water)
    return number


class Salt(NamedTuple):
    """The chloride salt of a cation: amounts of both ions [mmol], and the osmoles they add [mosm]."""

    cation: float
    chloride: float
    osmoles: float


def salt_of(cation: int, amount: float) -> Salt:
    """Chloride salt of the cation at a place of :data:`~sim.quantities.ions.CATIONS` [mmol]."""
    chloride = CATIONS[cation].valence * amount
    osmotic = 0.0 if CATIONS[cation] is MAGNESIUM else amount
    return Salt(cation=amount, chloride=chloride, osmoles=osmotic + chloride)


def add_salt(body: Array, cation: int, salt: Salt) -> None:
    """Add a salt to the extracellular fluid of a state of the body, in place."""
    body[cation] += salt.cation
    body[ECF_CL] += salt.chloride
    body[OSMOLES] += salt.osmoles


def check_salt(body: Array, context: Context, cation: int, amount: object) -> Salt:
    """Return a salt that the extracellular fluid can take up or give, or refuse the edit.

    Parameters
    ----------
    body : array
        State of the body.
    context : Context
        What rates depend on.
    cation : int
        Place of the cation among :data:`~sim.quantities.ions.CATIONS`.
    amount : object
        What was given [mmol]; a negative amount is removed.

    Raises
    ------
    InputError
        If there is no such cation, or the amount is impossible.
    """
    if not (_is_place(cation) and cation < len(CATIONS)):
        places = ", ".join(f"{place} ({ion.name})" for place, ion in enumerate(CATIONS))
        raise InputError([f"state = {cation!r} is no cation of the fluid; give one of {places}"])
    ion, number, present = CATIONS[cation], finite_number(amount), float(body[cation])
    level = f"plasma_{ion.symbol.lower()}"
    if number is None:
        hint = f"give mmol that leave {_range(BOUNDS[level])}"
        raise InputError([f"{_shown(amount)} of {ion.name} is not a finite number; {hint}"])
    given = f"{number:g} mmol of {ion.name}"
    if present + number <= 0.0:
        hint = f"the extracellular fluid holds {present:.4g} mmol; give less to remove"
        raise InputError([f"{given} cannot be removed: {hint}"])
    salt, after = salt_of(cation, number), body.copy()
    with np.errstate(all="ignore"):
        add_salt(after, cation, salt)
        left, now = shared_fluid(after, context), shared_fluid(body, context)
    problems = [
        f"{given}: {BOUNDS[name].title} would be {value:.4g} mM; give an amount that leaves "
        f"{_range(BOUNDS[name])}"
        for name in (level, "plasma_cl")
        if _leaves(value := _level(left, name), BOUNDS[name], _level(now, name))
    ]
    if problems:
        raise InputError(problems)
    return salt


def _range(bounds: Bounds) -> str:
    """Bounds in words."""
    return f"{bounds.title} between {bounds.low:g} and {bounds.high:g} {bounds.unit} ({bounds.reason})"


def _level(fluid: Fluid, name: str) -> float:
    """Concentration of an extracellular fluid [mM], by its name in :data:`BOUNDS`."""
    return float(getattr(fluid, name.removeprefix("plasma_")))


def _shown(value: object) -> str:
    """Show what was given, shortened if it is long."""
    try:
        return reprlib.repr(value)
    except ValueError:  # Python does not write integers of thousands of digits.
        return f"a {type(value).__name__} of thousands of digits"


def _leaves(value: float, bounds: Bounds, present: float) -> bool:
    """Say whether a value is out of bounds, NaN included, and no nearer to them than the present one."""
    if value < bounds.low:
        return value < min(present, bounds.low * (1.0 - ROUNDING))
    return not value <= max(present, bounds.high * (1.0 + ROUNDING))


def _is_place(place: object) -> bool:
    if type(place) is not int and (isinstance(place, bool) or not isinstance(place, Integral)):
        return False
    return int(place) >= 0


def _cell_problems(cell: int, n_cells: int) -> list[str]:
    """Say that there is no such cell; NumPy would count a negative place from the end."""
    if _is_place(cell) and cell < n_cells:
        return []
    return [f"cell = {cell!r} does not exist; give 0 to {n_cells - 1}"]
