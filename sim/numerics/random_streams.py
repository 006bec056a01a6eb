"""Random streams that can be reached again at any moment.

A stream is named by seed, replicate and purpose, never by the condition: a treated and an untreated
body have the same cells and the same fluctuations. Draws go by cell number, so more cells leave the
first ones as they were. Nothing has to be stored to go on: the moment is a counter of the generator.
"""

from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a stream is for. Numbers are part of the results: never change one, only add."""

    TRAITS = 1
    FLUCTUATION_START = 2
    FLUCTUATION = 3
    AGENT_ORDER = 4
    PERSON = 5
    SAMPLE = 6


def stream(seed: int, replicate: int, purpose: Purpose, moment: int = 0) -> np.random.Generator:
    """Generator at the start of one moment of one stream.

    Parameters
    ----------
    seed, replicate : int
        Not negative.
    purpose : Purpose
        What the numbers are for.
    moment : int
        Which step of the run, not negative.
    """
    philox = np.random.Philox(key=_key(seed, replicate, purpose), counter=[0, 0, 0, moment])
    return np.random.Generator(philox)


@lru_cache(maxsize=64)
def _key(seed: int, replicate: int, purpose: Purpose) -> NDArray[np.unsignedinteger]:
    """Key of a stream; a run asks for it at every step."""
    return np.random.SeedSequence([seed, replicate, int(purpose)]).generate_state(2, np.uint64)
