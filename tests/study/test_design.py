"""The design of a study: it survives writing, its problems are named by its keys, its points spread."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats.qmc import LatinHypercube, Sobol

from sim.conditions.condition import load, read
from sim.errors import DesignError, InputError
from sim.numerics.random_streams import Purpose, stream
from sim.parameters import FACTS
from sim.study.design import DEFAULT_VARIABLES, MAX_FIRST_REPLICATE, MAX_MEMBERS, Design, read_design
from sim.study.design_files import load_design
from sim.study.samples import MAX_DIMENSIONS, Samples
from sim.variables.endpoints import Endpoint
from tests.laws.law_tests import plausible, reproducible
from tests.study.study_tools import ROOT

ARMS = ["baseline", "thiazide"]
MG = {"pump_half_mg": ["0.05 mM", "0.2 mM"]}
FULL: dict[str, Any] = {
    "name": "full",
    "title": "Everything at once",
    "description": "A line.",
    "conditions": [
        "baseline",
        {
            "name": "mine",
            "duration": "40 day",
            "diet": [{"potassium": "40 mmol/day", "start": "100 min"}],
            "meals": [{"at": ["7:10", "19:00"], "stop": "3 day"}],
            "treatment": [{"kind": "thiazide", "effect": 0.3}],
            "without": ["romk-mg-block"],
            "parameters": {"romk_half_mg": "0.9 mM"},
        },
    ],
    "replicates": 12,
    "first_replicate": 5,
    "cells": 20,
    "seed": 3,
    "persons": False,
    "noise": False,
    "heterogeneous": False,
    "duration": "36.5 hour",
    "every": "100 min",
    "variables": ["plasma_k", "urine_k", "aldosterone"],
    "parameters": {"gfr": "150 L/day"},
    "samples": {"method": "latin-hypercube", "number": 7,
                "ranges": MG | {"sd_size": [0.1, 0.3], "plasma_mg_bound": ["0.2 mM", "300 µM"]}},
    "snapshots": {"at": ["0 hour", "1.25 day"], "cells": 8, "variables": ["k_in", "water"]},
    "endpoints": ["plasma_k < 3.5", "aldosterone >= 2e0"],
}  # fmt: skip
"""Every key of a design, none as it is by default."""


def make(**fields: Any) -> Design:
    """Design of two arms."""
    return read_design({"conditions": ARMS, **fields})


def problems(**fields: Any) -> list[str]:
    """Sentences with which a design is refused."""
    with pytest.raises(DesignError) as refusal:
        make(**fields)
    return refusal.value.problems


def toml(data: Mapping[str, Any]) -> str:
    """Nested data as TOML, inline but for the top."""
    return "".join(f"{key} = {toml_value(value)}\n" for key, value in data.items() if value is not None)


def toml_value(value: Any) -> str:
    """A value as TOML writes it in a line."""
    if isinstance(value, Mapping):
        pairs = [f"{json.dumps(k)} = {toml_value(v)}" for k, v in value.items() if v is not None]
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


# Writing and reading


@pytest.mark.parametrize("data", [{"conditions": ARMS}, FULL], ids=["short", "full"])
def test_a_design_survives_json(data: dict[str, Any]) -> None:
    """Written and read again it is the same, to the bit."""
    design = read_design(data)
    text = design.model_dump_json()
    assert read_design(json.loads(text)) == design
    assert read_design(json.loads(text)).model_dump_json() == text
    assert read_design(json.loads(text)).points() == design.points()


@pytest.mark.parametrize("data", [{"conditions": ARMS}, FULL], ids=["short", "full"])
def test_a_design_survives_toml(data: dict[str, Any], tmp_path: Path) -> None:
    """From a file as people write it, or as it is written out."""
    design = read_design(data)
    for number, content in enumerate((data, json.loads(design.model_dump_json()))):
        path = tmp_path / f"study-{number}.toml"
        path.write_text(toml({"name": design.name, **content}), encoding="utf-8")
        assert load_design(path) == design


@given(
    low=plausible("pump_half_mg"),
    seed=st.integers(0, 2**70),
    hours=st.floats(0.01, 1000.0),
    duration=st.floats(1.0, 5000.0),
    gfr=plausible("gfr"),
)
@reproducible
def test_any_numbers_survive(low: float, seed: int, hours: float, duration: float, gfr: float) -> None:
    """Durations, spacings, seeds, parameters and ranges are kept to the bit."""
    design = make(
        seed=seed,
        every=f"{hours!r} hour",
        duration=f"{duration!r} hour",
        parameters={"gfr": f"{gfr!r} L/day"},
        samples={"method": "grid", "ranges": {"pump_half_mg": [f"{low!r} mM"]}},
    )
    assert (design.every, design.duration, design.seed) == (hours, duration, seed)
    assert design.points() == [{"pump_half_mg": low}]
    assert read_design(json.loads(design.model_dump_json())) == design


def test_keys_of_version_01_are_read(tmp_path: Path) -> None:
    """From Python, from a file and by a revision; they are written under their present names."""
    path = tmp_path / "old.toml"
    path.write_text('conditions = ["baseline"]\nask = ["plasma_k < 3.5"]\n', encoding="utf-8")
    for design in (
        load_design(path),
        Design(conditions=["baseline"], ask=["plasma_k < 3.5"]),  # type: ignore[call-arg]
        make(endpoints=["pth > 2"]).revised(ask=["plasma_k < 3.5"]),
    ):
        assert design.endpoints == design.ask == ("plasma_k < 3.5",)
        assert "ask" not in json.loads(design.model_dump_json())


def test_checking_parts_of_a_design_loads_no_compiled_engine() -> None:
    """Parameter sets, snapshots and endpoints are data."""
    code = (
        "import sys, sim.study.samples, sim.study.snapshots, sim.study.executors.registry\n"
        "from sim.study.samples import Samples\n"
        "ranges = {'pump_half_mg': ['0.05 mM', '0.2 mM']}\n"
        "Samples(method='sobol', number=4, ranges=ranges).points(3)\n"
        "print({'numba', 'llvmlite', 'mesa'} & set(sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (out.stdout, out.stderr) == ("set()\n", "")


def test_what_is_left_out_has_a_default() -> None:
    """A design is short where nothing special is wanted."""
    design = make()
    assert (design.name, design.replicates, design.first_replicate, design.cells) == (
        "study",
        100,
        0,
        100,
    )
    assert (design.seed, design.persons, design.noise, design.heterogeneous) == (0, True, True, True)
    assert (design.every, design.duration, design.variables) == (24.0, None, DEFAULT_VARIABLES)
    assert (design.samples, design.snapshots, design.endpoints, design.parameters) == (
        None,
        None,
        (),
        {},
    )


def test_conditions_come_by_name_file_table_or_as_they_are(tmp_path: Path) -> None:
    """In any mixture, in the order given."""
    file = tmp_path / "mine.toml"
    file.write_text('duration = "3 day"\n', encoding="utf-8")
    table = {"name": "table", "duration": "4 day"}
    given = [load("thiazide"), file, "baseline", table]
    design = Design(conditions=given)
    assert design.arms == ["thiazide", "mine", "baseline", "table"]
    assert design.conditions[3] == read(table)


def test_a_designs_files_lie_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the program is started; the file's name is the study's, unless it has one."""
    monkeypatch.chdir("/")
    (tmp_path / "mine.toml").write_text('duration = "3 day"\n', encoding="utf-8")
    path = tmp_path / "my-study.toml"
    path.write_text('conditions = ["baseline", "mine.toml"]\n', encoding="utf-8")
    assert (load_design(path).name, load_design(path).arms) == ("my-study", ["baseline", "mine"])
    path.write_text('name = "other"\nconditions = ["mine.toml"]\n', encoding="utf-8")
    assert load_design(path).name == "other"


