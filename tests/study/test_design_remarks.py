"""What a design asks for and cannot have, or has no effect, is said in a sentence."""

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import InputWarning
from sim.study.design import read_design

SMALL: dict[str, Any] = {"conditions": ["baseline"], "replicates": 3, "cells": 5, "duration": "2 day"}
STILL: dict[str, Any] = {"persons": False, "noise": False, "heterogeneous": False}
MG = {"pump_half_mg": ["0.05 mM", "0.1 mM"]}
LATE = {"name": "late", "duration": "2 day", "meal": [{"start": "5 day", "potassium": "9 mmol"}]}

REMARKS: dict[str, tuple[dict[str, Any], str]] = {
    "a factor with one level": (
        {"samples": {"method": "grid", "ranges": {**MG, "gfr": ["170 L/day"]}}},
        "samples: gfr has one value, so it does not vary",
    ),
    "a factor of persons without persons": (
        {"persons": False, "samples": {"method": "grid", "ranges": {"sd_gfr": [0.11, 0.12]}}},
        "samples: sd_gfr acts on virtual persons only",
    ),
    "a factor of noise without noise": (
        {"noise": False, "samples": {"method": "grid", "ranges": {"noise_leak": [0.11, 0.12]}}},
        "samples: noise_leak acts on fluctuations only",
    ),
    "one parameter set": (
        {"samples": {"method": "sobol", "number": 1, "ranges": MG}},
        "samples: there is one parameter set",
    ),
    "arms that are the same": (
        {"conditions": ["baseline", {"name": "b", "duration": "9 day"}]},
        "the arms baseline and b are the same in all but their names",
    ),
    "replicates that are the same": (STILL, "all 3 replicates are the same"),
    "an arm with a late meal": (
        {"conditions": ["baseline", LATE]},
        "late: meal no. 1 (meal: K 9 mmol) starts on day 5",
    ),
    "all arms with rows beyond the end": ({"every": "90 hour"}, "the run is shorter, 48 h"),
    "an endpoint twice": (
        {"endpoints": ["plasma_k < 3.5", "plasma_k < 3.5 mEq/L"]},
        "endpoints: plasma_k < 3.5 mM is given 2 times",
    ),
    "an endpoint that is never reached": (
        {"endpoints": ["plasma_k < 0"]},
        "endpoints: plasma_k < 0 mM is never true",
    ),
    "an endpoint that is always reached": (
        {"endpoints": ["plasma_mg > -1"]},
        "endpoints: plasma_mg > -1 mM is always true",
    ),
    "more cells than there are": (
        {"snapshots": {"at": ["1 day"], "cells": 50}},
        "snapshots: 50 cells are asked for; a body has 5",
    ),
    "a snapshot after the end of one arm": (
        {
            "duration": None,
            "conditions": [{"name": "a", "duration": "2 day"}, {"name": "b", "duration": "1 day"}],
            "snapshots": {"at": ["2 day"]},
        },
        "snapshots: b ends on day 1, so it has none of day 2",
    ),
    "a parameter as it is": (
        {"parameters": {"pump_half_mg": f"{sim.Parameters().cell.pump_half_mg!r} mM"}},
        "is its published value: nothing changes",
    ),
}


@pytest.mark.parametrize(("fields", "words"), REMARKS.values(), ids=REMARKS.keys())
def test_what_has_no_effect_in_a_design_is_said(fields: dict[str, Any], words: str) -> None:
    data = {key: value for key, value in {**SMALL, **fields}.items() if value is not None}
    (remark,) = read_design(data).remarks
    assert words in remark


def test_designs_without_fault_have_no_remark() -> None:
    assert read_design(SMALL).remarks == []
    grid = {"samples": {"method": "grid", "ranges": MG}, "endpoints": ["plasma_k < 3.5"]}
    assert read_design({**SMALL, **grid, "snapshots": {"at": ["0 day"]}}).remarks == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("replicates", True),
        ("replicates", 1.0),
        ("cells", True),
        ("cells", "5"),
        ("seed", False),
        ("first_replicate", True),
        ("persons", 1),
        ("noise", "yes"),
        ("heterogeneous", 0),
        ("parameters", {"sd_gfr": True}),
        ("samples", {"method": "grid", "ranges": {"sd_gfr": [True, 0.12]}}),
        ("samples", {"method": "sobol", "number": True, "ranges": MG}),
        ("snapshots", {"at": ["1 day"], "cells": True}),
    ],
)
def test_true_is_no_number_in_a_design(field: str, value: Any) -> None:
    with pytest.raises(sim.DesignError, match=r"should be a valid (integer|boolean)|is not a number"):
        read_design({**SMALL, field: value})


def test_a_parameter_is_not_asked_for_as_an_endpoint() -> None:
    """It is given, not simulated; a variable that is not recorded is refused too."""
    with pytest.raises(sim.DesignError, match="gfr is a parameter, which is given"):
        read_design({**SMALL, "endpoints": ["gfr < 100"]})
    with pytest.raises(sim.DesignError, match="ncc is not recorded"):
        read_design({**SMALL, "endpoints": ["ncc < 1"]})


def test_python_callers_are_warned_of_a_design(tmp_path: Path) -> None:
    """The warning points to their own line, and the remarks are kept with the study."""
    design = read_design({**SMALL, **STILL, "duration": "0.25 day", "every": "6 hour"})
    with pytest.warns(InputWarning, match="all 3 replicates are the same") as caught:
        study = sim.run_study(design, tmp_path / "study", workers=1)
    assert caught[0].filename == __file__
    assert study.provenance()["remarks"] == design.remarks
