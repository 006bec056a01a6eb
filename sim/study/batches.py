"""A batch of a study: the members that one task simulates, and the tables that result.

This is what a worker does, wherever it is. A batch is a pure function of the job and its number.
"""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from sim.errors import VersionError
from sim.simulation.survival import is_finished
from sim.study.arrow_tables import Case, tables_of, to_parquet
from sim.study.design import Design
from sim.study.digests import member_digests
from sim.study.job import Job, design_of
from sim.study.replicate import Arms, prepare_arms, simulate_replicate
from sim.system.interruption import guarded_signals
from sim.system.versions import package_versions


class BatchResult(NamedTuple):
    """Result of a batch: files by table, the digest of each member, and cases that did not finish."""

    files: dict[str, bytes]
    digests: list[str]
    failures: list[str]


class _Setup(NamedTuple):
    design: Design
    points: list[dict[str, float]]
    arms: Arms


def run_batch(job: Job, batch: int, after_member: Callable[[], None] | None = None) -> BatchResult:
    """Simulate all members of a batch.

    Parameters
    ----------
    job : Job
        The study.
    batch : int
        Number of the batch.
    after_member : callable, optional
        Called after each member.

    Raises
    ------
    VersionError
        If this process would compute with other versions than the job was made with.
    """
    _check_versions(job)
    design, points, arms = _setup(job)
    cases: list[Case] = []
    for number in job.members(batch):
        replicate, sample = design.member(number)
        plans = {
            i: plan.of_replicate(replicate, points[sample], job.threads)
            for i, plan in arms.plans.items()
        }
        with guarded_signals():
            results = simulate_replicate(arms._replace(plans=plans), design.variables, design.snapshots)
        cases += [Case(replicate, sample, result) for result in results]
        if after_member is not None:
            after_member()
    tables = tables_of(design, points, cases)
    return BatchResult(
        files={name: to_parquet(table) for name, table in tables.items()},
        digests=list(member_digests(tables).values()),
        failures=[
            f"replicate {replicate}, {design.arms[result.arm]}: {result.outcome}"
            for replicate, _, result in cases
            if not is_finished(result.outcome)
        ],
    )


@lru_cache(maxsize=4)
def _setup(job: Job) -> _Setup:
    """Read a job and compare its arms, once per process."""
    design = design_of(job)
    return _Setup(design, json.loads(job.parameter_sets), prepare_arms(design.plans(job.threads)))


def _check_versions(job: Job) -> None:
    """Refuse to compute with other versions than those of the job; another machine is no difference."""
    wanted, here = json.loads(job.versions), package_versions()
    unlike = [
        f"{name} {here.get(name)} in place of {wanted[name]}"
        for name in wanted
        if name != "machine" and wanted[name] != here.get(name)
    ]
    if unlike:
        raise VersionError(f"a worker has {', '.join(unlike)}; install the same there")