def test_a_file_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    """Missing, no TOML, or a condition that is missing."""
    path = tmp_path / "study.toml"
    for content, wanted in (
        (None, "cannot be read: No such file"),
        (b"conditions = [", "is not valid TOML"),
        (b'conditions = ["\xff"]', "is not valid TOML"),
        (b'conditions = ["none.toml"]', f"conditions: no. 1: {tmp_path / 'none.toml'} cannot be read"),
    ):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(DesignError) as refusal:
            load_design(path)
        assert len(refusal.value.problems) == 1
        assert wanted in refusal.value.problems[0]


def test_a_design_from_python_is_checked_too() -> None:
    """As pydantic checks."""
    with pytest.raises(ValidationError, match="no variable is called 'plasma_kk'"):
        Design(conditions=["baseline"], variables=["plasma_kk"])
    with pytest.raises(ValidationError, match="frozen"):
        setattr(make(), "cells", 3)  # noqa: B010


# Problems


def sampled(**fields: Any) -> dict[str, Any]:
    """Samples of a design, a grid by default."""
    return {"samples": {"method": "grid", "ranges": MG, **fields}}


def seen(**fields: Any) -> dict[str, Any]:
    """Snapshots of a design."""
    return {"snapshots": {"at": ["1 day"], **fields}}


