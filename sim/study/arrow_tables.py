"""Results of members as the three tables of a study: courses, cases and cells."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from sim.study.design import Design
from sim.study.replicate import ArmResult

KEYS = ("replicate", "sample")
"""Columns that identify a member: its replicate and its parameter set."""


class Case(NamedTuple):
    """A row of the table of cases: one member in one arm."""

    replicate: int
    sample: int
    result: ArmResult


def tables_of(
    design: Design, points: Sequence[Mapping[str, float]], cases: Sequence[Case]
) -> dict[str, pa.Table]:
    """Make tidy tables of some cases.

    Parameters
    ----------
    design : Design
        Of the study.
    points : sequence of mapping
        Its parameter sets.
    cases : sequence of Case
        In order; those of a member follow one another.

    Returns
    -------
    dict of pyarrow.Table
        ``courses`` (a row per time point), ``cases`` (a row per case) and, if the design has
        snapshots, ``cells`` (a row per cell and time point).
    """
    tables = {"courses": _courses(design, cases), "cases": _cases(design, points, cases)}
    if design.snapshots is not None:
        tables["cells"] = _cells(design, cases)
    return tables


def to_parquet(table: pa.Table) -> bytes:
    """Write a table as Parquet."""
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _arm_names(design: Design, arms: ArrayLike) -> pa.Array:
    """Names of arms by number, as a dictionary array of all arms."""
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(arms), pa.int32()), design.arms)


def _courses(design: Design, cases: Sequence[Case]) -> pa.Table:
    """Make a row for each time point of a case."""
    rows = [len(case.result.days) for case in cases]
    courses = np.concatenate([case.result.course for case in cases])
    columns = {
        "replicate": pa.array(np.repeat([case.replicate for case in cases], rows), pa.int32()),
        "sample": pa.array(np.repeat([case.sample for case in cases], rows), pa.int32()),
        "condition": _arm_names(design, np.repeat([case.result.arm for case in cases], rows)),
        "day": pa.array(np.concatenate([case.result.days for case in cases])),
    }
    columns |= {name: pa.array(courses[:, i]) for i, name in enumerate(design.variables)}
    return pa.table(columns)


def _cases(design: Design, points: Sequence[Mapping[str, float]], cases: Sequence[Case]) -> pa.Table:
    """Make a row for each case: its outcome, its person, and the parameters that were sampled."""
    results = [case.result for case in cases]
    columns: dict[str, Any] = {
        "replicate": pa.array([case.replicate for case in cases], pa.int32()),
        "sample": pa.array([case.sample for case in cases], pa.int32()),
        "condition": _arm_names(design, [result.arm for result in results]),
        "outcome": pa.array([result.outcome for result in results]),
        "evaluations": pa.array([result.evaluations for result in results], pa.int64()),
    }
    for name in results[0].person._fields if design.persons else ():
        values = [getattr(result.person, name) for result in results]
        columns[f"person_{name}"] = pa.array(values, pa.float64())
    for name in points[0]:
        columns[name] = pa.array([points[case.sample][name] for case in cases], pa.float64())
    return pa.table(columns)


def _cells(design: Design, cases: Sequence[Case]) -> pa.Table:
    """Make a row for each cell at each time point of a case at which cells are kept."""
    frames = [
        frame.reset_index().assign(
            replicate=case.replicate, sample=case.sample, arm=case.result.arm, day=day
        )
        for case in cases
        for day, frame in case.result.cells.items()
    ]
    assert design.snapshots is not None
    names = ["replicate", "sample", "arm", "day", "cell", "type", *design.snapshots.variables]
    whole = pd.concat(frames) if frames else pd.DataFrame({name: [] for name in names})
    columns = {
        "replicate": pa.array(whole["replicate"], pa.int32()),
        "sample": pa.array(whole["sample"], pa.int32()),
        "condition": _arm_names(design, whole["arm"].to_numpy(dtype=np.int32)),
        "day": pa.array(whole["day"], pa.float64()),
        "cell": pa.array(whole["cell"], pa.int32()),
        "type": pa.array(whole["type"].astype(str), pa.string()),
    }
    columns |= {name: pa.array(whole[name], pa.float64()) for name in design.snapshots.variables}
    return pa.table(columns)
