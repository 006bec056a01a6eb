"""Random streams that can be reached again at any moment.

A stream is named by seed, replicate and purpose, never by the condition: a treated and an untreated
body have the same cells and the same fluctuations. Draws go by cell number, so more cells leave the
first ones as they were. Nothing has to be stored to go on: the moment is a counter of the generator.
"""

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What a stream is for. Numbers are part of the results: never change one, only add."""

    TRAITS = 1
    FLUCTUATION_START = 2
    FLUCTUATION = 3
    AGENT_ORDER = 4


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
    key = np.random.SeedSequence([seed, replicate, int(purpose)]).generate_state(2, np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, moment]))