AT_LEAST, AT_MOST = "input should be greater than or equal to", "input should be less than or equal to"
ONE_FAULT: dict[str, tuple[dict[str, Any], list[str]]] = {
    "unknown key": (
        {"replicats": 3},
        ["replicats: unknown key; did you mean 'replicates'?", "endpoints"],
    ),
    "former key beside its present one": (
        {"ask": ["plasma_k < 3"], "endpoints": ["plasma_k < 4"]},
        ["ask: unknown key", "endpoints"],
    ),
    "unknown condition": (
        {"conditions": ["baseline", "thiazid"]},
        ["conditions: no. 2", "did you mean 'thiazide'?", "daily-meals"],
    ),
    "condition of another kind": (
        {"conditions": [3]},
        ["conditions: no. 1", "condition = 3; give a name, a TOML file or a Condition"],
    ),
    "condition with a problem": (
        {"conditions": [{"name": "x", "duration": "3 day", "dite": []}]},
        ["conditions: no. 1: dite: unknown key; did you mean 'diet'?", "supplement"],
    ),
    "two conditions of one name": (
        {"conditions": ["baseline", "thiazide", "baseline"]},
        ["conditions: two are called 'baseline'"],
    ),
    "no condition": ({"conditions": []}, ["conditions: []", "at least 1 item"]),
    "conditions as text": ({"conditions": "baseline"}, ["conditions: 'baseline': write a list"]),
    "too many conditions": (
        {"conditions": [{"name": f"c{i}", "duration": "1 day"} for i in range(101)]},
        ["conditions", "give at most 100"],
    ),
    "no replicates": ({"replicates": 0}, ["replicates: 0", f"{AT_LEAST} 1"]),
    "replicates as text": ({"replicates": "many"}, ["replicates: 'many'", "valid integer"]),
    "half a replicate": ({"replicates": 1.5}, ["replicates: 1.5", "valid integer"]),
    "too many replicates": ({"replicates": 10**9}, ["replicates: 1000000000", f"{AT_MOST} 10000000"]),
    "negative first replicate": ({"first_replicate": -1}, ["first_replicate: -1", f"{AT_LEAST} 0"]),
    "first replicate too large": (
        {"first_replicate": MAX_FIRST_REPLICATE + 1},
        ["first_replicate", f"{AT_MOST} {MAX_FIRST_REPLICATE}"],
    ),
    "no cells": ({"cells": 0}, ["cells = 0; give 1 to 100,000,000"]),
    "negative seed": ({"seed": -1}, ["seed = -1; give a whole number, zero or more"]),
    "persons of a kind": ({"persons": "some"}, ["persons: 'some'", "valid boolean"]),
    "duration without unit": ({"duration": 30}, ["duration: 30 has no unit", "'30 day'"]),
    "duration of another kind": ({"duration": "30 mmol"}, ["duration: '30 mmol' is not in a unit of"]),
    "no duration": ({"duration": "0 day"}, ["duration: '0 day'", "more than 0 and at most 3650 days"]),
    "negative duration": ({"duration": "-3 day"}, ["duration: '-3 day': is negative"]),
    "duration for ever": ({"duration": "11 year"}, ["duration: '11 year'", "at most 3650 days"]),
    "rows without unit": ({"every": 6}, ["every: 6 has no unit"]),
    "rows at once": ({"every": "0 hour"}, ["every: '0 hour'", "give 0.01 to 1000 hours"]),
    "rows too seldom": ({"every": "50 day"}, ["every: '50 day'", "give 0.01 to 1000 hours"]),
    "unknown variable": (
        {"variables": ["plasma_k", "plasma_kk"]},
        ["variables: no variable is called 'plasma_kk'; did you mean 'plasma_k'?"],
    ),
    "variable twice": (
        {"variables": ["plasma_k", "plasma_na", "plasma_k"]},
        ["variables: ['plasma_k', 'plasma_na', 'plasma_k']: is not all different; give each once"],
    ),
    "no variable": ({"variables": []}, ["variables: []: is empty; give one or more"]),
    "variables as text": ({"variables": "plasma_k"}, ["variables: 'plasma_k': write a list"]),
    "unknown parameter": (
        {"parameters": {"pump_half_m": "0.1 mM"}},
        ["parameters: no parameter is called 'pump_half_m'; did you mean 'pump_half_mg'?"],
    ),
    "parameter without unit": (
        {"parameters": {"pump_half_mg": 0.1}},
        ["parameters: pump_half_mg: 0.1 has no unit", "mM"],
    ),
    "parameter out of bounds": (
        {"parameters": {"pump_half_mg": "50 mM"}},
        ["parameters: pump_half_mg = 50.0 mM is out of bounds; allowed are"],
    ),
    "no endpoint": (
        {"endpoints": ["plasma_k lower than 3.5"]},
        ["endpoints: 'plasma_k lower than 3.5' is not an endpoint such as \"plasma_k < 3.5\""],
    ),
    "endpoint in another unit": (
        {"endpoints": ["plasma_k < 14 mmHg"]},
        ["endpoints", "plasma_k is in mM; ", "is not in a unit of 'mM'"],
    ),
    "endpoint of an unknown variable": (
        {"endpoints": ["plasma_kk < 3.5"]},
        ["endpoints: no variable is called 'plasma_kk'; did you mean 'plasma_k'?"],
    ),
    "endpoint of what is not recorded": (
        {"endpoints": ["plasma_k < 3.5", "ncc > 2"]},
        ["endpoints: ncc is not recorded; add it to variables"],
    ),
    "endpoint as text": ({"endpoints": "plasma_k < 3.5"}, ["endpoints: 'plasma_k < 3.5': write a list"]),
    "unknown method": (
        sampled(method="random"),
        ["samples method: 'random'", "'grid', 'latin-hypercube' or 'sobol'"],
    ),
    "unknown key in samples": (
        sampled(numbre=3),
        ["samples numbre: unknown key; did you mean 'number'? allowed are method, number, ranges"],
    ),
    "samples without ranges": ({"samples": {"method": "grid"}}, ["samples ranges: is missing"]),
    "samples of another shape": ({"samples": "grid"}, ["samples: 'grid': write a table"]),
    "ranges of another shape": (sampled(ranges=["x"]), ["samples ranges: ['x']: write a table"]),
    "empty ranges": (sampled(ranges={}), ["samples: ranges is empty; give parameters: pump_half_mg = "]),
    "unknown parameter in ranges": (
        sampled(ranges={"pump_half_m": ["0.1 mM"]}),
        ["samples ranges: no parameter is called 'pump_half_m'; did you mean 'pump_half_mg'?"],
    ),
    "range without unit": (
        sampled(ranges={"pump_half_mg": [0.1]}),
        ["samples ranges: pump_half_mg: 0.1 has no unit", "mM"],
    ),
    "range out of bounds": (
        sampled(ranges={"pump_half_mg": ["0.1 mM", "9 mM"]}),
        ["samples ranges: pump_half_mg = 9.0 mM is out of bounds; allowed are"],
    ),
    "range NaN": (
        sampled(ranges={"pump_half_mg": ["nan mM", "0.1 mM"]}),
        ["samples ranges: pump_half_mg: 'nan mM' is not a finite number"],
    ),
    "range of truth": (
        sampled(ranges={"sd_size": [True, 0.3]}),
        ["samples ranges: sd_size = True is not a number"],
    ),
    "grid with a number": (
        sampled(number=5),
        ["samples: a grid takes all its values; leave number out"],
    ),
    "grid without values": (
        sampled(ranges={"pump_half_mg": []}),
        ["samples: pump_half_mg = []; give one value or more, each once"],
    ),
    "grid with a value twice": (
        sampled(ranges={"pump_half_mg": ["0.1 mM", "100 µM"]}),
        ["samples: pump_half_mg = [0.1, 0.1]; give one value or more, each once"],
    ),
    "cube without a number": (
        sampled(method="latin-hypercube"),
        ["samples: latin-hypercube needs a number of points"],
    ),
    "no points": (sampled(method="sobol", number=0), ["samples number: 0", f"{AT_LEAST} 1"]),
    "too many points": (
        sampled(method="latin-hypercube", number=100_001),
        ["samples number: 100001", f"{AT_MOST} 100000"],
    ),
    "no power of two": (
        sampled(method="sobol", number=12),
        ["samples: number = 12 is not a power of two; give 8 or 16"],
    ),
    "a range of one bound": (
        sampled(method="sobol", number=8, ranges={"pump_half_mg": "0.2 mM"}),
        ["samples: pump_half_mg has 1 values; give a lower and a larger upper bound"],
    ),
    "a range of three bounds": (
        sampled(method="sobol", number=8, ranges={"sd_size": [0.1, 0.2, 0.3]}),
        ["samples: sd_size has 3 values; give a lower and a larger upper bound"],
    ),
    "a range turned round": (
        sampled(method="sobol", number=8, ranges={"pump_half_mg": ["0.2 mM", "0.05 mM"]}),
        ["samples: pump_half_mg has 2 values; give a lower and a larger upper bound"],
    ),
    "too many dimensions": (
        sampled(ranges={name: [f"{FACTS[name].low!r} {FACTS[name].unit}"]
                        for name in list(FACTS)[: MAX_DIMENSIONS + 1]}),
        [f"samples: more than {MAX_DIMENSIONS} parameters"],
    ),
    "set and sampled": (
        {"parameters": {"pump_half_mg": "0.1 mM"}, **sampled()},
        ["set and sampled at once: pump_half_mg"],
    ),
    "set in an arm and sampled": (
        {"conditions": [{"name": "x", "duration": "1 day", "parameters": {"pump_half_mg": "0.1 mM"}}],
         **sampled()},
        ["set and sampled at once: pump_half_mg"],
    ),
    "too many members": (
        {"replicates": 10_000, **sampled(method="latin-hypercube", number=100_000)},
        ["1000000000 replicates times parameter sets; at most 10,000,000"],
    ),
    "snapshots without times": (
        {"snapshots": {"cells": 5}},
        ["snapshots at: is missing"],
    ),
    "snapshots at no time": (seen(at=[]), ["snapshots at: []: is empty; give one or more"]),
    "snapshots twice at a time": (
        seen(at=["1 day", "24 hour"]),
        ["snapshots at: ['1 day', '24 hour']: is not all different; give each once"],
    ),
    "snapshot without unit": (seen(at=[1]), ["snapshots at no. 1: 1 has no unit"]),
    "snapshot before the start": (seen(at=["-1 day"]), ["snapshots at no. 1: '-1 day': is negative"]),
    "snapshot after the end": (
        {"duration": "2 day", **seen(at=["1 day", "5 day"])},
        ["snapshots: day 5 is after the end, day 2"],
    ),
    "snapshots of no cells": (seen(cells=0), ["snapshots cells: 0", f"{AT_LEAST} 1"]),
    "snapshots of an unknown variable": (
        seen(variables=["k_inn"]),
        ["snapshots variables: no variable is called 'k_inn'; did you mean 'k_in'?"],
    ),
    "snapshots of a variable of the body": (
        seen(variables=["plasma_k"]),
        ["snapshots variables: no variable is called 'plasma_k'"],
    ),
    "snapshots of the type": (
        seen(variables=["type"]),
        ["snapshots variables: no variable is called 'type'"],
    ),
    "snapshots of nothing": (
        seen(variables=[]),
        ["snapshots variables: []: is empty; give one or more"],
    ),
    "unknown key in snapshots": (
        seen(cels=5),
        ["snapshots cels: unknown key; did you mean 'cells'? allowed are at, cells, variables"],
    ),
    "name of another kind": ({"name": 3}, ["name: 3: write text in quotes"]),
}  # fmt: skip


