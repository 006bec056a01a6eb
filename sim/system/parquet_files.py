"""Reading Parquet that is known by its checksum, but whose content may still be anything."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.errors import InputError

MAX_VALUES = 500_000_000
"""Values that a table may have; a small file can claim any number of them."""
MAX_PACKED_VALUES, ROWS_PER_BYTE = 20_000_000, 2
"""Values that a file of any size may have, and rows of a large one by its size: equal rows take none."""
MIN_GROUP_ROWS = 10_000
"""Rows of each piece of a table but the last; writers make pieces of a million [1]."""
MAX_MAGNITUDE = 1e15
"""Values beyond it are none that the program records, and cannot be drawn."""
BYTES_PER_VALUE, BYTES_PER_FILE = 100, 10_000_000
"""Upper bounds of what a number or a short text, and all else, take unpacked [B]."""


def _is_text(kind: pa.DataType) -> bool:
    """Whether a type is that of text, repeated or listed once and numbered."""
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


KINDS: dict[str, Callable[[pa.DataType], bool]] = {
    "integer": pa.types.is_signed_integer,
    "real": pa.types.is_float64,
    "text": _is_text,
}
"""Kinds of columns, and which of Arrow's types belong to each."""


def parse_parquet(
    content: bytes,
    source: object,
    kinds: Mapping[str, str],
    *,
    exact: bool = False,
    columns: Sequence[str] | None = None,
    max_rows: int | None = None,
) -> pa.Table:
    """Read a table, without its metadata, after its columns and its size were checked.

    Parameters
    ----------
    content : bytes
        The file.
    source : object
        Where it comes from, for messages.
    kinds : mapping of str to str
        Kind of every column that the table must have; see :data:`KINDS`.
    exact : bool
        Whether it must have no others, and these in this order.
    columns : sequence of str, optional
        Read only these.
    max_rows : int, optional
        Largest number of rows.

    Raises
    ------
    InputError
        If it is no Parquet, lacks columns, has others than numbers and text, is too large, or holds
        numbers that the program does not record. NaN is one that it does.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        names = file.schema_arrow.names
        types = dict(zip(names, file.schema_arrow.types, strict=True))
        if wrong := [name for name, kind in kinds.items() if not _is_of(types.get(name), kind)]:
            named = ", ".join(wrong[:5]) + (" …" if len(wrong) > 5 else "")
            raise InputError(
                [f"{source} is damaged: it lacks columns, or has others in place of {named}"]
            )
        if len(types) < len(names) or (exact and names != list(kinds)):
            raise InputError([f"{source} is damaged: it has other columns than were written"])
        rows = file.metadata.num_rows
        limit = min(
            MAX_VALUES // len(types) if max_rows is None else max_rows,
            max(MAX_PACKED_VALUES // len(types), ROWS_PER_BYTE * len(content)),
        )
        if rows > limit:
            raise InputError([f"{source} is too large: {rows:,} rows; it may have at most {limit:,}"])
        if file.metadata.num_row_groups > rows // MIN_GROUP_ROWS + 1:
            raise InputError([f"{source} is damaged: it is cut into too many pieces"])
        if _unpacked_bytes(file.metadata) > BYTES_PER_VALUE * rows * len(types) + BYTES_PER_FILE:
            raise InputError([f"{source} is damaged: unpacked, it is larger than its rows"])
        table = file.read(columns=list(kinds) if columns is None else list(columns))
        table.validate(full=True)
    except InputError:
        raise
    except (Exception, MemoryError):  # Arrow raises many kinds of errors on damaged files.
        raise InputError([f"{source} is damaged; it cannot be read as Parquet"]) from None
    if table.num_rows != rows:
        raise InputError([f"{source} is damaged; it cannot be read as Parquet"])
    real = [name for name in table.column_names if kinds[name] == "real"]
    if any((abs(table[name].to_numpy()) > MAX_MAGNITUDE).any() for name in real):
        raise InputError([f"{source} is damaged: it has values beyond {MAX_MAGNITUDE:g}"])
    return table.replace_schema_metadata(None)  # Pandas would parse it, whatever it holds.


def _unpacked_bytes(metadata: pq.FileMetaData) -> int:
    """What a file says that its content takes unpacked [B]; what is compressed well may be a trap."""
    # Not from the metadata of columns: where these are damaged, Arrow ends the whole process.
    return sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))


def _is_of(kind: Any, wanted: str) -> bool:
    """Whether an Arrow type, if there is one, is of a kind."""
    return kind is not None and KINDS[wanted](kind)
