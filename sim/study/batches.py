"""A part of a study: the bodies that one task simulates, and the tables that come of it.

This is what a worker does, wherever it is. A part is a pure function of the job and its number.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike, NDArray

from sim.errors import VersionError
from sim.quantities.units import HOURS_PER_DAY
from sim.study.design import Design, read_design
from sim.study.replicate import FINISHED, Arms, Case, arms_of, simulate_body
from sim.system.versions import package_versions

TABLES = ("courses", "cases", "cells")
"""Tables of a study: the course of each case over time, a row a case, and single cells."""
KEYS = ("replicate", "sample")
"""Columns that name a body."""

LONGEST, SHORTEST = 2.0, 0.5
"""About how long a part lasts [s]: not longer, lest much be lost or the last workers wait; not shorter,
for to write it takes some hundredths."""
MOST_PER_PART, LEAST_PARTS = 1000, 64
"""Bodies in a part at most, and parts of a study that is long enough for so many."""
SECONDS_PER_DAY, SECONDS_PER_DAY_OF_NOISE, CELLS_FOR_TWICE = 7e-4, 5e-3, 90
"""Rough time to simulate a day of a small body without and with noise, and cells that double it."""


class Job(NamedTuple):
    """All that a worker must know; it travels as text."""

    design: str
    points: str
    bodies_per_part: int
    made_with: str
    threads: int | None

    @property
    def parts(self) -> int:
        """Number of parts."""
        return -(-_understood(self).design.units // self.bodies_per_part)

    def units(self, part: int) -> range:
        """Bodies of a part, by number in the study."""
        first = part * self.bodies_per_part
        return range(first, min(first + self.bodies_per_part, _understood(self).design.units))


class Part(NamedTuple):
    """What comes of a part: files by table, the digest of each body's results, and what failed."""

    files: dict[str, bytes]
    digests: list[str]
    failures: list[str]


class _Understood(NamedTuple):
    design: Design
    points: list[dict[str, float]]
    arms: Arms


def job_of(design: Design, *, bodies_per_part: int | None = None, threads: int | None = None) -> Job:
    """Make the job of a design; how it is cut into parts depends on the design alone."""
    return Job(
        design.model_dump_json(),
        json.dumps(design.points()),
        bodies_per_part or _bodies_per_part(design),
        json.dumps(package_versions()),
        threads,
    )


