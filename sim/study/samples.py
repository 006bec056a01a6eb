"""Parameter sets that every replicate of a study is simulated with."""

from collections.abc import Mapping
from math import prod
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from sim.conditions.fields import Data
from sim.errors import InputError, QuantityError, shown, unknown_names
from sim.numerics.random_streams import Purpose, stream
from sim.parameters import FACTS, Parameters
from sim.quantities.parsing import parse_named, written
from sim.study.validators import WholeNumber

MAX_DIMENSIONS, MAX_VALUES = 50, 10_000
"""Parameters that are sampled, and values that are given of them."""
MAX_SETS = 100_000
"""Largest number of parameter sets; every worker holds them all."""


def _read_ranges(data: object) -> object:
    """Read the values of each sampled parameter, in its own unit."""
    if not isinstance(data, Mapping):
        return data
    n_values = sum(len(values) for values in data.values() if isinstance(values, (list, tuple)))
    if n_values > MAX_VALUES:
        raise ValueError(f"{n_values:,} values are too many; give at most {MAX_VALUES:,}")
    found: dict[str, Any] = {}
    problems = list(unknown_names(data, FACTS, "parameter"))
    for name in (name for name in data if name in FACTS):
        values = data[name] if isinstance(data[name], (list, tuple)) else [data[name]]
        unit, example = FACTS[name].unit, f"{FACTS[name].high:g} {FACTS[name].unit}"
        try:
            read = [
                v if unit == "1" and not isinstance(v, str) else parse_named(name, v, unit, example)
                for v in values
            ]
            found[name] = tuple(read)
        except QuantityError as error:
            problems.append(f"{name}: {error}")
    for name, numbers in found.items():
        for value in numbers:
            try:
                Parameters().replace({name: value})
            except InputError as error:
                problems += [f"{problem}; given was {shown(data[name])}" for problem in error.problems]
    if problems:
        raise ValueError("\n".join(problems))
    return found


def _ranges_with_units(ranges: Mapping[str, tuple[float, ...]]) -> dict[str, list[str]]:
    """Write the values of each sampled parameter with its unit."""
    return {name: [written(v, FACTS[name].unit) for v in values] for name, values in ranges.items()}


class Samples(Data):
    """Parameter sets that every replicate is simulated with.

    Parameters
    ----------
    method : {"grid", "latin-hypercube", "sobol"}
        All combinations of the values given, or points that fill the space between two bounds evenly.
    number : int
        Points, for the last two methods; a power of two for Sobol's.
    ranges : mapping
        Values of each parameter (grid), or its lower and upper bound, with units.
    """

    method: Literal["grid", "latin-hypercube", "sobol"]
    number: Annotated[WholeNumber, Field(ge=1, le=MAX_SETS)] | None = None
    ranges: Annotated[
        dict[str, tuple[float, ...]],
        BeforeValidator(_read_ranges),
        PlainSerializer(_ranges_with_units, when_used="json"),
    ]

    @model_validator(mode="after")
    def _consistent(self) -> "Samples":
        problems = (
            [f"more than {MAX_DIMENSIONS} parameters"] if len(self.ranges) > MAX_DIMENSIONS else []
        )
        if not self.ranges:
            problems.append('ranges is empty; give parameters: pump_half_mg = ["0.05 mM", "0.2 mM"]')
        if self.method == "grid":
            problems += ["a grid takes all its values; leave number out"] if self.number else []
            if (size := prod(map(len, self.ranges.values()))) > MAX_SETS:
                problems.append(f"the grid has {size:,} points; give at most {MAX_SETS:,}")
            problems += [
                f"{name} = {list(values)}; give one value or more, each once"
                for name, values in self.ranges.items()
                if not 0 < len(set(values)) == len(values)
            ]
        else:
            problems += [] if self.number else [f"{self.method} needs a number of points"]
            problems += [
                f"{name} has {len(values)} values; give a lower and a larger upper bound"
                for name, values in self.ranges.items()
                if len(values) != 2 or not values[0] < values[1]
            ]
        if self.method == "sobol" and self.number and self.number & (self.number - 1):
            near = 2 ** (self.number.bit_length() - 1)
            problems.append(f"number = {self.number} is not a power of two; give {near} or {2 * near}")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def size(self) -> int:
        """Number of parameter sets."""
        return self.number or prod(len(values) for values in self.ranges.values())

    def points(self, seed: int) -> list[dict[str, float]]:
        """Parameter sets, each by name in the unit of its table row."""
        names = list(self.ranges)
        if self.method == "grid":
            mesh = np.meshgrid(*self.ranges.values(), indexing="ij")
            rows = np.stack([axis.ravel() for axis in mesh], axis=1)
        else:
            low, high = np.array(list(self.ranges.values())).T
            rows = low + self._spread(len(names), seed) * (high - low)
        return [dict(zip(names, row, strict=True)) for row in rows.tolist()]

    def _spread(self, dimensions: int, seed: int) -> Any:
        """Points in the unit cube, (points, dimensions)."""
        from scipy.stats import qmc

        rng = np.random.default_rng(int(stream(seed, 0, Purpose.SAMPLE).integers(2**62)))
        sampler = qmc.Sobol if self.method == "sobol" else qmc.LatinHypercube
        return sampler(dimensions, rng=rng).random(self.number or 1)
