"""Statistics of replicate studies: arms whose replicates share their random numbers.

A replicate that shares its random numbers with one of another arm is paired with it, so arms are
compared by the differences within pairs. A value that is NaN is not there: functions leave it out, or
its pair, and say how many are left. That is fair only if it is missing for no reason to do with it.
"""

from sim.statistics.interval import Interval
from sim.statistics.one_arm import mean_interval, proportion_interval, quantile_bands, quantile_interval
from sim.statistics.paired import (
    paired_difference,
    paired_proportion_difference,
    ratio_interval,
    variance_reduction,
)
from sim.statistics.precision import half_widths, replicates_needed
from sim.statistics.ranks import rank_correlations

__all__ = [
    "Interval",
    "half_widths",
    "mean_interval",
    "paired_difference",
    "paired_proportion_difference",
    "proportion_interval",
    "quantile_bands",
    "quantile_interval",
    "rank_correlations",
    "ratio_interval",
    "replicates_needed",
    "variance_reduction",
]
