"""Edits by hand: possible ones are done, others refused before anything changes."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import sim
from sim.quantities.ions import CATIONS
from sim.tissue.edits import BOUNDS, EDITABLE_TRAITS, check_value

NO_NUMBERS: list[Any] = [
    np.nan, np.inf, -np.inf, True, "20", "20 mmol", None, [1.0], np.array([1.0]), 1j, 10**400, 10**5000,
]  # fmt: skip
OUT_OF_REACH = [1e300, -1e300, 1e6, -1e6]
TRAITS = tuple(EDITABLE_TRAITS.values())
CONCENTRATIONS = ("na_in", "k_in")


@pytest.fixture(scope="module")
def model() -> sim.TissueModel:
    return sim.TissueModel("severe-magnesium-loss", 20, rng=2)


def short(value: object) -> str:
    """Name of a test's argument."""
    return "long integer" if isinstance(value, int) and value > 10**9 else repr(value)


def assert_refused(tissue: sim.Tissue, edit: Callable[[], object], match: str) -> None:
    """Whatever is refused leaves the tissue as it was, to the bit."""
    before = [part.tobytes() for part in tissue.checkpoint()]
    with pytest.raises(sim.InputError, match=match):
        edit()
    assert [part.tobytes() for part in tissue.checkpoint()] == before


@pytest.mark.parametrize("amount", [*NO_NUMBERS, *OUT_OF_REACH], ids=short)
@pytest.mark.parametrize("ion", [cation.name for cation in CATIONS])
def test_impossible_injections_are_refused(model: sim.TissueModel, ion: str, amount: Any) -> None:
    assert_refused(model.tissue, lambda: model.extracellular.inject(ion, amount), f"{ion}.*give")


@pytest.mark.parametrize("value", [*NO_NUMBERS, *OUT_OF_REACH, -1.0], ids=short)
@pytest.mark.parametrize("name", [*TRAITS, *CONCENTRATIONS])
def test_impossible_values_of_a_cell_are_refused(model: sim.TissueModel, name: str, value: Any) -> None:
    cell = model.cells[4]
    assert_refused(model.tissue, lambda: setattr(cell, name, value), f"{name} of cell 4 = .*; give")


@pytest.mark.parametrize("ion", ["calcium", "K", "chloride", "", 5, None, ["sodium"]], ids=repr)
def test_other_ions_cannot_be_injected(model: sim.TissueModel, ion: Any) -> None:
    assert_refused(
        model.tissue,
        lambda: model.extracellular.inject(ion, 1.0),
        "give sodium, potassium or magnesium",
    )


def test_no_more_can_be_removed_than_is_there(model: sim.TissueModel) -> None:
    for place, cation in enumerate(CATIONS):
        present = float(model.tissue.body.ecf[place])
        for amount in (-present, -2.0 * present):
            assert_refused(
                model.tissue,
                lambda ion=cation.name, amount=amount: model.extracellular.inject(ion, amount),
                "cannot be removed: the extracellular fluid holds",
            )


PLACES: dict[str, Callable[[sim.Tissue], object]] = {
    "cell = -1": lambda tissue: tissue.set_trait(-1, 0, 1.0),
    "cell = 20": lambda tissue: tissue.set_trait(20, 0, 1.0),
    "cell = True": lambda tissue: tissue.set_trait(True, 0, 1.0),
    "cell = 1.0": lambda tissue: tissue.set_trait(1.0, 0, 1.0),  # type: ignore[arg-type]
    "trait = 3": lambda tissue: tissue.set_trait(0, 3, 1.0),
    "trait = -1": lambda tissue: tissue.set_trait(0, -1, 1.0),
    "trait = 'size'": lambda tissue: tissue.set_trait(0, "size", 1.0),  # type: ignore[arg-type]
    "cell = -2": lambda tissue: tissue.add_to_cell(-2, 0, 1.0),
    "state = 2": lambda tissue: tissue.add_to_cell(0, 2, 1.0),
    "state = -1": lambda tissue: tissue.add_to_cell(0, -1, 1.0),
    "state = 3": lambda tissue: tissue.add_to_fluid(3, 1.0),
    "state = 'K'": lambda tissue: tissue.add_to_fluid("K", 1.0),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("problem", "edit"), PLACES.items(), ids=PLACES.keys())
def test_there_are_only_so_many_cells_and_states(
    model: sim.TissueModel, problem: str, edit: Callable[[sim.Tissue], object]
) -> None:
    assert_refused(model.tissue, lambda: edit(model.tissue), f"{problem} .*; give")


def test_all_traits_except_size_can_be_edited(model: sim.TissueModel) -> None:
    assert set(TRAITS) == {"pump_capacity", "k_leak", "na_leak"}
    with pytest.raises(AttributeError):
        model.cells[0].size = 2.0  # type: ignore[misc]


def test_all_problems_of_an_edit_are_listed(model: sim.TissueModel) -> None:
    with pytest.raises(sim.InputError) as refusal:
        model.tissue.add_to_cell(99, 7, np.nan)
    assert [problem.split()[0] for problem in refusal.value.problems] == ["cell", "state", "amount"]


