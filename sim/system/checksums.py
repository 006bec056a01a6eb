"""Checksums of files, and data that carry a checksum of themselves."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.system.data_files import open_data

SHA_256 = "^[0-9a-f]{64}$"
"""Pattern of a checksum as this module writes it."""


def checksum(content: bytes) -> str:
    """SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def file_checksum(path: Path, max_bytes: int | None = None) -> str | None:
    """SHA-256 of a file; None if it is missing, cannot be read, or is larger than it may be [B]."""
    try:
        with open_data(path) as file:
            if max_bytes is not None and os.fstat(file.fileno()).st_size > max_bytes:
                return None
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data with a checksum of themselves, which depends on the order of keys."""
    bare = {key: value for key, value in data.items() if key != "checksum"}
    return {**bare, "checksum": checksum(json.dumps(bare).encode())}


def is_sealed(data: Mapping[str, Any]) -> bool:
    """Whether data are what their checksum was computed from."""
    return bool(data.get("checksum") == sealed(data)["checksum"])
