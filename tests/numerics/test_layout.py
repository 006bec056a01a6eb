"""Names reach their places in flat arrays, in interpreted and in compiled code."""

from typing import NamedTuple

import numpy as np
import pytest

from sim.numerics.jit import kernel, law
from sim.numerics.layout import (
    broadcast,
    element_reader,
    elementwise,
    flattened,
    names_of,
    rows_reader,
    vector_reader,
    vector_writer,
)


class Inner(NamedTuple):
    """A record inside another."""

    na: float
    k: float


class Outer(NamedTuple):
    """A record that holds others."""

    water: float
    fluid: Inner
    urine: Inner
    rate: float


NAMES = ("water", "fluid_na", "fluid_k", "urine_na", "urine_k", "rate")
EXAMPLE = Outer(water=1.0, fluid=Inner(na=2.0, k=3.0), urine=Inner(na=4.0, k=5.0), rate=6.0)

read, write = vector_reader(Outer), vector_writer(Outer)
rows_of, element_of = rows_reader(Inner), element_reader(Inner)


@law
def _sum(a: float, b: float) -> float:
    return a + b


plus, plus_number = elementwise(Inner, _sum), broadcast(Inner, _sum)


def test_places_follow_the_order_of_fields_and_of_nested_fields() -> None:
    assert names_of(Outer) == NAMES
    np.testing.assert_array_equal(flattened(EXAMPLE), np.arange(1.0, 7.0))


def test_a_record_written_to_a_vector_is_read_again() -> None:
    vector = np.zeros(6)
    write(EXAMPLE, vector)
    np.testing.assert_array_equal(vector, flattened(EXAMPLE))
    assert read(vector) == EXAMPLE


@kernel
def swapped(vector: np.ndarray, out: np.ndarray) -> None:
    """Exchange fluid and urine, by name."""
    record = read(vector)
    write(Outer(rate=record.rate, fluid=record.urine, urine=record.fluid, water=record.water), out)


def test_compiled_code_reads_and_writes_by_name() -> None:
    out = np.zeros(6)
    swapped(flattened(EXAMPLE), out)
    assert read(out) == EXAMPLE._replace(fluid=EXAMPLE.urine, urine=EXAMPLE.fluid)


@kernel
def summed(table: np.ndarray, start: int, stop: int) -> tuple[float, float]:
    """Sums over a part of the rows, one record at a time."""
    rows, total = rows_of(table, start, stop), Inner(na=0.0, k=0.0)
    for i in range(stop - start):
        total = plus(total, element_of(rows, i))
    return total.na, total.k


def test_rows_are_read_element_by_element_as_doubles() -> None:
    table = np.arange(10, dtype=np.float32).reshape(2, 5)
    assert summed(table, 1, 4) == (1.0 + 2.0 + 3.0, 6.0 + 7.0 + 8.0)
    assert isinstance(element_of(rows_of(table, 0, 5), 0).na, np.float64)


def test_records_are_combined_number_by_number() -> None:
    assert plus(Inner(1.0, 2.0), Inner(10.0, 20.0)) == Inner(11.0, 22.0)
    assert plus_number(Inner(1.0, 2.0), 0.5) == Inner(1.5, 2.5)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_one_place(name: str) -> None:
    """A vector with a single one sets the number of that name and no other."""
    vector = np.zeros(6)
    vector[NAMES.index(name)] = 1.0
    numbers = dict(zip(NAMES, flattened(read(vector)).tolist(), strict=True))
    assert numbers == dict.fromkeys(NAMES, 0.0) | {name: 1.0}
