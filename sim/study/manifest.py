"""The manifest of a study: its design, parameter sets, versions and shard, written once.

Keys on disk are those of version 0.1, so that studies of either version can be read and continued.
"""

import errno
import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.study.design import MAX_DESIGN_VALUES, MAX_MEMBERS, Design, with_present_keys
from sim.study.job import Job, design_in
from sim.study.shards import MAX_SHARDS, Shard
from sim.system.checksums import is_sealed, sealed
from sim.system.data_files import read_json, size_problem
from sim.system.files import write_atomically
from sim.system.versions import source_digest

FORMAT = 1
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES, MAX_MANIFEST_VALUES = 200_000_000, 6_000_000
"""Largest manifest [B], and values in it; 100,000 sets of fifty parameters fit."""


def is_study(folder: Path) -> bool:
    """Whether a folder holds a study."""
    return os.path.isfile(folder / MANIFEST)  # False also for a path that no system can have.


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a study; keys of its design are the present ones.

    Raises
    ------
    InputError
        If there is no manifest, or one of another format, or not what was written, or what was written
        is no manifest; lists every problem.
    """
    path = folder / MANIFEST
    if not is_study(folder):
        reason = os.strerror(errno.EISDIR if os.path.isdir(path) else errno.ENOENT)
        raise InputError([f"{folder} holds no study: {MANIFEST}: {reason}"])
    manifest = read_json(path, MAX_MANIFEST_BYTES, MAX_MANIFEST_VALUES)
    if manifest.get("format") != FORMAT:
        raise InputError([f"{path} has format {manifest.get('format')!r}; this version reads {FORMAT}"])
    if not is_sealed(manifest):
        raise InputError([f"{path} is damaged or was changed; restore it, or choose another folder"])
    if isinstance(manifest.get("design"), dict):
        manifest["design"] = with_present_keys(manifest["design"])
    try:
        problems = [f"{path} is damaged: {problem}" for problem in _content_problems(manifest)]
    except InputError as error:
        problems = [f"{path}: {problem}" for problem in error.problems]
    if problems:
        raise InputError(problems)
    return manifest


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write the manifest of a study.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    text = json.dumps(sealed({"format": FORMAT, **manifest}), indent=1, ensure_ascii=False) + "\n"
    # Undecodable bytes of a command line become escapes, which JSON reads as what they were.
    write_atomically(folder / MANIFEST, text.encode("utf-8", "backslashreplace"))


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


def design_from(manifest: Mapping[str, Any]) -> Design:
    """Design of a study by its manifest.

    Raises
    ------
    DesignError
        Lists every problem.
    """
    return design_in(json.dumps(manifest["design"]))


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


def _content_problems(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with a manifest that is as it was written; raises what a design raises."""
    wanted = {"design": dict, "points": list, "bodies_per_part": int, "versions": dict}
    unfit = [key for key, kind in wanted.items() if type(manifest.get(key)) is not kind]
    if unfit:
        yield f"{', '.join(unfit)} missing, or of another type"
        return
    if problem := size_problem(manifest["design"], MAX_DESIGN_VALUES):
        yield f"the design is too large; {problem}"
        return
    design = design_from(manifest)
    if not 1 <= manifest["bodies_per_part"] <= MAX_MEMBERS:
        yield f"bodies_per_part = {manifest['bodies_per_part']} is not possible"
    if not all(isinstance(text, str) for text in manifest["versions"].values()):
        yield "versions are not text"
    if not _is_shard(manifest.get("shard")):
        yield f"shard = {manifest.get('shard')!r} is not possible"
    if not _are_sets_of(design, manifest["points"]):
        yield "the parameter sets are not those of the design"


def _is_shard(value: object) -> bool:
    """Whether a value is None, or the number and the total of a shard."""
    if value is None:
        return True
    if (
        not isinstance(value, list)
        or len(value) != 2
        or any(type(number) is not int for number in value)
    ):
        return False
    return bool(1 <= value[0] <= value[1] <= MAX_SHARDS)


def _are_sets_of(design: Design, points: list[Any]) -> bool:
    """Whether parameter sets are of the number, the names and the ranges that a design says."""
    ranges = design.samples.ranges if design.samples else {}
    if len(points) != design.sets:
        return False
    if not all(isinstance(point, dict) and point.keys() == ranges.keys() for point in points):
        return False
    for name, allowed in ranges.items():
        values = [point[name] for point in points]
        if not all(isinstance(value, (int, float)) for value in values):
            return False
        if not all(min(allowed) <= value <= max(allowed) for value in values):
            return False
    return True
