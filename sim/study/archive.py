"""A study's folder as a job: what it is for, which parts belong in it, and what may join it."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import InputError, StudyError
from sim.study.batches import Job
from sim.study.store import (
    Entry,
    Store,
    create_store,
    differences,
    is_study,
)
from sim.system.versions import package_versions

MOST_SHARDS = 100_000


class Shard(NamedTuple):
    """One of several equal shares of a study, counted from one."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> "Shard":
        """Read text such as "3/40"."""
        number, _, of = text.partition("/")
        if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of) <= MOST_SHARDS:
            return cls(int(number), int(of))
        raise InputError([f"shard {text!r}: write it like 3/40, the third of forty"])

    @property
    def folder(self) -> str:
        """Name of the shard's folder in that of the study."""
        return f"shard-{self.number:0{len(str(self.of))}d}-of-{self.of}"


MOST_SHOWN = 3
"""Differences of designs that are told at most."""


def opened(home: Path, job: Job, share: Shard | None, extend: bool) -> Store:
    """Open the study's folder, or begin it."""
    design = json.loads(job.design)
    manifest = {
        "design": design,
        "points": json.loads(job.points),
        "bodies_per_part": job.bodies_per_part,
        "shard": list(share) if share else None,
        "versions": json.loads(job.made_with),
        "began": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:]]),
    }
    if not is_study(home):
        return create_store(home, manifest)
    store = Store(home)
    old = store.manifest["design"]
    more = extend and old["replicates"] < design["replicates"]
    unlike = differences({**old, "replicates": design["replicates"]} if more else old, design)
    if unlike:
        grows = not differences({**old, "replicates": design["replicates"]}, design)
        hint = "; with --extend, replicates are added to those that are there" if grows else ""
        shown = [f"{home} holds another study; {text}{hint}" for text in unlike[:MOST_SHOWN]]
        left = len(unlike) - MOST_SHOWN
        raise InputError([*shown, *([f"and {left} more differences"] if left > 0 else [])])
    stale = _other_versions(store.manifest["versions"], package_versions())
    if stale and len(store.entries) < job_in(store, None).parts:
        raise InputError([f"{home} was begun with other versions: {text}" for text in stale])
    if more or any(old.get(key) != design[key] for key in design):
        with writing(store, "run"):
            store.restart({**store.manifest, "design": design})
    return store


def job_in(store: Store, threads: int | None) -> Job:
    """Job that a study's folder holds."""
    m = store.manifest
    return Job(
        json.dumps(m["design"]),
        json.dumps(m["points"]),
        m["bodies_per_part"],
        json.dumps(m["versions"]),
        threads,
    )


def share_in(store: Store) -> Shard | None:
    """Share of the study that a folder is for."""
    share = store.manifest["shard"]
    return Shard(*share) if share else None


def parts_of(job: Job, share: Shard | None) -> range:
    """Parts that are to be done: all of them, or every n-th."""
    return range(share.number - 1, job.parts, share.of) if share else range(job.parts)


def outdated(store: Store, job: Job, share: Shard | None) -> list[Entry]:
    """Parts that hold other bodies than they should now, as the last one does when a study grows."""
    units = {part: (job.units(part).start, job.units(part).stop) for part in parts_of(job, share)}
    return [entry for entry in store.entries.values() if units.get(entry.part) != entry.units]


def other_making(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Say why results of two manifests of one design do not belong together."""
    unlike = _other_versions(a["versions"], b["versions"])
    names = {"bodies_per_part": "parts of another size", "points": "other parameter sets"}
    return unlike + [text for key, text in names.items() if a[key] != b[key]]


def _other_versions(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Say which versions differ that results may depend on."""
    return [
        f"{name} {old.get(name)} in the folder, {version} here"
        for name, version in new.items()
        if name != "machine" and old.get(name) != version
    ]


@contextmanager
def writing(store: Store, command: str) -> Iterator[None]:
    """Tell what the disk refuses, that nothing is lost, and how to go on."""
    try:
        yield
    except OSError as error:
        raise StudyError(
            f"{store.folder}: {error.strerror or error}. All {len(store.entries)} finished parts are "
            f"kept; when it can be written again: sim study {command} {store.folder}"
        ) from None