@pytest.mark.parametrize("fields", ONE_FAULT)
def test_every_problem_is_reported_in_words_of_the_file(fields: str) -> None:
    """One sentence: where, what was given, what is allowed."""
    given, wanted = ONE_FAULT[fields]
    (problem,) = problems(**given)
    for words in wanted:
        assert words in problem


def test_all_problems_are_told_at_once() -> None:
    """Wherever they are, each in a sentence of its own."""
    found = problems(
        conditions=["baseline", "thiazid", "none"],
        replicates=0,
        variables=["plasma_kk", "plasma_nn"],
        parameters={"pump_half_m": 1, "gfr": "1 L/day"},
        samples={"method": "random", "ranges": {"x": ["1"], "pump_half_mg": [1]}},
        snapshots={"at": ["1 day"], "variables": ["k_inn"], "cels": 3},
        endpoints=["plasma_k"],
        evry="1 day",
    )
    assert len(found) == len(set(found)) == 14
    keys = {problem.split(":")[0].split(" ")[0] for problem in found}
    assert keys == {
        "conditions",
        "replicates",
        "variables",
        "parameters",
        "samples",
        "snapshots",
        "endpoints",
        "evry",
    }


def test_problems_between_keys_are_reported_at_once() -> None:
    """Once each key by itself is right."""
    found = problems(
        cells=0,
        seed=-1,
        endpoints=["ncc > 1", "pth < 2", "renin < 2"],
        parameters={"pump_half_mg": "0.1 mM"},
        samples={"method": "grid", "ranges": MG},
    )
    assert found == [
        "endpoints: ncc is not recorded; add it to variables",
        "endpoints: renin is not recorded; add it to variables",
        "set and sampled at once: pump_half_mg",
        "cells = 0; give 1 to 100,000,000",
        "seed = -1; give a whole number, zero or more, of at most 100 digits",
    ]


