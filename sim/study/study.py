"""Findings of a study: bands, paired differences, probabilities, precision, each with its n."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from sim.errors import InputError
from sim.statistics import (
    Interval,
    half_widths,
    mean_interval,
    paired_proportion_difference,
    proportion_interval,
    quantile_bands,
    quantile_interval,
    required_replicates,
    variance_reduction,
)
from sim.study.drivers import drivers_by_rank
from sim.study.former_names import former_name_of
from sim.study.stored import StoredStudy
from sim.variables.endpoints import Endpoint
from sim.variables.table import VARIABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Values = TypeVar("Values", pd.DataFrame, "pd.Series[float]")

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Study(StoredStudy):
    """The findings of a study, finished or not; nothing is read before it is needed.

    A member is a replicate with a parameter set, simulated through all arms; without parameter sets it
    is a replicate. Arms are compared within members. The parameter sets of a replicate share its person
    and its noise, so intervals of means and probabilities are those of the replicates, each the mean of
    its sets.

    Parameters
    ----------
    folder : path
        The study's folder.

    Raises
    ------
    InputError
        If it holds no study.
    """

    def bands(
        self, variable: str, condition: str, quantiles: Sequence[float] = QUANTILES
    ) -> pd.DataFrame:
        """Quantiles over the members of an arm, a row per day, with the number of members."""
        table = self.values(variable, condition)
        bands, n = quantile_bands(table.to_numpy(), quantiles)
        frame = pd.DataFrame(bands.T, index=table.columns, columns=[f"p{100 * q:g}" for q in quantiles])
        return frame.assign(n=n)

    def difference(
        self, variable: str, condition: str, reference: str | None = None, level: float = 0.95
    ) -> pd.DataFrame:
        """Mean paired difference of an arm from the reference, with interval, by day."""
        mine, other = self.values(variable, condition), self.values(variable, reference or self.arms[0])
        days = mine.columns.intersection(other.columns)
        changes = self._by_replicate(mine[days] - other[days])
        rows = [mean_interval(changes[day], level) for day in changes]
        return pd.DataFrame(rows, index=days)[["estimate", "low", "high", "n"]]

    def difference_at(
        self,
        variable: str,
        condition: str,
        reference: str | None = None,
        day: float | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Mean paired difference of an arm from the reference on a day."""
        against = reference or self.arms[0]
        return mean_interval(self._level_or_difference(variable, condition, against, day), level)

    def indicator(
        self,
        endpoint: str | Endpoint,
        condition: str,
        day: float | None = None,
        *,
        since: float | None = None,
    ) -> pd.Series:
        """Whether an endpoint is reached, 1 or 0, by member; NaN if its simulation failed before.

        Parameters are those of :meth:`probability`.
        """
        read = Endpoint.read(endpoint)
        present = self.at(read.variable, condition, day)
        reached, known = pd.Series(read.holds(present), index=present.index), present.notna()
        if since is not None:
            table = self.values(read.variable, condition)
            days, end = table.columns.to_numpy(dtype=float), self._recorded_day(day, condition)
            if since > end:
                raise InputError([f"since = {since:g} is after day {end:g}, the last that is looked at"])
            reached[:] = read.holds(table.to_numpy()[:, (since <= days) & (days <= end)]).any(axis=1)
            known = known | reached
        return reached.astype(float).where(known)

    def probability(
        self,
        endpoint: str | Endpoint,
        condition: str,
        day: float | None = None,
        *,
        since: float | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Proportion of members of an arm that reach an endpoint.

        Parameters
        ----------
        endpoint : str or Endpoint
            Such as "plasma_k < 3.5", the bound in the variable's unit.
        condition : str
            The arm.
        day : float, optional
            When; by default at the end.
        since : float, optional
            Count members that reach it on any recorded day from this one on, not only on the day itself.
        level : float
            Of the interval: Wilson's; with several parameter sets, that of the mean of replicates.
        """
        reached = self.indicator(endpoint, condition, day, since=since)
        if self.design.sets > 1:
            return _clipped(0.0, 1.0, mean_interval(self._by_replicate(reached), level))
        return proportion_interval(int(reached.sum()), int(reached.count()), level)

    def probabilities(
        self, endpoint: str | Endpoint, condition: str, level: float = 0.95
    ) -> pd.DataFrame:
        """Proportion of members of an arm that reach an endpoint, with interval and number, by day."""
        self._check_arms(condition)
        days = self._tables.days(condition)
        rows = [self.probability(endpoint, condition, day, level=level) for day in days]
        frame = pd.DataFrame(rows, index=pd.Index(days, name="day"))
        return frame[["estimate", "low", "high", "n"]]

    def probability_difference(
        self,
        endpoint: str | Endpoint,
        condition: str,
        reference: str | None = None,
        day: float | None = None,
        *,
        since: float | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Paired difference of that proportion from the reference's."""
        arms = (reference or self.arms[0], condition)
        day = self._recorded_day(day, *arms)
        a, b = (self.indicator(endpoint, arm, day, since=since) for arm in arms)
        if self.design.sets > 1:
            return _clipped(-1.0, 1.0, mean_interval(self._by_replicate(b - a), level))
        return paired_proportion_difference(a, b, level)

    def variance_reduction(
        self, variable: str, condition: str, reference: str | None = None, day: float | None = None
    ) -> Interval:
        """Variance of the difference with other replicates in each arm, over that with the same ones."""
        before, after = self._pair_on(variable, condition, reference, day)
        return variance_reduction(self._by_replicate(before), self._by_replicate(after))

    def convergence(
        self, variable: str, condition: str, reference: str | None = None, day: float | None = None
    ) -> pd.Series:
        """Half-width of the 95 % interval of a mean, or of a difference, by number of replicates."""
        values = self._level_or_difference(variable, condition, reference, day).dropna()
        widths = half_widths(values) if len(values) > 1 else np.empty(0)
        return pd.Series(widths, index=pd.RangeIndex(2, len(widths) + 2, name="replicates"))

    def required_replicates(
        self,
        variable: str,
        half_width: float,
        condition: str,
        reference: str | None = None,
        day: float | None = None,
    ) -> int:
        """Replicates for which that half-width is expected to be no larger than a given one."""
        values = self._level_or_difference(variable, condition, reference, day)
        return required_replicates(values, half_width)

    def rank_drivers(
        self, outcome: pd.Series, condition: str | None = None, level: float = 0.95
    ) -> pd.DataFrame:
        """Rank correlations of properties of persons and sampled parameters with an outcome.

        A property of a person is compared with the mean outcome of its replicate, a sampled parameter
        with that of its parameter set: those are what was drawn independently.

        Parameters
        ----------
        outcome : Series
            A value per member, such as from :meth:`at`, :meth:`indicator` or a difference of two.
        condition : str, optional
            Any arm, since persons are the same in all.
        level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            A row per property or parameter, the strongest first.
        """
        arm = condition or self.arms[0]
        self._check_arms(arm)
        return drivers_by_rank(self.cases[self.cases["condition"] == arm], outcome, level)

    def summary(self, day: float | None = None) -> pd.DataFrame:
        """Median with 95 % interval, middle 90 % and number of members, by variable and arm."""
        rows = []
        for variable in self.design.variables:
            for condition in self.arms:
                values = self.at(variable, condition, day).to_numpy(dtype=float)
                median = quantile_interval(values, 0.5)
                if self.design.sets > 1:  # Members that share a person are not independent.
                    median = median._replace(low=float("nan"), high=float("nan"))
                (low, high), _ = quantile_bands(values[:, None], (0.05, 0.95))
                rows.append(
                    {
                        "variable": variable,
                        "unit": VARIABLES[variable].unit,
                        "condition": condition,
                        "median": median.estimate,
                        "median_low": median.low,
                        "median_high": median.high,
                        "p5": float(low[0]),
                        "p95": float(high[0]),
                        "n": median.n,
                    }
                )
        return pd.DataFrame(rows).set_index(["variable", "condition"])

    def plot(self, variable: str = "plasma_k") -> "Figure":
        """Draw a variable: members and bands of each arm, and paired differences over time."""
        from sim.figures.study import draw_courses

        return draw_courses(self, variable)

    @property
    def bodies(self) -> int:
        """Former name of :attr:`n_completed`, kept for version 0.2."""
        return self.n_completed

    held = former_name_of(indicator)
    pairing = former_name_of(variance_reduction)
    bodies_needed = former_name_of(required_replicates)
    deciding = former_name_of(rank_drivers)

    def _pair_on(
        self, variable: str, condition: str, reference: str | None, day: float | None
    ) -> "tuple[pd.Series[float], pd.Series[float]]":
        """A variable of the reference and of an arm on a day, in the same members."""
        arms = (reference or self.arms[0], condition)
        day = self._recorded_day(day, *arms)
        before, after = (self.at(variable, arm, day) for arm in arms)
        return before, after

    def _level_or_difference(
        self, variable: str, condition: str, reference: str | None, day: float | None
    ) -> "pd.Series[float]":
        """A variable of an arm, or its difference from the reference, by replicate."""
        if reference is None:
            return self._by_replicate(self.at(variable, condition, day))
        before, after = self._pair_on(variable, condition, reference, day)
        return self._by_replicate(after - before)

    def _by_replicate(self, values: Values) -> Values:
        """Mean of the parameter sets of each replicate; values as they are if there is one set."""
        if self.design.sets == 1:
            return values
        means: Values = values.groupby(level="replicate").mean()
        return means


def open_study(folder: str | Path) -> Study:
    """Open the findings of a study.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    return Study(folder)


def _clipped(low: float, high: float, interval: Interval) -> Interval:
    """Cut an interval to the range of possible values."""
    return interval._replace(low=max(low, interval.low), high=min(high, interval.high))
