"""A study as text that travels to workers, and how it is divided into batches."""

import json
from functools import lru_cache
from typing import NamedTuple

from sim.conditions.size import seconds_for
from sim.quantities.units import HOURS_PER_DAY
from sim.study.design import Design, read_design
from sim.system.versions import package_versions

MAX_BATCH_SECONDS, MIN_BATCH_SECONDS = 2.0, 0.5
"""Aim for the duration of a batch [s]: not longer, or much is lost with a worker and the last ones are
waited for; not shorter, because writing it takes some hundredths of a second."""
MAX_BATCH_SIZE, MIN_BATCHES = 1000, 64
"""Members in a batch at most, and batches of a study that is long enough for so many."""


class Job(NamedTuple):
    """Everything a worker must know, as text.

    Attributes
    ----------
    design, parameter_sets, versions : str
        As JSON.
    batch_size : int
        Members of a batch.
    threads : int, optional
        Threads for the cells of one body.
    """

    design: str
    parameter_sets: str
    batch_size: int
    versions: str
    threads: int | None

    @property
    def n_batches(self) -> int:
        """Number of batches."""
        return -(-design_of(self).n_members // self.batch_size)

    def members(self, batch: int) -> range:
        """Members of a batch, by number in the study."""
        first = batch * self.batch_size
        return range(first, min(first + self.batch_size, design_of(self).n_members))


def make_job(design: Design, *, threads: int | None = None) -> Job:
    """Make the job of a design; how it is divided into batches depends on the design alone."""
    return Job(
        design=design.model_dump_json(),
        parameter_sets=json.dumps(design.points()),
        batch_size=_batch_size(design),
        versions=json.dumps(package_versions()),
        threads=threads,
    )


def design_of(job: Job) -> Design:
    """Read the design of a job, once per process."""
    return design_in(job.design)


@lru_cache(maxsize=4)
def design_in(text: str) -> Design:
    """Read a design from JSON, once per process.

    Raises
    ------
    DesignError
        Lists every problem.
    """
    return read_design(json.loads(text))


def _batch_size(design: Design) -> int:
    """Members of a batch, from a rough estimate of the time that each takes."""
    days = sum(plan.condition.duration for plan in design.plans()) / HOURS_PER_DAY
    seconds = seconds_for(days, design.cells, design.noise)
    most, least = (round(limit / seconds) for limit in (MAX_BATCH_SECONDS, MIN_BATCH_SECONDS))
    return max(1, min(MAX_BATCH_SIZE, most, max(least, design.n_members // MIN_BATCHES)))
