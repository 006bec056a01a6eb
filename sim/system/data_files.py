"""Reading files that may be damaged, foreign or hostile: within limits, and as data only.

Whatever a file holds, reading it ends soon, with its content or with one sentence that says what is
wrong with it. Nothing that is read is ever executed.
"""

import errno
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from itertools import accumulate
from pathlib import Path
from typing import Any

from sim.errors import InputError

MAX_TEXT_BYTES = 1_000_000
"""Largest file written by hand [B]; a condition has a thousand."""
MAX_DEPTH = 50
"""Deepest nesting of lists and tables; a design has six levels."""
MAX_VALUES = 50_000
"""Largest number of values in a file written by hand."""
MAX_INTEGER = 2**63 - 1
"""Largest whole number that every reader of TOML understands."""

_STRINGS_AND_COMMENTS = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:\\.|[^"\\\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+",
    re.DOTALL,
)
"""What may hold any character; each alternative ends with the text at the latest, so that a search takes
time in proportion to its length."""
_DOTTED = re.compile(r"[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++)*+")
_BRACKETS = re.compile(r"[\[\]{}]")
_DIGITS = re.compile(r"[\d_]++")
MAX_DIGITS = 100
"""Digits of a number that somebody may have written."""


@contextmanager
def open_data(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file to read it; a pipe or a device would keep the reader waiting.

    Raises
    ------
    OSError
        If it cannot be opened, or is anything else.
    """
    # Opening a pipe would wait for somebody to write to it.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError("it is no regular file")
        with open(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    max_bytes : int
        Largest size that it may have [B].

    Raises
    ------
    InputError
        If it cannot be read, is no regular file, or is too large.
    """
    try:
        with open_data(path) as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read(size + 1) if size <= max_bytes else None  # A buffer of that size.
    except OSError as error:
        raise InputError([f"{path} cannot be read: {error.strerror or error}"]) from None
    except ValueError as error:  # A path that no system can have, such as one with a zero byte.
        raise InputError([f"{str(path)!r} cannot be read: {error}"]) from None
    except MemoryError:
        content = None
    if content is None or len(content) > max_bytes:
        raise InputError([f"{path} is too large; it may have at most {size_in_words(max_bytes)}"])
    return content


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file that was written by hand.

    Raises
    ------
    InputError
        If it cannot be read, is not valid TOML, or is too large or too deeply nested.
    """
    content = read_bytes(path, MAX_TEXT_BYTES)
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
        if problem := _structure_problem(text):
            raise InputError([f"{path} is too large: {problem}"])
        data = tomllib.loads(text)
    except InputError:
        raise
    except (ValueError, RecursionError) as error:
        raise InputError([f"{path} is not valid TOML: {error}"]) from None
    if problem := size_problem(data, MAX_VALUES, MAX_INTEGER):
        raise InputError([f"{path} is too large: {problem}"])
    return data


def read_json(path: Path, max_bytes: int, max_values: int) -> dict[str, Any]:
    """Read a JSON file that the program has written; see :func:`read_bytes` and :func:`parse_json`.

    Raises
    ------
    InputError
        If it cannot be read, is too large, or does not hold a single JSON object.
    """
    return parse_json(read_bytes(path, max_bytes), path, max_values)


def parse_json(content: bytes, source: object, max_values: int) -> dict[str, Any]:
    """Read a JSON object.

    Parameters
    ----------
    content : bytes
        The object.
    source : object
        Where it comes from, for messages.
    max_values : int
        Largest number of values that it may hold.

    Raises
    ------
    InputError
        If it is not valid JSON, not an object, too large or nested too deeply.
    """
    if content.count(b",") > max_values:  # Known before the values take memory.
        raise InputError([f"{source} is too large: it holds more than {max_values:,} values"])
    try:
        data = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise InputError([f"{source} is damaged; it is not valid JSON"]) from None
    if not isinstance(data, dict):
        raise InputError([f"{source} is damaged; it does not hold an object"])
    if problem := size_problem(data):
        raise InputError([f"{source} is damaged: {problem}"])
    return data


def size_problem(
    data: object, max_values: float = float("inf"), max_integer: float = float("inf")
) -> str | None:
    """Say why nested data are larger or deeper than is allowed; None if they are not."""
    waiting: list[tuple[Any, int]] = [(data, 0)]
    count = 0
    while waiting:
        value, depth = waiting.pop()
        count += 1
        if depth > MAX_DEPTH:
            return f"it is nested more than {MAX_DEPTH} levels deep"
        if count > max_values:
            return f"it holds more than {max_values:,} values"
        if isinstance(value, int) and abs(value) > max_integer:
            return f"it holds a whole number beyond {max_integer}"
        if isinstance(value, (dict, list)):
            children = value.values() if isinstance(value, dict) else value
            waiting += [(child, depth + 1) for child in children]
    return None


def size_in_words(n_bytes: float) -> str:
    """Write a number of bytes with a unit that suits it."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if n_bytes < 1000 or unit == "GB":
            break
        n_bytes /= 1000
    return f"{n_bytes:,.3g} {unit}"


def _structure_problem(text: str) -> str | None:
    """Say why TOML is nested so deeply that reading it would take minutes or fail; None if it is not.

    The library's time grows with the square of the number of parts of a key.
    """
    bare = _STRINGS_AND_COMMENTS.sub("s", text)
    steps = ((1 if bracket in "[{" else -1) for bracket in _BRACKETS.findall(bare))
    if max(accumulate(steps), default=0) > MAX_DEPTH:
        return f"it is nested more than {MAX_DEPTH} levels deep"
    if max((key.count(".") for key in _DOTTED.findall(bare)), default=0) > MAX_DEPTH:
        return f"a key has more than {MAX_DEPTH} parts"
    if max(map(len, _DIGITS.findall(bare)), default=0) > MAX_DIGITS:
        return f"a number has more than {MAX_DIGITS} digits"
    return None