@pytest.mark.parametrize("value", [np.float32(0.5), np.int64(2), Fraction(1, 2), 0])
def test_all_kinds_of_numbers_are_numbers(value: Any) -> None:
    model = sim.TissueModel("baseline", 3, rng=1)
    model.cells[0].k_leak = value
    model.extracellular.inject("sodium", value)
    assert model.cells[0].k_leak == float(value)
    assert model.tissue.edits == 2


@pytest.mark.parametrize("side", ["low", "high"])
@pytest.mark.parametrize("name", [*TRAITS, *CONCENTRATIONS])
def test_steps_can_be_taken_from_every_bound_of_a_cell(name: str, side: str) -> None:
    bound = getattr(BOUNDS[name], side)
    model = sim.TissueModel("severe-magnesium-loss", 20, rng=2)
    for cell_type in ("muscle", "red_cell"):
        cell = next(cell for cell in model.cells if cell.cell_type == cell_type)
        setattr(cell, name, bound)
    for _ in range(4):
        model.step()
    assert model.tissue.audit().worst <= 1e-12


BEYOND = {
    "plasma_na": (89.95, 250.05),
    "plasma_k": (0.29, 30.05),
    "plasma_mg": (0.049, 15.05),
    "plasma_cl": (19.95, 250.05),
    "na_in": (0.49, 200.05),
    "k_in": (0.99, 300.05),
    "pump_capacity": (-0.01, 100.05),
    "k_leak": (-0.01, 100.05),
    "na_leak": (-0.01, 100.05),
}
"""Values just beyond the bounds that users are shown."""


@pytest.mark.parametrize("name", BOUNDS)
def test_values_just_beyond_a_bound_are_refused(name: str) -> None:
    bounds = BOUNDS[name]
    inside = 0.5 * (bounds.low + bounds.high)
    for value in BEYOND[name]:
        with pytest.raises(sim.InputError, match=name):
            check_value(name, 0, value, inside)
    for value in (bounds.low, inside, bounds.high):
        assert check_value(name, 0, value, inside) == value


INJECTIONS = {
    ("sodium", "low"): -1200.0,
    ("sodium", "high"): 4000.0,
    ("potassium", "low"): -56.0,
    ("potassium", "high"): 420.0,
    ("magnesium", "low"): -9.0,
    ("magnesium", "high"): 280.0,
}
"""Amounts [mmol] that leave plasma near a bound."""


@pytest.mark.parametrize(("ion", "side"), INJECTIONS)
def test_steps_can_be_taken_from_near_every_bound_of_plasma(ion: str, side: str) -> None:
    model = sim.TissueModel("severe-magnesium-loss", 20, rng=2)
    amount = INJECTIONS[ion, side]
    model.extracellular.inject(ion, amount)
    bound = getattr(BOUNDS["plasma_" + {"sodium": "na", "potassium": "k", "magnesium": "mg"}[ion]], side)
    level = getattr(model.extracellular, {"sodium": "na", "potassium": "k", "magnesium": "mg"}[ion])
    assert level == pytest.approx(bound, rel=0.5)
    for _ in range(4):
        model.step()
    assert model.tissue.audit().worst <= 1e-12
    beyond = sim.TissueModel("severe-magnesium-loss", 20, rng=2)
    with pytest.raises(sim.InputError, match=r"would be|cannot be removed"):
        beyond.extracellular.inject(ion, 1.3 * amount)


def test_an_edit_towards_the_bounds_is_allowed() -> None:
    """What the equations led to may lie outside; a step back from there is no fault."""
    model = sim.TissueModel("baseline", 20, rng=2, noise=False)
    cell = model.cells[0]
    model.tissue.cells[0, 0] = 0.1
    outside = cell.na_in
    assert outside < BOUNDS["na_in"].low
    with pytest.raises(sim.InputError, match="na_in of cell 0"):
        cell.na_in = 0.99 * outside
    cell.na_in = 1.01 * outside
    assert model.tissue.edits == 1


def test_a_failure_after_an_edit_names_the_edits() -> None:
    model = sim.TissueModel("baseline", 10, rng=2, noise=False)
    for cell in model.cells:
        cell.pump_capacity = 0.0
    with pytest.raises(sim.IntegrationError, match="edits made by hand"):
        model.run_model()


ARRAYS: dict[str, Callable[[sim.TissueModel], Any]] = {
    "y": lambda model: model.tissue.y,
    "cells": lambda model: model.tissue.cells,
    "traits": lambda model: model.tissue.traits,
    "body of the view": lambda model: model.view.body,
}


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_changed_by_hand_are_not_blamed_on_the_doses(name: str, value: float) -> None:
    model = sim.TissueModel("baseline", 4, rng=1)
    model.step()
    safe = model.tissue.checkpoint()
    ARRAYS[name](model).flat[0] = value
    with pytest.raises(sim.InputError, match=r"^1 numbers .* changed by hand; restore a checkpoint"):
        model.step()
    model.tissue.restore(safe)
    model.step()
    assert model.day == 0.25