def test_a_snapshot_may_be_after_the_end_of_some_arms() -> None:
    """If another one lasts."""
    short = {"name": "short", "duration": "1 day"}
    design = make(conditions=["baseline", short], snapshots={"at": ["5 day"]})
    assert design.snapshots is not None
    assert design.snapshots.at == (120.0,)


def test_an_endpoint_is_read_as_it_is_written() -> None:
    """Name, relation and bound, with or without blanks; the unit is the variable's."""
    for text, wanted in {
        "plasma_k<3.5": ("plasma_k", "<", 3.5),
        " plasma_k  >=  .5 ": ("plasma_k", ">=", 0.5),
        "potential_mean > -8.5e1": ("potential_mean", ">", -85.0),
        "pth <= +2": ("pth", "<=", 2.0),
        "plasma_k > 3.5 mM": ("plasma_k", ">", 3.5),
        "plasma_k > 3.5mM": ("plasma_k", ">", 3.5),
    }.items():
        endpoint = Endpoint.read(text)
        assert endpoint == wanted
        assert Endpoint.read(str(endpoint)) == endpoint
    assert str(Endpoint.read("plasma_k<3.5")) == "plasma_k < 3.5 mM"
    assert str(Endpoint.read("pth>=2.0")) == "pth >= 2"
    values = np.array([3.4, 3.5, 3.6, np.nan])
    for relation, holds in {
        "<": [True, False, False, False], "<=": [True, True, False, False],
        ">": [False, False, True, False], ">=": [False, True, True, False],
    }.items():  # fmt: skip
        assert Endpoint.read(f"plasma_k {relation} 3.5").holds(values).tolist() == holds


