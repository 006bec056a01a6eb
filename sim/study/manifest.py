"""The manifest of a study: its design, parameter sets, versions and shard, written once.

Keys on disk are those of version 0.1, so that studies of either version can be read and continued.
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.study.design import with_present_keys
from sim.study.job import Job
from sim.study.shards import Shard
from sim.system.checksums import is_sealed, sealed
from sim.system.files import write_atomically
from sim.system.versions import source_digest

FORMAT = 1
MANIFEST = "manifest.json"


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study."""
    return (folder / MANIFEST).is_file()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a study; keys of its design are the present ones.

    Raises
    ------
    InputError
        If there is no manifest, or one of another format, or not what was written.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError([f"{folder} holds no study: {MANIFEST}: {error.strerror}"]) from None
    except ValueError:
        raise InputError([f"{path} is damaged; it is not valid JSON"]) from None
    if not isinstance(manifest, dict):
        raise InputError([f"{path} is damaged; it is not a manifest"])
    if manifest.get("format") != FORMAT:
        raise InputError([f"{path} has format {manifest.get('format')!r}; this version reads {FORMAT}"])
    if not is_sealed(manifest):
        raise InputError([f"{path} is damaged or was changed; restore it, or choose another folder"])
    return {**manifest, "design": with_present_keys(manifest["design"])}


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a study.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    text = json.dumps(sealed({"format": FORMAT, **manifest}), indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST, text.encode())


def new_manifest(job: Job, shard: Shard | None) -> dict[str, Any]:
    """Manifest of a study, or of one of its shards, that begins now."""
    return {
        "design": json.loads(job.design),
        "points": json.loads(job.parameter_sets),
        "bodies_per_part": job.batch_size,
        "shard": list(shard) if shard else None,
        "versions": json.loads(job.versions),
        "sources": source_digest(),
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }


def job_from(manifest: Mapping[str, Any], threads: int | None = None) -> Job:
    """Job of a study by its manifest, with some threads."""
    return Job(
        design=json.dumps(manifest["design"]),
        parameter_sets=json.dumps(manifest["points"]),
        batch_size=manifest["bodies_per_part"],
        versions=json.dumps(manifest["versions"]),
        threads=threads,
    )


def shard_from(manifest: Mapping[str, Any]) -> Shard | None:
    """Shard that a manifest is of, if it is not of a whole study."""
    shard = manifest["shard"]
    return Shard(*shard) if shard else None
