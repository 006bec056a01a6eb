"""What of the inputs goes with the outcome: rank correlations."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from sim.statistics.interval import Array, Interval, check_level, normal_quantile, pairs_of


def _ranks(values: Array) -> Array:
    """Ranks from one, equal values sharing the mean of theirs."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Array = np.cumsum(counts) - 0.5 * (counts - 1.0)
    return shared[which]


def _rank_correlation(values: Array, outcome: Array, level: float) -> Interval:
    """Spearman's rho of pairs that are there, with its interval; see :func:`rank_correlations`."""
    n = values.size
    x, y = _ranks(values) - 0.5 * (n + 1.0), _ranks(outcome) - 0.5 * (n + 1.0)
    spread = math.sqrt(float(x @ x) * float(y @ y))
    rho = float(x @ y) / spread if spread else math.nan
    if n < 4 or not spread:
        return Interval(rho, math.nan, math.nan, n, level)
    # Fisher's z of ±1 is infinite. It stands for all that rounds to it: ranks move rho by 12/(n³ − n).
    most = 1.0 - 6.0 / (n * (n * n - 1.0))
    z = math.atanh(min(max(rho, -most), most))
    half = normal_quantile(level) * math.sqrt((1.0 + 0.5 * rho * rho) / (n - 3.0))
    return Interval(rho, min(math.tanh(z - half), rho), max(math.tanh(z + half), rho), n, level)


def rank_correlations(
    inputs: Mapping[str, ArrayLike], outcome: ArrayLike, level: float = 0.95
) -> dict[str, Interval]:
    """Spearman's rank correlation of each input with the outcome.

    The interval is Fisher's with the variance of Bonett and Wright, (1 + ρ²/2)/(n − 3) for its z. It
    covers ρ with 0.94 to 0.97 at level 0.95 from ten normal pairs on while |ρ| is at most 0.95, and with
    less beyond.

    Parameters
    ----------
    inputs : mapping of arrays, shape (replicates,)
        Values of each input in its unit, NaN where missing.
    outcome : array, shape (replicates,)
        Values in any unit, infinite ones among them if need be, NaN where missing.
    level : float
        Confidence between 0 and 1.

    Returns
    -------
    dict of Interval
        Correlations [1] in the order of the inputs, each over the pairs that are there. NaN if all
        values of one are equal; without bounds for fewer than four pairs.

    Raises
    ------
    ValueError
        No inputs; an input or the outcome empty, not one row or not of one length; level not between 0
        and 1.

    References
    ----------
    Bonett & Wright 2000.
    """
    check_level(level)
    if not inputs:
        raise ValueError("inputs is empty; there must be at least one")
    pairs = {
        name: pairs_of(values, outcome, (f"input {name!r}", "outcome"), finite=False)
        for name, values in inputs.items()
    }
    return {name: _rank_correlation(*pair, level) for name, pair in pairs.items()}
