"""What a study has found: tidy tables, bands, paired differences, probabilities, each with its n."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.errors import InputError
from sim.statistics.interval import Interval
from sim.statistics.one_arm import (
    mean_interval,
    proportion_interval,
    quantile_bands,
    quantile_interval,
)
from sim.statistics.paired import paired_proportion_difference, variance_reduction
from sim.statistics.precision import half_widths, required_replicates
from sim.statistics.ranks import rank_correlations
from sim.study.batches import KEYS, digest_of_all, digests_of
from sim.study.design import Design, read_design
from sim.study.store import Store
from sim.study.tables import Tables
from sim.variables.endpoints import Question
from sim.variables.table import VARIABLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Values = TypeVar("Values", pd.DataFrame, "pd.Series[float]")

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Study:
    """The findings of a study, finished or not; nothing is read before it is asked for.

    Everything is about bodies: a replicate with a parameter set, through all arms. Where arms are
    compared, each body is compared with itself. The parameter sets of a replicate share its person and
    its noise, so intervals of means and shares are those of the replicates, each the mean of its sets.

    Parameters
    ----------
    folder : path
        The study's folder.

    Raises
    ------
    InputError
        If it holds no study.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._store = Store(self.folder)
        self.design: Design = read_design(self._store.manifest["design"])
        self._tables = Tables(self.folder, self._store, self.design)

    @property
    def bodies(self) -> int:
        """Number of bodies that are done."""
        return sum(stop - start for start, stop in (e.units for e in self._store.entries.values()))

    @property
    def complete(self) -> bool:
        """Whether every body is done."""
        return self.bodies == self.design.units

    @property
    def failures(self) -> list[str]:
        """What became of bodies that did not live to the end of an arm."""
        entries = self._store.entries
        return [failure for part in sorted(entries) for failure in entries[part].failures]

    @property
    def arms(self) -> list[str]:
        """Names of the conditions; the first is the reference."""
        return self.design.arms

    @cached_property
    def courses(self) -> pd.DataFrame:
        """A row a moment of a body in an arm: replicate, sample, condition, day, variables."""
        return self._tables.whole("courses")

    @cached_property
    def cases(self) -> pd.DataFrame:
        """A row a body in an arm: outcome, factors of the person, parameters that were sampled."""
        return self._tables.whole("cases")

    @cached_property
    def cells(self) -> pd.DataFrame:
        """A row a cell at a moment of a body in an arm, if the design keeps any."""
        return self._tables.whole("cells")

    def values(self, variable: str, condition: str) -> pd.DataFrame:
        """A variable of one arm: a row a body (index replicate, sample), a column a day."""
        self._check(variable, condition)
        return self._tables.course(variable, condition)

    def at(self, variable: str, condition: str, day: float | None = None) -> pd.Series:
        """A variable of one arm, a row a body, on the recorded day nearest to a day (default: the last).

        A body that did not live until then has no value.
        """
        return self.values(variable, condition)[self._recorded_day(day, condition)]

    def bands(
        self, variable: str, condition: str, quantiles: Sequence[float] = QUANTILES
    ) -> pd.DataFrame:
        """Quantiles over the bodies of an arm, a row a day, with the number of bodies behind each."""
        table = self.values(variable, condition)
        bands, n = quantile_bands(table.to_numpy(), quantiles)
        frame = pd.DataFrame(bands.T, index=table.columns, columns=[f"p{100 * q:g}" for q in quantiles])
        return frame.assign(n=n)

    def difference(
        self, variable: str, condition: str, reference: str | None = None, level: float = 0.95
    ) -> pd.DataFrame:
        """Mean difference of an arm from the reference in the same bodies, with interval, by day."""
        mine, other = self._pair(variable, condition, reference)
        changes = self._by_replicate(mine - other)
        rows = [mean_interval(changes[day], level) for day in changes]
        return pd.DataFrame(rows, index=mine.columns)[["estimate", "low", "high", "n"]]

    def difference_at(
        self,
        variable: str,
        condition: str,
        reference: str | None = None,
        day: float | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Mean difference of an arm from the reference in the same bodies on a day."""
        against = reference or self.arms[0]
        return mean_interval(self._own_or_difference(variable, condition, against, day), level)

    def probability(
        self,
        question: str | Question,
        condition: str,
        day: float | None = None,
        *,
        since: float | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Share of bodies of an arm for which a statement holds.

        Parameters
        ----------
        question : str or Question
            Such as "plasma_k < 3.5", the bound in the variable's unit.
        condition : str
            The arm.
        day : float, optional
            When; by default at the end.
        since : float, optional
            Ask whether it holds on any recorded day from this one on, instead of on the day itself.
        level : float
            Of the interval: Wilson's; with several parameter sets, that of the mean of replicates.
        """
        held = self.held(question, condition, day, since=since)
        if self.design.sets > 1:
            return _within(0.0, 1.0, mean_interval(self._by_replicate(held), level))
        return proportion_interval(int(held.sum()), int(held.count()), level)

    def probabilities(
        self, question: str | Question, condition: str, level: float = 0.95
    ) -> pd.DataFrame:
        """Share of bodies of an arm for which a statement holds, with interval and number, by day."""
        self._check_arms(condition)
        days = self._tables.days(condition)
        rows = [self.probability(question, condition, day, level=level) for day in days]
        frame = pd.DataFrame(rows, index=pd.Index(days, name="day"))
        return frame[["estimate", "low", "high", "n"]]

    def probability_difference(
        self,
        question: str | Question,
        condition: str,
        reference: str | None = None,
        day: float | None = None,
        *,
        since: float | None = None,
        level: float = 0.95,
    ) -> Interval:
        """Difference of that share from the reference's, in the same bodies."""
        arms = (reference or self.arms[0], condition)
        day = self._recorded_day(day, *arms)
        a, b = (self.held(question, arm, day, since=since) for arm in arms)
        if self.design.sets > 1:
            return _within(-1.0, 1.0, mean_interval(self._by_replicate(b - a), level))
        return paired_proportion_difference(a, b, level)

    def held(
        self,
        question: str | Question,
        condition: str,
        day: float | None = None,
        *,
        since: float | None = None,
    ) -> pd.Series:
        """Whether a statement holds, 1 or 0, a row a body; nothing for one that did not live so long."""
        asked = Question.read(question)
        present = self.at(asked.variable, condition, day)
        holds, lived = pd.Series(asked.holds(present), index=present.index), present.notna()
        if since is not None:
            table = self.values(asked.variable, condition)
            days, end = table.columns.to_numpy(dtype=float), self._recorded_day(day, condition)
            if since > end:
                raise InputError([f"since = {since:g} is after day {end:g}, until which it is asked"])
            holds[:] = asked.holds(table.to_numpy()[:, (since <= days) & (days <= end)]).any(axis=1)
            lived = lived | holds
        return holds.astype(float).where(lived)

    def pairing(
        self, variable: str, condition: str, reference: str | None = None, day: float | None = None
    ) -> Interval:
        """How much the variance of the difference would grow if arms had bodies of their own."""
        before, after = self._pair_on(variable, condition, reference, day)
        return variance_reduction(self._by_replicate(before), self._by_replicate(after))

    def convergence(
        self, variable: str, condition: str, reference: str | None = None, day: float | None = None
    ) -> pd.Series:
        """Half-width of the 95 % interval of a mean, or of a difference, after each replicate."""
        values = self._own_or_difference(variable, condition, reference, day).dropna()
        widths = half_widths(values) if len(values) > 1 else np.empty(0)
        return pd.Series(widths, index=pd.RangeIndex(2, len(widths) + 2, name="bodies"))

    def bodies_needed(
        self,
        variable: str,
        half_width: float,
        condition: str,
        reference: str | None = None,
        day: float | None = None,
    ) -> int:
        """Replicates that bring that half-width down to a wanted one."""
        values = self._own_or_difference(variable, condition, reference, day)
        return required_replicates(values, half_width)

    def deciding(
        self, outcome: pd.Series, condition: str | None = None, level: float = 0.95
    ) -> pd.DataFrame:
        """Rank correlation of a person's factors and sampled parameters with an outcome.

        A person's factors are held against the mean outcome of the replicate, a sampled parameter
        against that of the parameter set: those are what was drawn independently.

        Parameters
        ----------
        outcome : Series
            A value a body, such as from :meth:`at`, :meth:`held` or a difference of two.
        condition : str, optional
            Any arm, for persons are the same in all.
        level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            A row a factor, the strongest first.
        """
        arm = condition or self.arms[0]
        self._check_arms(arm)
        cases = self.cases[self.cases["condition"] == arm].set_index(list(KEYS))
        inputs = cases.drop(columns=["condition", "outcome", "evaluations"]).reindex(outcome.index)
        varied = {str(name): column for name, column in inputs.items() if column.max() > column.min()}
        if not varied:
            raise InputError(["bodies differ in nothing; let them be persons, or sample parameters"])
        found: dict[str, Interval] = {}
        for key in KEYS:
            own = {name: column.groupby(level=key).mean() for name, column in varied.items()
                   if (key == "replicate") == name.startswith("person_")}  # fmt: skip
            if own:
                found |= rank_correlations(own, outcome.groupby(level=key).mean(), level)
        frame = pd.DataFrame(found, index=Interval._fields).T.drop(columns="level")
        return frame.reindex(frame["estimate"].abs().sort_values(ascending=False).index)

    def summary(self, day: float | None = None) -> pd.DataFrame:
        """Median with its 95 % interval, middle 90 % of bodies and their number, by variable and arm."""
        rows = []
        for variable in self.design.variables:
            for condition in self.arms:
                values = self.at(variable, condition, day).to_numpy(dtype=float)
                median = quantile_interval(values, 0.5)
                if self.design.sets > 1:  # Bodies are not independent then.
                    median = median._replace(low=float("nan"), high=float("nan"))
                (low, high), _ = quantile_bands(values[:, None], (0.05, 0.95))
                rows.append({
                    "variable": variable, "unit": VARIABLES[variable].unit, "condition": condition,
                    "median": median.estimate, "median_low": median.low, "median_high": median.high,
                    "p5": float(low[0]), "p95": float(high[0]), "n": median.n,
                })  # fmt: skip
        return pd.DataFrame(rows).set_index(["variable", "condition"])

    def digest(self, replicate: int | None = None) -> str:
        """SHA-256 of all results, or of one replicate's, as they were when they were computed.

        Raises
        ------
        InputError
            If the replicate is not there.
        """
        digests = [text for key, text in self._digests() if replicate in (None, key[0])]
        if replicate is not None and not digests:
            raise InputError([f"{self.folder} has no replicate {replicate}"])
        return digest_of_all(digests)

    def verify(self) -> list[str]:
        """Read every file again and say what is not as it was computed; nothing if all is well."""
        problems = [
            f"part {entry.part}: a file is missing or damaged" for entry in self._store.damaged()
        ]
        bad = {entry.part for entry in self._store.damaged()}
        for entry in self._store.entries.values():
            if entry.part in bad:
                continue
            tables = {t: pq.read_table(entry.path(self.folder, t)) for t in entry.files}
            if list(digests_of(tables).values()) != entry.digests:
                problems.append(f"part {entry.part}: its tables do not give the digests of its bodies")
        return problems

    def plot(self, variable: str = "plasma_k") -> "Figure":
        """Draw a variable: bodies and bands of each arm, and paired differences over time."""
        from sim.figures.study import draw_courses

        return draw_courses(self, variable)

    def provenance(self) -> dict[str, Any]:
        """What was asked, with which versions, when and how."""
        return {**self._store.manifest, "bodies": self.bodies, "digest": self.digest()}

    def _digests(self) -> Iterable[tuple[tuple[int, int], str]]:
        """Digest of each body, in order."""
        for part in sorted(self._store.entries):
            entry = self._store.entries[part]
            for unit, text in zip(range(*entry.units), entry.digests, strict=True):
                yield self.design.unit(unit), text

    def _pair(
        self, variable: str, condition: str, reference: str | None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """A variable of an arm and of the reference: the same bodies, and the days that both have."""
        mine = self.values(variable, condition)
        other = self.values(variable, reference or self.arms[0])
        days = mine.columns.intersection(other.columns)
        return mine[days], other[days]

    def _pair_on(
        self, variable: str, condition: str, reference: str | None, day: float | None
    ) -> tuple[pd.Series, pd.Series]:
        """A variable of the reference and of an arm on a day, in the same bodies."""
        arms = (reference or self.arms[0], condition)
        day = self._recorded_day(day, *arms)
        before, after = (self.at(variable, arm, day) for arm in arms)
        return before, after

    def _own_or_difference(
        self, variable: str, condition: str, reference: str | None, day: float | None
    ) -> pd.Series:
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

    def _recorded_day(self, day: float | None, *arms: str) -> float:
        """Day recorded in all of some arms that is nearest to one, by default the last."""
        self._check_arms(*arms)
        days = sorted(set.intersection(*(set(self._tables.days(arm).tolist()) for arm in arms)))
        nearest: float = days[-1] if day is None else min(days, key=lambda there: abs(there - day))
        return nearest

    def _check(self, variable: str, condition: str) -> None:
        problems = []
        if variable not in self.design.variables:
            problems.append(
                f"{variable!r} was not recorded; there are {', '.join(self.design.variables)}"
            )
        problems += self._unknown_arms(condition)
        if problems:
            raise InputError(problems)

    def _check_arms(self, *arms: str) -> None:
        if problems := self._unknown_arms(*arms):
            raise InputError(problems)

    def _unknown_arms(self, *arms: str) -> list[str]:
        """Say which arms do not exist."""
        there = ", ".join(self.arms)
        return [f"no arm is called {arm!r}; there are {there}" for arm in arms if arm not in self.arms]


def _within(low: float, high: float, interval: Interval) -> Interval:
    """Cut an interval to what can be."""
    return interval._replace(low=max(low, interval.low), high=min(high, interval.high))


def open_study(folder: str | Path) -> Study:
    """Open the findings of a study.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    return Study(folder)
