"""Records hold the numbers of named tuples by the same names."""

from numba import njit

from sim.numerics.records import record, records
from sim.parameters import Parameters
from sim.physiology.cell_state import CellConstants
from sim.physiology.cell_steady_state import cell_constants
from sim.physiology.fluid import normal_fluid

P = Parameters()
RESTS = [cell_constants(p, normal_fluid(P.body)) for p in P.of_types()]


def test_a_record_has_the_names_and_numbers_of_its_tuple() -> None:
    for rest, kept in zip(RESTS, records(RESTS), strict=True):
        for name in CellConstants._fields:
            value = getattr(rest, name)
            found = getattr(kept, name)
            assert tuple(found) == value if isinstance(value, tuple) else found == value
        assert kept.fluid.mg == rest.fluid.mg


def test_compiled_code_reads_a_record_by_name() -> None:
    read = njit(lambda rest: rest.p_k + rest.fluid.k + rest.initial_guess.block)
    rest = RESTS[0]
    assert read(record(rest)) == rest.p_k + rest.fluid.k + rest.initial_guess.block


def test_records_of_one_type_share_their_description() -> None:
    """By which compiled code recognises them at once."""
    assert records(RESTS[:2]).dtype is records(RESTS).dtype  # type: ignore[attr-defined]
    assert record(P.body).dtype is record(P.body).dtype  # type: ignore[attr-defined]
