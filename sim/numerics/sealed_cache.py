"""Compiled kernels on disk carry checksums: one that is damaged is compiled anew.

Numba reads what it finds: an altered byte of machine code would crash the process, or change a result.
Classes of Numba's cache are extended through its objects, since their names may change; where their
methods are not those that are expected, Numba's cache is used as it is.
"""

import hashlib
import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

FILE_METHODS = ("_dump", "_load_index", "_load_data", "_index_path", "_data_path")
CACHE_METHODS = ("load_overload", "save_overload", "flush")
SEAL_BYTES = hashlib.sha256().digest_size


class DamagedKernelError(ValueError):
    """A file of the cache is not what was written."""


def seal_cache(dispatcher: Any) -> None:
    """Let the cache of a compiled function check what it reads.

    Parameters
    ----------
    dispatcher : numba dispatcher
        Function that Numba compiles and caches; its cache is changed.
    """
    of_function: Any = getattr(dispatcher, "_cache", None)
    files: Any = getattr(of_function, "_cache_file", None)
    known = all(hasattr(of_function, name) for name in CACHE_METHODS)
    if known and all(hasattr(files, name) for name in FILE_METHODS):
        files.__class__ = _sealed(type(files))  # type: ignore[arg-type]
        of_function.__class__ = _tolerant(type(of_function))  # type: ignore[arg-type]


@cache
def _sealed(files: type[Any]) -> type[Any]:
    """Class of files that end with the SHA-256 of what is before; unpickling stops there."""

    def dump(self: Any, content: Any) -> bytes:
        pickled: bytes = files._dump(self, content)
        return pickled + hashlib.sha256(pickled).digest()

    def load_index(self: Any) -> Any:
        with suppress(FileNotFoundError), open(self._index_path, "rb") as file:
            pickle.load(file)  # The version of Numba stands before what is sealed.
            _check(file.read())
        return files._load_index(self)

    def load_data(self: Any, name: str) -> Any:
        _check(Path(self._data_path(name)).read_bytes())
        return files._load_data(self, name)

    methods = {"_dump": dump, "_load_index": load_index, "_load_data": load_data}
    return type(files.__name__, (files,), methods)


@cache
def _tolerant(of_function: type[Any]) -> type[Any]:
    """Class of caches in which anything that cannot be read is as if it were not there."""

    def load_overload(self: Any, signature: Any, context: Any) -> Any:
        try:
            return of_function.load_overload(self, signature, context)
        except Exception:  # Damaged data may raise anything.
            with suppress(Exception):
                self.flush()
            return None

    def save_overload(self: Any, signature: Any, compiled: Any) -> None:
        with suppress(OSError):  # The disk is full, say; the kernel is in memory all the same.
            of_function.save_overload(self, signature, compiled)

    methods = {"load_overload": load_overload, "save_overload": save_overload}
    return type(of_function.__name__, (of_function,), methods)


def _check(sealed: bytes) -> None:
    """Compare a content with the checksum at its end."""
    if hashlib.sha256(sealed[:-SEAL_BYTES]).digest() != sealed[-SEAL_BYTES:]:
        raise DamagedKernelError("the checksum differs")
