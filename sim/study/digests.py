"""Digests of results: one for each member, independent of file formats and of batches."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sim.study.arrow_tables import KEYS


def member_digests(tables: Mapping[str, pa.Table]) -> dict[tuple[int, ...], str]:
    """SHA-256 of all results of each member: names and types of columns, and every value to the bit.

    It depends neither on the file format nor on how a study is divided into batches.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        Tables by name; the rows of a member follow one another.

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


def combined_digest(digests: Sequence[str]) -> str:
    """SHA-256 of the digests of members, in order."""
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _canonical(column: pa.ChunkedArray) -> NDArray[Any]:
    """Values of a column as bytes that are unique: plain numbers, a single NaN, digests of text."""
    if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
        plain = column.cast(pa.string()).to_pandas()
        codes, words = pd.factorize(plain)
        known = [hashlib.sha256(word.encode()).digest() for word in words]
        return np.array(known, dtype="S32")[codes] if known else np.empty(0, dtype="S32")
    values = column.to_numpy()
    if values.dtype.kind == "i":
        return np.ascontiguousarray(values, dtype="<i8")
    return np.where(np.isnan(values), np.nan, values).astype("<f8")
