"""Files of batches: what each table of a design may hold, and reading one once it is verified.

A file is parsed only if it has the checksum that the ledger says, and used only if its rows belong to
the members of its batch: other content could stop the reader, or be taken for results.
"""

from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from sim.errors import InputError
from sim.parameters import CELL_TYPES
from sim.physiology.virtual_persons import Person
from sim.study.arrow_tables import KEYS
from sim.study.design import Design
from sim.system.checksums import checksum
from sim.system.data_files import read_bytes
from sim.system.parquet_files import parse_parquet

TABLES = ("courses", "cases", "cells")
"""Names of all tables that a study can have; each is a folder in that of the study."""
IDENTIFIERS = (*KEYS, "condition")
"""Columns that say which member and arm a row of any table belongs to."""
BYTES_PER_VALUE, BYTES_PER_ROW, BYTES_PER_FILE = 24, 2000, 1_000_000
"""Upper bounds of what a number, the reason of a failure and all else take in a file [B]."""


class Entry(NamedTuple):
    """A finished batch: the range of its members, checksums of its files by table, and results.

    ``digests`` has one of each member, ``failures`` a sentence for each case that did not finish.
    """

    batch: int
    members: tuple[int, int]
    files: dict[str, str]
    digests: list[str]
    failures: list[str]

    @property
    def n_members(self) -> int:
        """Number of members."""
        return self.members[1] - self.members[0]

    def path(self, folder: Path, table: str) -> Path:
        """Path of the file of a table."""
        return folder / table / f"part-{self.batch:05d}.parquet"


class PartReader:
    """Reads files of batches of one study.

    Parameters
    ----------
    folder : path
        The study's folder.
    design : Design
        Of the study.
    """

    def __init__(self, folder: Path, design: Design) -> None:
        self.folder, self.design = folder, design
        self._checked: set[str] = set()

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that the study has."""
        return TABLES if self.design.snapshots is not None else TABLES[:-1]

    def content(self, entry: Entry, table: str) -> bytes:
        """Read the file of a batch as it was written.

        Raises
        ------
        InputError
            If it is missing, too large or not what was written.
        """
        path = entry.path(self.folder, table)
        content = read_bytes(path, self.max_bytes(entry, table))
        if checksum(content) != entry.files[table]:
            raise InputError([f"{path} is damaged; it is not what was written"])
        return content

    def read(self, entry: Entry, table: str, columns: list[str] | None = None) -> pa.Table:
        """Read a table of a batch, or some of its columns.

        Raises
        ------
        InputError
            If it is missing or damaged, or has rows that are not of the batch.
        """
        path, content = entry.path(self.folder, table), self.content(entry, table)
        max_rows = entry.n_members * self._rows_per_member[table]
        parse = partial(parse_parquet, content, path, self._kinds[table], exact=True, max_rows=max_rows)
        if entry.files[table] not in self._checked:
            identifiers = parse(columns=list(IDENTIFIERS))
            if not self._are_of(entry, identifiers, whole=table == "cases"):
                raise InputError([f"{path} is damaged: it has rows that are not of its batch"])
            self._checked.add(entry.files[table])
        return parse(columns=columns)

    def max_bytes(self, entry: Entry, table: str) -> int:
        """Size that a file of a batch cannot exceed [B]."""
        per_row = BYTES_PER_VALUE * len(self._kinds[table]) + BYTES_PER_ROW
        return BYTES_PER_FILE + entry.n_members * self._rows_per_member[table] * per_row

    @cached_property
    def _kinds(self) -> dict[str, dict[str, str]]:
        """Kinds of the columns of each table, as in :mod:`sim.study.arrow_tables`."""
        design = self.design
        own = {"replicate": "integer", "sample": "integer", "condition": "text"}
        persons = [f"person_{name}" for name in Person._fields] if design.persons else []
        sampled = list(design.samples.ranges) if design.samples else []
        kinds = {
            "courses": own | dict.fromkeys(("day", *design.variables), "real"),
            "cases": own
            | {"outcome": "text", "evaluations": "integer"}
            | dict.fromkeys((*persons, *sampled), "real"),
        }
        if design.snapshots is not None:
            cells = {"day": "real", "cell": "integer", "type": "text"}
            kinds["cells"] = own | cells | dict.fromkeys(design.snapshots.variables, "real")
        return kinds

    @cached_property
    def _rows_per_member(self) -> dict[str, int]:
        """Upper bound of the rows of a member in each table."""
        plans, snapshots = self.design.plans(), self.design.snapshots
        moments = sum(int(plan.condition.duration / plan.record_hours) + 3 for plan in plans)
        rows = {"courses": moments, "cases": len(plans)}
        if snapshots is not None:
            cells = min(self.design.cells, snapshots.cells + len(CELL_TYPES))
            rows["cells"] = len(plans) * len(snapshots.at) * cells
        return rows

    def _are_of(self, entry: Entry, table: pa.Table, *, whole: bool) -> bool:
        """Whether rows are of the members of a batch and of arms, all of them once if it is whole."""
        replicate, sample = (table[key].to_numpy().astype(np.int64) for key in KEYS)
        sets, arms = self.design.sets, self.design.arms
        if not ((sample >= 0) & (sample < sets)).all():
            return False
        number = (replicate - self.design.first_replicate) * sets + sample
        first, stop = entry.members
        if not ((number >= first) & (number < stop)).all() or (np.diff(number) < 0).any():
            return False
        names = table["condition"].cast(pa.string()).to_pylist()
        if not set(names) <= set(arms):
            return False
        cases = set(zip(number.tolist(), names, strict=True))
        return not whole or len(cases) == len(names) == entry.n_members * len(arms)
