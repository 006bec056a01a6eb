"""How an integration failed, in the words of physiology."""

from itertools import pairwise
from typing import Final

from sim.numerics.layout import names_of
from sim.numerics.step_control import NEGATIVE, Outcome
from sim.parameters import CELL_TYPES, TITLES
from sim.physiology.body_state import BodyState
from sim.physiology.cell_heterogeneity import edges_of
from sim.physiology.cell_state import CellState
from sim.physiology.cell_traits import N_STATES
from sim.quantities.ions import BY_NAME
from sim.quantities.units import HOURS_PER_DAY

ADVICE: Final = "check the condition's doses and losses, and the parameters that were changed"

_BY_SYMBOL: Final = {ion.symbol.lower(): ion.symbol for ion in BY_NAME.values()}
_COMPARTMENTS: Final = {
    "ecf": "extracellular {}",
    "gut": "{} in the gut",
    "bone": "exchangeable {} of bone",
    "tubule": "{} of distal tubule cells",
    "intake": "the total of {} taken in",
    "urine": "the total of {} in urine",
    "stool": "the total of {} in stool",
}
_OTHERS: Final = {
    "water": "body water",
    "osmoles": "the osmoles of the body",
    "gut_carbohydrate": "carbohydrate in the gut",
    "pth": "PTH",
    "pth_action": "the action of PTH",
    "ncc": "NCC activity",
    "hco3_made": "HCO3 left behind by H in cells",
}
_IN_CELLS: Final = {
    "na": "Na",
    "k": "K",
    "mg": "Mg",
    "buffered": "buffered H",
    "expression": "the number of pump sites",
}


def describe_failure(outcome: Outcome, counts: list[int], *, edited: bool = False) -> str:
    """Say in a sentence how integration failed.

    Parameters
    ----------
    outcome : Outcome
        Of the integrator; its place says which state became impossible.
    counts : list of int
        Number of cells of each type.
    edited : bool
        Whether the state was edited by hand, which may then be the cause.
    """
    advice = f"{ADVICE}, and the edits made by hand" if edited else ADVICE
    when = f"on day {outcome.time / HOURS_PER_DAY:.3f}"
    if outcome.place < 0:
        return f"levels changed too fast to be followed {when}: the equations became too stiff; {advice}"
    what = _place_in_words(outcome.place, counts)
    if outcome.code == NEGATIVE:
        return (
            f"{what} was used up {when}: more was lost than there was; no body survives this; {advice}"
        )
    return f"{what} grew beyond any number {when}; no body survives this; {advice}"


def _place_in_words(place: int, counts: list[int]) -> str:
    """What a place in the state vector holds."""
    n = sum(counts)
    if place >= N_STATES * n:
        return body_state_in_words(names_of(BodyState)[place - N_STATES * n])
    state, cell = CellState._fields[place // n], place % n
    spans = zip(CELL_TYPES, pairwise(edges_of(counts)), strict=True)
    kind = next(name for name, (start, stop) in spans if start <= cell < stop)
    return f"{_IN_CELLS[state]} of cell {cell} ({TITLES[kind]})"


def body_state_in_words(name: str) -> str:
    """State of the body, in words."""
    if name in _OTHERS:
        return _OTHERS[name]
    compartment, _, key = name.partition("_")
    if compartment in _COMPARTMENTS and key in _BY_SYMBOL:
        return _COMPARTMENTS[compartment].format(_BY_SYMBOL[key])
    return name