def _bodies_per_part(design: Design) -> int:
    """Bodies that a part holds, by a rough guess of how long each takes."""
    days = sum(plan.condition.duration for plan in design.plans()) / HOURS_PER_DAY
    daily = SECONDS_PER_DAY_OF_NOISE if design.noise else SECONDS_PER_DAY
    seconds = days * daily * (1.0 + design.cells / CELLS_FOR_TWICE)
    most, least = (round(limit / seconds) for limit in (LONGEST, SHORTEST))
    return max(1, min(MOST_PER_PART, most, max(least, design.units // LEAST_PARTS)))


def run_part(job: Job, part: int, after_body: Callable[[], None] | None = None) -> Part:
    """Simulate all bodies of a part.

    Parameters
    ----------
    job : Job
        The study.
    part : int
        Number of the part.
    after_body : callable, optional
        Called when a body is done.

    Raises
    ------
    VersionError
        If this process would compute with other versions than the job was made with.
    """
    _check_versions(job)
    design, points, arms = _understood(job)
    cases: list[tuple[int, int, Case]] = []
    for unit in job.units(part):
        replicate, sample = design.unit(unit)
        plans = {
            i: plan.of_replicate(replicate, points[sample], job.threads)
            for i, plan in arms.plans.items()
        }
        own = simulate_body(arms._replace(plans=plans), design.variables, design.snapshots)
        cases += [(replicate, sample, case) for case in own]
        if after_body is not None:
            after_body()
    tables = _tables(design, points, cases)
    failures = [
        f"replicate {replicate}, {design.arms[case.arm]}: {case.outcome}"
        for replicate, _, case in cases
        if case.outcome != FINISHED
    ]
    files = {name: _parquet(table) for name, table in tables.items()}
    return Part(files, list(digests_of(tables).values()), failures)


@lru_cache(maxsize=4)
def _understood(job: Job) -> _Understood:
    """Read a job, once a process."""
    design = read_design(json.loads(job.design))
    return _Understood(design, json.loads(job.points), arms_of(design.plans(job.threads)))


def _check_versions(job: Job) -> None:
    wanted, here = json.loads(job.made_with), package_versions()
    unlike = [f"{name} {here.get(name)} in place of {wanted[name]}" for name in wanted
              if name != "machine" and wanted[name] != here.get(name)]  # fmt: skip
    if unlike:
        raise VersionError(f"a worker has {', '.join(unlike)}; install the same there")


def _tables(
    design: Design, points: Sequence[Mapping[str, float]], cases: Sequence[tuple[int, int, Case]]
) -> dict[str, pa.Table]:
    """Tidy tables of some cases."""
    tables = {"courses": _courses(design, cases), "cases": _outcomes(design, points, cases)}
    if design.snapshots is not None:
        tables["cells"] = _cells(design, cases)
    return tables


def _names(design: Design, arms: ArrayLike) -> pa.Array:
    """Names of arms, a dictionary of all of them."""
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(arms), pa.int32()), design.arms)


def _courses(design: Design, cases: Sequence[tuple[int, int, Case]]) -> pa.Table:
    """A row a moment of a case."""
    rows = [len(case.days) for _, _, case in cases]
    courses = np.concatenate([case.course for *_, case in cases])
    columns = {
        "replicate": pa.array(np.repeat([replicate for replicate, _, _ in cases], rows), pa.int32()),
        "sample": pa.array(np.repeat([sample for _, sample, _ in cases], rows), pa.int32()),
        "condition": _names(design, np.repeat([case.arm for _, _, case in cases], rows)),
        "day": pa.array(np.concatenate([case.days for _, _, case in cases])),
    }
    columns |= {name: pa.array(courses[:, i]) for i, name in enumerate(design.variables)}
    return pa.table(columns)


def _outcomes(
    design: Design, points: Sequence[Mapping[str, float]], cases: Sequence[tuple[int, int, Case]]
) -> pa.Table:
    """A row a case: what became of it, whose it was, and the parameters that were sampled."""
    columns: dict[str, Any] = {
        "replicate": pa.array([replicate for replicate, _, _ in cases], pa.int32()),
        "sample": pa.array([sample for _, sample, _ in cases], pa.int32()),
        "condition": _names(design, [case.arm for _, _, case in cases]),
        "outcome": pa.array([case.outcome for _, _, case in cases]),
        "evaluations": pa.array([case.evaluations for _, _, case in cases], pa.int64()),
    }
    for name in cases[0][2].person._fields if design.persons else ():
        columns[f"person_{name}"] = pa.array(
            [getattr(c.person, name) for _, _, c in cases], pa.float64()
        )
    for name in points[0]:
        columns[name] = pa.array([points[sample][name] for _, sample, _ in cases], pa.float64())
    return pa.table(columns)


def _cells(design: Design, cases: Sequence[tuple[int, int, Case]]) -> pa.Table:
    """A row a cell at a moment of a case."""
    frames = [
        frame.reset_index().assign(replicate=replicate, sample=sample, arm=case.arm, day=day)
        for replicate, sample, case in cases
        for day, frame in case.cells.items()
    ]
    assert design.snapshots is not None
    names = ["replicate", "sample", "arm", "day", "cell", "type", *design.snapshots.variables]
    whole = pd.concat(frames) if frames else pd.DataFrame({name: [] for name in names})
    columns = {
        "replicate": pa.array(whole["replicate"], pa.int32()),
        "sample": pa.array(whole["sample"], pa.int32()),
        "condition": _names(design, whole["arm"].to_numpy(dtype=np.int32)),
        "day": pa.array(whole["day"], pa.float64()),
        "cell": pa.array(whole["cell"], pa.int32()),
        "type": pa.array(whole["type"].astype(str), pa.string()),
    }
    columns |= {name: pa.array(whole[name], pa.float64()) for name in design.snapshots.variables}
    return pa.table(columns)


def _parquet(table: pa.Table) -> bytes:
    """Write a table as Parquet."""
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def digests_of(tables: Mapping[str, pa.Table]) -> dict[tuple[int, ...], str]:
    """SHA-256 of all results of each body: names and types of columns, and every value to the bit.

    It depends neither on the file format nor on how a study is cut into parts.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Tables by name; the rows of a body follow one another.

    Returns
    -------
    dict
        Hexadecimal digests by (replicate, sample), in order.
    """
    digests: dict[tuple[int, ...], Any] = {}
    for name in sorted(tables):
        table = tables[name]
        contents = {column: _canonical(table[column]) for column in table.column_names}
        header = json.dumps([name, table.column_names]).encode()
        keys = np.stack([contents[key] for key in KEYS], axis=1)
        starts = [0, *(np.flatnonzero((keys[1:] != keys[:-1]).any(axis=1)) + 1).tolist(), len(keys)]
        for start, stop in pairwise(starts if len(keys) else []):
            digest = digests.setdefault(tuple(keys[start].tolist()), hashlib.sha256())
            digest.update(header)
            for values in contents.values():
                digest.update(values[start:stop].tobytes())
    return {key: digests[key].hexdigest() for key in sorted(digests)}


def _canonical(column: pa.ChunkedArray) -> NDArray[Any]:
    """Values of a column whose bytes say all: plain numbers, one kind of NaN, digests of text."""
    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        plain = column.cast(pa.string()).to_pandas()
        codes, words = pd.factorize(plain)
        known = [hashlib.sha256(word.encode()).digest() for word in words]
        return np.array(known, dtype="S32")[codes] if known else np.empty(0, dtype="S32")
    values = column.to_numpy()
    if values.dtype.kind == "i":
        return np.ascontiguousarray(values, dtype="<i8")
    return np.where(np.isnan(values), np.nan, values).astype("<f8")


def digest_of_all(digests: Sequence[str]) -> str:
    """SHA-256 of the digests of bodies, in order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()