@pytest.mark.parametrize("text", ["plasma_k = 3", "plasma_k < nan", "3 < plasma_k", "plasma_k < ", ""])
def test_other_text_is_not_an_endpoint(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InputError, match="is not an endpoint"):
        Endpoint.read(text)


# Parameter sets


def test_a_grid_has_all_combinations_in_order() -> None:
    """The last parameter changes fastest; units are those of the table."""
    samples = {
        "method": "grid",
        "ranges": {"pump_half_mg": ["0.05 mM", "200 µM"], "sd_size": [0.1, 0.2, 0.3]},
    }
    assert make(samples=samples).points() == [
        {"pump_half_mg": mg, "sd_size": sd}
        for mg in (0.05, pytest.approx(0.2))
        for sd in (0.1, 0.2, 0.3)
    ]
    assert make(samples=samples).sets == 6


def test_a_value_alone_is_a_grid_of_one() -> None:
    """For a parameter that all sets share."""
    design = make(samples={"method": "grid", "ranges": {"sd_size": 0.2}})
    assert design.points() == [{"sd_size": 0.2}]


def test_nothing_sampled_is_one_set() -> None:
    """Of no parameters."""
    assert (make().points(), make().sets) == ([{}], 1)


def spread(method: str, number: int, seed: int = 0, dimensions: int = 3) -> np.ndarray:
    """Points of some parameters scaled to between zero and one."""
    facts = {name: fact for name, fact in FACTS.items() if fact.low < fact.high}
    names = list(facts)[:dimensions]
    ranges = {
        name: [f"{bound!r} {facts[name].unit}" for bound in (facts[name].low, facts[name].high)]
        for name in names
    }
    points = Samples.model_validate({"method": method, "number": number, "ranges": ranges}).points(seed)
    assert [list(point) for point in points] == [names] * number
    low, high = (np.array([getattr(facts[name], end) for name in names]) for end in ("low", "high"))
    scaled: np.ndarray = (np.array([list(point.values()) for point in points]) - low) / (high - low)
    return scaled


