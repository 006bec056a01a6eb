"""Shards: a study divided among independent jobs, such as those of a batch queue."""

import re
from typing import NamedTuple

from sim.errors import InputError
from sim.study.job import Job

MAX_SHARDS = 100_000
_FRACTION = re.compile(r"(\d{1,6})/(\d{1,6})")
_FOLDER = re.compile(r"shard-\d+-of-\d+")


class Shard(NamedTuple):
    """One of several equal pieces of a study, counted from one."""

    number: int
    of: int

    @classmethod
    def read(cls, text: str) -> "Shard":
        """Read text such as "3/40".

        Raises
        ------
        InputError
            If the text is not a shard.
        """
        if parts := _FRACTION.fullmatch(text):
            number, of = map(int, parts.groups())
            if 1 <= number <= of <= MAX_SHARDS:
                return cls(number, of)
        raise InputError([f"shard {text!r}: write it like 3/40, the third of forty"])

    @property
    def folder(self) -> str:
        """Name of the shard's folder in that of the study."""
        return f"shard-{self.number:0{len(str(self.of))}d}-of-{self.of}"


def is_shard_folder(name: str) -> bool:
    """Whether a folder in that of a study is called as one of a shard."""
    return _FOLDER.fullmatch(name) is not None


def batches_of(job: Job, shard: Shard | None) -> range:
    """Batches of a shard: every n-th, or all of them without a shard."""
    if shard is None:
        return range(job.n_batches)
    return range(shard.number - 1, job.n_batches, shard.of)
