"""The example that `sim init` writes: it is made from the models, and all of it is valid."""

import re
import tomllib

import pytest

from sim.conditions.condition import read
from sim.conditions.diagnostics import EVENTS
from sim.conditions.template import condition_template
from sim.conditions.treatments import STRENGTHS, TREATMENTS
from sim.parameters import BodyParameters
from sim.quantities.ions import SUPPLIED

KEY = re.compile(r"# (\[\[?\w+\]?\]|\w+ = .*)")
"""A line of TOML that is commented out."""


def uncommented() -> str:
    """The example with every line of TOML that it has in comments."""
    return "\n".join(
        match[1] if (match := KEY.fullmatch(line)) else line
        for line in condition_template().splitlines()
    )


@pytest.mark.parametrize("text", [condition_template(), uncommented()], ids=["as written", "whole"])
def test_the_example_is_a_valid_condition(text: str) -> None:
    """As it is written, and with everything in it that is commented out."""
    condition = read({"name": "mine", **tomllib.loads(text)})
    assert condition.events()
    assert condition.title


def test_the_whole_example_uses_every_key_of_a_condition() -> None:
    """Each list of events, mechanisms and parameters."""
    data = tomllib.loads(uncommented())
    assert set(data) >= {*EVENTS, "without", "parameters", "title", "description", "duration"}


@pytest.mark.parametrize("key", EVENTS)
def test_the_example_of_every_event_is_in_it(key: str) -> None:
    """It is that of the model, and it is valid."""
    event = EVENTS[key]
    assert tomllib.loads(uncommented())[key] == [event.example]
    assert event.model_validate(event.example)
    assert set(event.notes) <= set(event.example)


def test_every_treatment_is_named_under_its_strength() -> None:
    """The three lists hold all treatments, each once."""
    comments = " ".join(line.removeprefix("# ") for line in condition_template().splitlines())
    places = [comments.index(f", {kind.name} = ") for kind in STRENGTHS.values()]
    assert places == sorted(places)
    ends = [*places[1:], comments.index("[[treatment]]")]
    for kind, start, end in zip(STRENGTHS.values(), places, ends, strict=True):
        names = [rule.name for rule in TREATMENTS.values() if rule.strength is kind]
        assert f": {', '.join(names)}. " in comments[start:end]


def test_the_usual_diet_is_that_of_the_parameters() -> None:
    """Each intake with its ion."""
    body = BodyParameters()
    usual = (f"{ion.symbol} {getattr(body, f'intake_{ion.symbol.lower()}'):g}" for ion in SUPPLIED)
    comments = " ".join(line.removeprefix("# ") for line in condition_template().splitlines())
    assert f"{', '.join(usual)} mmol/day" in comments


def test_every_line_fits_on_a_screen() -> None:
    """Comments are wrapped between words."""
    lines = condition_template().splitlines()
    assert [line for line in lines if len(line) > 100] == []
    assert not [line for line in lines if line.endswith("-")]