@pytest.mark.parametrize("number", [1, 7, 64, 500])
def test_a_latin_hypercube_has_one_point_in_every_stratum(number: int) -> None:
    """Each parameter's range is cut into as many pieces as there are points."""
    points = spread("latin-hypercube", number)
    for column in points.T:
        assert sorted(np.floor(column * number).astype(int)) == list(range(number))


@pytest.mark.parametrize("number", [1, 2, 64, 512])
def test_sobols_points_are_balanced(number: int) -> None:
    """One in every stratum of each parameter, and as many in each quarter of every pair of them."""
    points = spread("sobol", number)
    for column in points.T:
        assert sorted(np.floor(column * number).astype(int)) == list(range(number))
    if number >= 4:
        for a, b in ((0, 1), (0, 2), (1, 2)):
            quarters = 2 * (points[:, a] < 0.5) + (points[:, b] < 0.5)
            assert np.bincount(quarters, minlength=4).tolist() == [number // 4] * 4


@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_points_are_named_by_the_seed(method: str) -> None:
    """The same seed gives the same points, another none of them; all lie within their bounds."""
    mine, again, others = (spread(method, 64, seed) for seed in (3, 3, 4))
    assert mine.tobytes() == again.tobytes()
    assert not np.isin(mine, others).any()
    assert ((mine >= 0.0) & (mine <= 1.0)).all()


@pytest.mark.parametrize(("method", "sampler"), [("latin-hypercube", LatinHypercube), ("sobol", Sobol)])
def test_points_stay_those_of_earlier_versions(method: str, sampler: Any) -> None:
    """SciPy's, from a number of 62 bits that the seed's own stream gives."""
    number = int(stream(3, 0, Purpose.SAMPLE).integers(4_611_686_018_427_387_904))
    wanted = sampler(3, rng=np.random.default_rng(number)).random(8)
    assert spread(method, 8, seed=3) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("method", ["latin-hypercube", "sobol"])
def test_points_fill_the_space(method: str) -> None:
    """Their mean lies in the middle, nearer than chance brings it."""
    points = spread(method, 256, dimensions=6)
    assert abs(points.mean(axis=0) - 0.5).max() < 2e-3


# Members


def test_members_are_numbered_replicate_by_replicate() -> None:
    """All sets of a replicate follow one another; the first replicate need not be zero."""
    design = make(replicates=3, first_replicate=17, samples={"method": "grid", "ranges": MG})
    assert design.n_members == 6
    found = [design.member(number) for number in range(6)]
    assert found == [(17, 0), (17, 1), (18, 0), (18, 1), (19, 0), (19, 1)]
    assert [make(first_replicate=4).member(n) for n in (0, 5)] == [(4, 0), (9, 0)]


def test_numbers_of_all_members_fit_into_four_bytes() -> None:
    """Tables store them so; see :mod:`sim.study.arrow_tables`."""
    last = make(first_replicate=2_000_000_000, replicates=MAX_MEMBERS).member(MAX_MEMBERS - 1)
    assert last == (2_000_000_000 + MAX_MEMBERS - 1, 0)
    with pytest.raises(DesignError, match=r"first_replicate.* 2000000000"):
        make(first_replicate=2_000_000_001)
    assert np.iinfo(np.int32).max >= MAX_FIRST_REPLICATE + MAX_MEMBERS


def test_plans_are_those_of_the_arms() -> None:
    """Each arm's condition with what the design sets for all."""
    first, second = read_design(FULL).plans()
    for planned in (first, second):
        assert planned.condition.duration == 36.5
        assert (planned.n_cells, planned.seed, planned.replicate) == (20, 3, 0)
        assert (planned.person, planned.noise, planned.heterogeneous) == (False, False, False)
        assert planned.record_hours == pytest.approx(100 / 60)
        assert planned.model_parameters.body.gfr == 150.0
    assert second.parameters == {"gfr": 150.0, "romk_half_mg": 0.9}
    assert second.condition.without == ("romk-mg-block",)
