"""Random streams any step of which can be reached without drawing the steps before.

A stream is named by seed, replicate and purpose, never by the condition: the treated and the untreated
arm of a replicate have the same cells and the same fluctuations. Rows of draws are cells, so a larger
tissue has the first cells of a smaller one. A checkpoint stores no generator: the step is the counter
of a counter-based generator, Philox.

References
----------
Salmon, Moraes, Dror & Shaw 2011, Proc Int Conf High Perform Comput (SC11), article 16 (Philox).
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class Purpose(IntEnum):
    """What a stream is used for. Numbers are part of the results: never change one, only add."""

    TRAITS = 1
    FLUCTUATION_START = 2
    FLUCTUATION = 3
    AGENT_ORDER = 4
    PERSON = 5
    SAMPLE = 6


def stream(seed: int, replicate: int, purpose: Purpose, step: int = 0) -> np.random.Generator:
    """Make the generator of one step of a stream.

    Parameters
    ----------
    seed, replicate : int
        Not negative.
    purpose : Purpose
        What the numbers are for.
    step : int
        Number of the step, not negative. Each step has 2**192 blocks of the counter, so steps never
        overlap.
    """
    philox = np.random.Philox(key=_key(seed, replicate, purpose), counter=[0, 0, 0, step])
    return np.random.Generator(philox)


def streams(
    seed: int, replicate: int, purpose: Purpose, steps: Sequence[int]
) -> Iterator[np.random.Generator]:
    """Make the generators of several steps of a stream, one after the other; see :func:`stream`.

    Yields
    ------
    numpy.random.Generator
        The same object each time, set to the next step: that is quicker than to make another.
    """
    philox = np.random.Philox(key=_key(seed, replicate, purpose))
    generator, state = np.random.Generator(philox), philox.state
    for step in steps:
        state["state"]["counter"][3] = step
        philox.state = state
        yield generator


@lru_cache(maxsize=64)
def _key(seed: int, replicate: int, purpose: Purpose) -> NDArray[np.unsignedinteger]:
    """Key of a stream; cached, because hashing a seed takes longer than a small draw."""
    return np.random.SeedSequence([seed, replicate, int(purpose)]).generate_state(2, np.uint64)
