"""Findings of small studies against plain arithmetic on the table of courses."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.errors import InputError
from sim.statistics import paired_proportion_difference
from sim.study.design import read_design
from sim.study.digests import combined_digest
from sim.study.runner import run_study
from sim.study.study import Study, open_study
from tests.study.study_tools import batches_of_size

PUMP_BLOCK = {"kind": "pump-inhibitor", "effect": 0.86, "start": "6 hour"}
"""So much that the simulation of some persons fails within a day."""
IMPOSSIBLE = {"correlation_pump_k_leak": 0.9, "correlation_pump_na_leak": 0.9, "correlation_leaks": 0.0}
ARMS: list[Any] = [
    {"name": "usual", "duration": "2 day"},
    {"name": "blocker", "duration": "2 day", "treatment": [{"kind": "thiazide", "effect": 0.7}]},
    {"name": "deadly", "duration": "2 day", "treatment": [PUMP_BLOCK]},
    {"name": "short", "duration": "30 hour", "treatment": [{"kind": "thiazide", "effect": 0.7}]},
    {"name": "impossible", "duration": "2 day", "parameters": IMPOSSIBLE},
]
"""The second differs from the first, the third loses replicates, the fourth ends early, the last has
none at all."""
DAYS = [0.0, 0.5, 1.0, 1.5, 2.0]
SHORT = [0.0, 0.5, 1.0, 1.25]
VARIABLES = ["plasma_k", "plasma_mg", "heart_na_in_mean"]
N = 16
LEVEL = 0.95


def study_of(folder: Path, arms: list[Any], size: int = 5, **options: Any) -> Study:
    """Small replicates in batches of a few."""
    with batches_of_size(size):
        design = read_design(
            {"conditions": arms, "cells": 5, "every": "12 hour", "noise": False, "variables": VARIABLES}
            | options
        )
        return run_study(design, folder / "study", workers=1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Sixteen persons in five arms."""
    folder = tmp_path_factory.mktemp("plain")
    return study_of(folder, ARMS, replicates=N, first_replicate=3, endpoints=["plasma_k > 4.2"])


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Eight persons with each of four parameter sets in the first three arms."""
    folder = tmp_path_factory.mktemp("sampled")
    ranges = {"noise_time": ["20 hour", "30 hour"], "plasma_k": ["4 mM", "4.3 mM"]}
    samples = {"method": "latin-hypercube", "number": 4, "ranges": ranges}
    return study_of(folder, ARMS[:3], size=7, replicates=8, samples=samples)


def course(study: Study, variable: str, arm: str) -> pd.DataFrame:
    """A variable of an arm by plain arithmetic, a row a replicate, a column a day."""
    rows = study.courses[study.courses["condition"] == arm]
    days = SHORT if arm == "short" else DAYS
    replicates = study.cases.loc[study.cases["condition"] == study.arms[0], ["replicate", "sample"]]
    index = pd.MultiIndex.from_frame(replicates)
    found = pd.DataFrame(np.nan, index=index, columns=pd.Index(days, name="day"))
    for row in rows.itertuples():
        found.loc[(row.replicate, row.sample), row.day] = getattr(row, variable)
    return found


def assert_interval(found: Any, wanted: tuple[float, float, float, int]) -> None:
    """Estimate, bounds and number are those."""
    estimate, low, high, n = wanted
    assert found.n == n
    assert (found.estimate, found.low, found.high) == pytest.approx((estimate, low, high), nan_ok=True)


def by_student(values: pd.Series) -> tuple[float, float, float, int]:
    """Mean with Student's t interval and number of values, by plain arithmetic."""
    there = values.dropna()
    n = len(there)
    half = stats.t.ppf(0.975, n - 1) * there.sem() if n > 1 else float("nan")
    return there.mean(), there.mean() - half, there.mean() + half, n


# What there is


def test_a_study_tells_what_it_has(study: Study, sampled: Study) -> None:
    """Replicates, arms, and that everything is done."""
    assert (study.n_completed, study.complete) == (N, True)
    assert (sampled.n_completed, sampled.complete) == (32, True)
    assert study.arms == ["usual", "blocker", "deadly", "short", "impossible"]
    assert open_study(study.folder).digest() == study.digest()


def test_the_fixtures_have_what_the_tests_need(study: Study, sampled: Study) -> None:
    """Some replicates do not finish, and none has a steady state with impossible parameters."""
    for some in (study, sampled):
        present = course(some, "plasma_k", "deadly").notna().sum()
        assert present[0.0] == some.n_completed
        assert 3 < present[2.0] < some.n_completed - 1
    assert study.courses.query("condition == 'impossible'").empty


def test_tables_are_tidy(study: Study, sampled: Study) -> None:
    """Keys, then what was recorded, drawn and sampled; types of their own."""
    assert study.courses.columns.tolist() == ["replicate", "sample", "condition", "day", *VARIABLES]
    assert sorted(study.courses["replicate"].unique()) == list(range(3, 3 + N))
    assert len(study.cases) == N * len(ARMS)
    names = study.cases.columns.tolist()
    assert names[:5] == ["replicate", "sample", "condition", "outcome", "evaluations"]
    assert all(name.startswith("person_") for name in names[5:])
    assert sampled.cases.columns.tolist()[-2:] == ["noise_time", "plasma_k"]
    points = sampled.cases.groupby("sample")[["noise_time", "plasma_k"]].first()
    assert points.to_dict("records") == sampled.design.points()


def test_failures_are_reported(study: Study) -> None:
    """Each replicate that did not finish an arm, and each that crossed a limit of survival, in order."""
    others = study.cases[study.cases["outcome"] != "finished"]
    sentences = [
        f"replicate {row.replicate}, {row.condition}: {row.outcome}" for row in others.itertuples()
    ]
    assert sorted(study.failures + study.not_survivable) == sorted(sentences)
    assert all("not survivable" in sentence for sentence in study.not_survivable)
    assert not any("not survivable" in sentence for sentence in study.failures)
    failed = others[others["outcome"].str.startswith("failed")]
    counts = failed["condition"].value_counts()
    assert counts["impossible"] == N
    assert counts["deadly"] == course(study, "plasma_k", "deadly")[2.0].isna().sum() > 0
    assert counts[["usual", "blocker", "short"]].tolist() == [0, 0, 0]
    assert failed.loc[failed["condition"] == "impossible", "person_gfr"].isna().all()


# Values


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("arm", ["usual", "blocker", "deadly", "short", "impossible"])
def test_values_are_those_of_the_table(study: Study, variable: str, arm: str) -> None:
    """A row per replicate and a column per day; NaN after a simulation failed."""
    found = study.values(variable, arm)
    pd.testing.assert_frame_equal(found, course(study, variable, arm), check_index_type=False)
    for day in SHORT if arm == "short" else DAYS:
        pd.testing.assert_series_equal(study.at(variable, arm, day), found[day])
    pd.testing.assert_series_equal(study.at(variable, arm), found.iloc[:, -1])


def test_values_of_several_parameter_sets_have_a_row_each(sampled: Study) -> None:
    """All sets of a replicate follow one another."""
    found = sampled.values("plasma_k", "deadly")
    assert found.index.tolist() == list(itertools.product(range(8), range(4)))
    pd.testing.assert_frame_equal(found, course(sampled, "plasma_k", "deadly"), check_index_type=False)


def test_a_day_is_the_nearest_recorded_one(study: Study) -> None:
    """Of that arm."""
    for day, recorded in ((0.2, 0.0), (0.3, 0.5), (1.9, 2.0), (-3.0, 0.0), (99.0, 2.0)):
        assert study.at("plasma_k", "usual", day).name == recorded
    assert study.at("plasma_k", "short", 99.0).name == 1.25


@pytest.mark.parametrize("arm", ["usual", "deadly", "short"])
def test_bands_are_quantiles_of_the_replicates_present(study: Study, arm: str) -> None:
    """By day, with their number."""
    values = course(study, "plasma_k", arm)
    bands = study.bands("plasma_k", arm)
    assert bands.columns.tolist() == ["p5", "p25", "p50", "p75", "p95", "n"]
    assert bands["n"].tolist() == values.notna().sum().tolist()
    for q in (5, 25, 50, 75, 95):
        assert bands[f"p{q}"].to_numpy() == pytest.approx(values.quantile(q / 100).to_numpy())
    own = study.bands("plasma_k", arm, [0.025, 0.5])
    assert own.columns.tolist() == ["p2.5", "p50", "n"]


def test_bands_of_replicates_that_never_started_are_empty(study: Study) -> None:
    """There is a row a day all the same."""
    bands = study.bands("plasma_k", "impossible")
    assert bands["n"].tolist() == [0] * 5
    assert bands.drop(columns="n").isna().all(axis=None)


# Differences


@pytest.mark.parametrize("reference", [None, "usual", "blocker"])
@pytest.mark.parametrize("arm", ["blocker", "deadly", "short"])
def test_differences_are_those_of_the_same_replicates(
    study: Study, arm: str, reference: str | None
) -> None:
    """Mean change of replicates present in both, with Student's interval, on days of both."""
    changes = course(study, "plasma_k", arm) - course(study, "plasma_k", reference or "usual")
    changes = changes.dropna(axis=1, how="all")
    found = study.difference("plasma_k", arm, reference)
    days = SHORT[:3] if arm == "short" else DAYS
    assert found.index.tolist() == days
    for day in days:
        row = found.loc[day]
        assert_interval(row, by_student(changes[day]))
        at = study.difference_at("plasma_k", arm, reference, day)
        assert tuple(at) == pytest.approx((*row, LEVEL), nan_ok=True)
    last = 1.0 if arm == "short" else 2.0
    assert_interval(study.difference_at("plasma_k", arm, reference), by_student(changes[last]))


def test_differences_of_several_parameter_sets_are_those_of_replicates(sampled: Study) -> None:
    """Sets of one replicate share its person, so their mean is one value."""
    changes = course(sampled, "plasma_k", "blocker") - course(sampled, "plasma_k", "usual")
    means = changes.groupby(level="replicate").mean()
    found = sampled.difference("plasma_k", "blocker")
    for row in found.itertuples():
        assert_interval(row, by_student(means[row.Index]))
    assert_interval(sampled.difference_at("plasma_k", "blocker"), by_student(means[2.0]))
    assert sampled.difference_at("plasma_k", "blocker").n == 8


def test_the_level_is_that_asked_for(study: Study) -> None:
    """A higher one is wider."""
    narrow, wide = (study.difference_at("plasma_k", "blocker", level=level) for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.estimate == wide.estimate < narrow.high < wide.high
    assert (narrow.level, wide.level) == (0.5, 0.99)


def test_a_difference_from_replicates_that_never_started_is_none(study: Study) -> None:
    """No estimate, of no replicates."""
    interval = study.difference_at("plasma_k", "impossible")
    assert_interval(interval, (float("nan"), float("nan"), float("nan"), 0))
    assert study.difference("plasma_k", "impossible")["n"].tolist() == [0] * 5
    assert len(study.convergence("plasma_k", "impossible", "usual")) == 0


@pytest.mark.parametrize("arm", ["blocker", "deadly"])
def test_variance_reduction_is_a_ratio_of_variances(study: Study, arm: str) -> None:
    """Variances of both arms over that of the difference, of replicates present in both."""
    both = pd.concat([course(study, "plasma_k", name)[2.0] for name in ("usual", arm)], axis=1).dropna()
    before, after = both.iloc[:, 0], both.iloc[:, 1]
    interval = study.variance_reduction("plasma_k", arm)
    assert interval.n == len(both)
    assert interval.estimate == pytest.approx((before.var() + after.var()) / (after - before).var())
    assert interval.low < interval.estimate < interval.high


def test_variance_reduction_of_several_sets_is_that_of_replicates(sampled: Study) -> None:
    """Again of their means."""
    before, after = (
        course(sampled, "plasma_k", arm)[2.0].groupby(level="replicate").mean()
        for arm in ("usual", "blocker")
    )
    wanted = (before.var() + after.var()) / (after - before).var()
    assert sampled.variance_reduction("plasma_k", "blocker").estimate == pytest.approx(wanted)


# Probabilities


ENDPOINT, BOUND = "plasma_k > 4.2", 4.2


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("arm", ["usual", "blocker", "deadly"])
def test_probabilities_are_proportions_of_the_replicates_present(
    study: Study, arm: str, day: float
) -> None:
    """With Wilson's interval; a replicate that failed before has no value."""
    values = course(study, "plasma_k", arm)[day].dropna()
    indicator = study.indicator(ENDPOINT, arm, day)
    assert indicator.dropna().tolist() == (values > BOUND).astype(float).tolist()
    assert indicator.index.tolist() == course(study, "plasma_k", arm).index.tolist()
    hits, n = int((values > BOUND).sum()), len(values)
    wilson = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert_interval(study.probability(ENDPOINT, arm, day), (hits / n, wilson.low, wilson.high, n))


@pytest.mark.parametrize(
    ("endpoint", "holds"),
    [
        ("plasma_k < 4.2", lambda x: x < 4.2),
        ("plasma_k >= 4.2", lambda x: x >= 4.2),
        ("plasma_mg <= 0.85", lambda x: x <= 0.85),
    ],
)
def test_endpoints_are_of_any_relation(study: Study, endpoint: str, holds: Any) -> None:
    """And of any variable that is recorded."""
    values = course(study, endpoint.split()[0], "usual")[2.0]
    assert study.probability(endpoint, "usual").estimate == pytest.approx(holds(values).mean())


@pytest.mark.parametrize("arm", ["usual", "deadly", "short"])
def test_probabilities_by_day_are_those_of_each_day(study: Study, arm: str) -> None:
    """A row a recorded day of the arm."""
    found = study.probabilities(ENDPOINT, arm)
    days = SHORT if arm == "short" else DAYS
    assert found.index.tolist() == days
    for day in days:
        assert tuple(study.probability(ENDPOINT, arm, day))[:4] == pytest.approx(tuple(found.loc[day]))


@pytest.mark.parametrize(("since", "day"), [(0.0, 2.0), (0.5, 2.0), (1.0, 1.5), (0.6, 1.0)])
@pytest.mark.parametrize("arm", ["usual", "deadly"])
def test_since_counts_any_day_from_then_on(study: Study, arm: str, since: float, day: float) -> None:
    """Of replicates present on the day; and of those that failed, if it was reached before."""
    table = course(study, "plasma_k", arm)
    past = table[[d for d in DAYS if since <= d <= day]]
    reached = (past > 5.0).any(axis=1)
    wanted = reached.astype(float).where(table[day].notna() | reached)
    found = study.indicator("plasma_k > 5", arm, day, since=since)
    pd.testing.assert_series_equal(found, wanted, check_names=False, check_index_type=False)
    interval = study.probability("plasma_k > 5", arm, day, since=since)
    assert interval.estimate == pytest.approx(wanted.mean())
    assert interval.n == wanted.count()


def test_replicates_that_failed_count_if_it_was_reached_before(study: Study) -> None:
    """K leaves the cells before the simulation fails, which the end alone would not show."""
    end, ever = (study.indicator("plasma_k > 5", "deadly", since=since) for since in (None, 0.0))
    assert end.count() < N
    assert ever.tolist() == [1.0] * N


@pytest.mark.parametrize("reference", [None, "blocker"])
@pytest.mark.parametrize("since", [None, 0.5])
def test_differences_of_probabilities_are_of_the_same_replicates(
    study: Study, since: float | None, reference: str | None
) -> None:
    """Of those present in both, by the interval of Bonett and Price."""
    before = study.indicator(ENDPOINT, reference or "usual", since=since)
    after = study.indicator(ENDPOINT, "deadly", since=since)
    found = study.probability_difference(ENDPOINT, "deadly", reference, since=since)
    assert found == paired_proportion_difference(before, after)
    both = before.notna() & after.notna()
    assert found.estimate == pytest.approx((after[both] - before[both]).mean())
    assert found.n == both.sum()


def test_probabilities_of_arms_of_other_lengths_are_compared_on_a_day_of_both(study: Study) -> None:
    """The last of them, unless another is asked for."""
    endpoint = f"plasma_k > {study.at('plasma_k', 'short', 1.0).median()}"
    found = study.probability_difference(endpoint, "short")
    before, after = (study.indicator(endpoint, arm, 1.0) for arm in ("usual", "short"))
    assert found == paired_proportion_difference(before, after)
    assert study.probability(endpoint, "short").estimate < after.mean() == 0.5


def test_probabilities_of_several_sets_are_means_of_replicates(sampled: Study) -> None:
    """With Student's interval, cut to what can be."""
    reached = course(sampled, "plasma_k", "blocker")[2.0] > BOUND
    means = reached.astype(float).groupby(level="replicate").mean()
    estimate, low, high, n = by_student(means)
    found = sampled.probability(ENDPOINT, "blocker")
    assert_interval(found, (estimate, max(0.0, low), min(1.0, high), n))
    change = reached.astype(float) - (course(sampled, "plasma_k", "usual")[2.0] > BOUND)
    estimate, low, high, n = by_student(change.groupby(level="replicate").mean())
    found = sampled.probability_difference(ENDPOINT, "blocker")
    assert_interval(found, (estimate, max(-1.0, low), min(1.0, high), n))


def test_no_replicate_is_no_probability(study: Study) -> None:
    """Nothing is known then."""
    assert_interval(study.probability(ENDPOINT, "impossible"), (float("nan"), 0.0, 1.0, 0))
    assert_interval(study.probability_difference(ENDPOINT, "impossible"), (float("nan"), -1.0, 1.0, 0))


# How many replicates


@pytest.mark.parametrize("reference", [None, "usual"])
@pytest.mark.parametrize("arm", ["blocker", "deadly"])
def test_convergence_is_the_half_width_after_each_replicate(
    study: Study, arm: str, reference: str | None
) -> None:
    """Of the mean, or of the difference from a reference; replicates without a value are not counted."""
    values = course(study, "plasma_k", arm)[2.0]
    if reference:
        values = values - course(study, "plasma_k", reference)[2.0]
    there = values.dropna()
    found = study.convergence("plasma_k", arm, reference)
    assert found.index.tolist() == list(range(2, len(there) + 1))
    for n in range(2, len(there) + 1):
        wanted = stats.t.ppf(0.975, n - 1) * there.iloc[:n].sem()
        assert found[n] == pytest.approx(wanted)


def test_convergence_of_arms_of_other_lengths_is_on_a_day_of_both(study: Study) -> None:
    """As their difference is."""
    found = study.convergence("plasma_k", "short", "usual").iloc[-1]
    interval = study.difference_at("plasma_k", "short", "usual")
    assert found == pytest.approx(0.5 * (interval.high - interval.low))


@pytest.mark.parametrize("fraction", [0.2, 0.5, 0.99, 1.01, 3.0])
@pytest.mark.parametrize("reference", [None, "usual"])
def test_required_replicates_are_the_fewest_that_suffice(
    study: Study, reference: str | None, fraction: float
) -> None:
    """Their half-width would be as wanted, that of one less would not."""
    values = course(study, "plasma_k", "blocker")[2.0]
    if reference:
        values = values - course(study, "plasma_k", reference)[2.0]
    wanted = fraction * study.convergence("plasma_k", "blocker", reference).iloc[-1]
    n = study.required_replicates("plasma_k", wanted, "blocker", reference)
    half = [stats.t.ppf(0.975, k - 1) * values.std() / np.sqrt(k) for k in (n, max(n - 1, 2))]
    assert half[0] <= wanted * (1 + 1e-12)
    assert n == 2 or half[1] > wanted * (1 - 1e-12)
    assert (n > N) == (fraction < 1.0)


# Drivers


def test_drivers_are_ranked_by_rank_correlation(study: Study) -> None:
    """Of each factor of a person with the outcome, the strongest first."""
    outcome = study.at("plasma_k", "usual")
    found = study.rank_drivers(outcome)
    persons = study.cases.query("condition == 'usual'").set_index(["replicate", "sample"])
    for name in found.index:
        wanted = stats.spearmanr(persons[name], outcome).statistic
        assert found.loc[name, "estimate"] == pytest.approx(wanted)
    assert found["estimate"].abs().is_monotonic_decreasing
    assert found.index[0] == "person_plasma_k"
    assert found["estimate"].iloc[0] == pytest.approx(1.0, abs=0.02)
    assert len(found) == sum(str(name).startswith("person_") for name in persons)
    assert found.columns.tolist() == ["estimate", "low", "high", "n"]


def test_replicates_without_an_outcome_are_left_out(study: Study) -> None:
    """Their factors are left out."""
    outcome = study.at("plasma_k", "deadly") - study.at("plasma_k", "usual")
    found = study.rank_drivers(outcome)
    assert (found["n"] == outcome.count()).all()
    assert outcome.count() < N


def test_failure_itself_may_be_an_outcome(study: Study) -> None:
    """Any value per replicate will do: those with many pumps, or a small leak, finish."""
    finished = study.at("plasma_k", "deadly").notna().astype(float)
    found = study.rank_drivers(finished)
    assert (found["n"] == N).all()
    assert set(found.index[:3]) & {"person_pump_sites", "person_na_leak"}


def test_sampled_parameters_are_compared_with_their_own_means(sampled: Study) -> None:
    """A set's outcome is the mean over persons, a person's the mean over sets."""
    outcome = sampled.at("plasma_k", "usual")
    found = sampled.rank_drivers(outcome)
    cases = sampled.cases.query("condition == 'usual'").set_index(["replicate", "sample"])
    for name in found.index:
        key = "replicate" if name.startswith("person_") else "sample"
        mine, means = (x.groupby(level=key).mean() for x in (cases[name], outcome))
        assert found.loc[name, "estimate"] == pytest.approx(stats.spearmanr(mine, means).statistic)
        assert found.loc[name, "n"] == (8 if key == "replicate" else 4)
    assert found.loc["plasma_k", "estimate"] == pytest.approx(1.0)


def test_where_nothing_varies_there_are_no_drivers(tmp_path: Path) -> None:
    """That is an error, not a result."""
    alike = study_of(tmp_path, ARMS[:1], replicates=3, persons=False, duration="12 hour")
    with pytest.raises(InputError, match="replicates do not differ; let them be persons, or sample"):
        alike.rank_drivers(alike.at("plasma_k", "usual"))


# All at a glance


@pytest.mark.parametrize("day", [None, 1.0])
def test_the_summary_has_every_variable_in_every_arm(study: Study, day: float | None) -> None:
    """Median, middle 90 % and number of the replicates present; the interval by their ranks."""
    found = study.summary(day)
    assert found.index.tolist() == list(itertools.product(VARIABLES, study.arms))
    for variable, arm in found.index:
        values = study.at(variable, arm, day).dropna()
        row = found.loc[(variable, arm)]
        assert row["n"] == len(values)
        if arm == "impossible":
            assert np.isnan(row["median"])
            continue
        wanted = values.quantile([0.5, 0.05, 0.95]).tolist()
        assert row[["median", "p5", "p95"]].tolist() == pytest.approx(wanted)
        assert row["median_low"] < row["median"] < row["median_high"]
        ordered = values.sort_values().tolist()
        if len(values) == N:  # 4 and 13 of 16: P(fewer than 4 below) = 0.011, one more would be 0.038.
            assert (row["median_low"], row["median_high"]) == (ordered[3], ordered[12])
    assert found.loc[("plasma_k", "usual"), "unit"] == "mM"


def test_the_summary_of_several_sets_has_no_intervals(sampled: Study) -> None:
    """Replicates that share a person are not independent."""
    found = sampled.summary()
    assert found[["median_low", "median_high"]].isna().all(axis=None)
    assert found["n"].max() == 32


# Digests, and what is done


def test_a_digest_is_that_of_all_replicates_or_of_one(study: Study, sampled: Study) -> None:
    """Each replicate has its own, of all its parameter sets; all of them make that of the study."""
    for some, replicates in ((study, range(3, 3 + N)), (sampled, range(8))):
        entries = [some._store.entries[batch] for batch in sorted(some._store.entries)]
        texts = [text for entry in entries for text in entry.digests]
        assert some.digest() == combined_digest(texts)
        sets = some.design.sets
        for place, replicate in enumerate(replicates):
            own = texts[place * sets : (place + 1) * sets]
            assert some.digest(replicate) == combined_digest(own)


def test_a_replicate_alone_has_the_digest_it_has_among_others(study: Study, tmp_path: Path) -> None:
    """Replicate 9 of many is replicate 9 of one."""
    alone = study_of(tmp_path, ARMS, replicates=1, first_replicate=9)
    assert alone.digest(9) == study.digest(9)
    assert alone.digest() == study.digest(9)


def test_a_study_that_is_not_done_has_the_findings_of_what_is(tmp_path: Path) -> None:
    """Replicates of finished batches, whichever they are."""
    whole = study_of(tmp_path, ARMS[:3], replicates=12)
    wanted = {arm: whole.values("plasma_k", arm) for arm in whole.arms}
    whole._store.forget([whole._store.entries[1]])
    unfinished = open_study(whole.folder)
    assert (unfinished.n_completed, unfinished.complete) == (7, False)
    left = [(replicate, 0) for replicate in (0, 1, 2, 3, 4, 10, 11)]
    for arm, values in wanted.items():
        pd.testing.assert_frame_equal(unfinished.values("plasma_k", arm), values.loc[left])
    assert unfinished.summary()["n"].max() == 7
    assert unfinished.verify() == []
    whole._store.forget(list(whole._store.entries.values()))
    empty = open_study(whole.folder)
    assert (empty.n_completed, empty.failures) == (0, [])
    with pytest.raises(InputError, match="has no results yet"):
        empty.at("plasma_k", "usual")


def test_a_study_of_one_replicate_has_findings_without_intervals(tmp_path: Path) -> None:
    """As far as one goes."""
    one = study_of(tmp_path, ARMS[:2], replicates=1)
    interval = one.difference_at("plasma_k", "blocker")
    wanted = one.at("plasma_k", "blocker").iloc[0] - one.at("plasma_k", "usual").iloc[0]
    assert interval.estimate == pytest.approx(wanted)
    assert np.isnan((interval.low, interval.high)).all()
    assert one.variance_reduction("plasma_k", "blocker").n == 1
    assert len(one.convergence("plasma_k", "blocker")) == 0
    assert one.summary()["n"].tolist() == [1] * 6
    assert one.bands("plasma_k", "usual")["n"].tolist() == [1] * 5


def test_a_type_of_cells_that_is_absent_has_no_values(tmp_path: Path) -> None:
    """A column of nothing, of as many days and replicates as the others; nothing breaks on it."""
    few = study_of(tmp_path, ARMS[:2], replicates=3, cells=1)
    for arm in few.arms:
        assert few.values("heart_na_in_mean", arm).shape == (3, 5)
        assert few.values("heart_na_in_mean", arm).isna().all(axis=None)
    assert few.bands("heart_na_in_mean", "usual")["n"].tolist() == [0] * 5
    assert few.difference_at("heart_na_in_mean", "blocker").n == 0
    assert few.variance_reduction("heart_na_in_mean", "blocker").n == 0
    assert few.summary().loc[("heart_na_in_mean", "usual"), "n"] == 0


def test_single_cells_are_kept_if_asked_for(study: Study, tmp_path: Path) -> None:
    """In a table of their own, or there is none."""
    with pytest.raises(InputError, match="has no single cells"):
        _ = study.cells
    seen = {"at": ["0 day", "1 day"], "cells": 5, "variables": ["k_in"]}
    kept = study_of(tmp_path, ARMS[:3], replicates=4, snapshots=seen)
    names = ["replicate", "sample", "condition", "day", "cell", "type", "k_in"]
    assert kept.cells.columns.tolist() == names
    present = kept.courses[kept.courses["day"].isin([0.0, 1.0])]
    assert len(kept.cells) == 5 * len(present)
    assert kept.cells.groupby(["replicate", "condition", "day"], observed=True).size().eq(5).all()


def test_provenance_is_what_was_asked_and_what_came_of_it(study: Study) -> None:
    """Design, versions and digest."""
    found = study.provenance()
    assert read_design(found["design"]) == study.design
    assert (found["n_completed"], found["digest"]) == (N, study.digest())
    assert {"versions", "began", "command"} <= set(found)


# Problems


def call(study: Study, method: str, *arguments: Any, **options: Any) -> list[str]:
    """Problems with which a method refuses its arguments."""
    with pytest.raises(InputError) as refusal:
        getattr(study, method)(*arguments, **options)
    return refusal.value.problems


THERE = "there are plasma_k, plasma_mg, heart_na_in_mean"
NO_ARM = "no arm is called 'usuall'; there are usual, blocker, deadly, short, impossible"


@pytest.mark.parametrize(
    "method",
    ["values", "at", "bands", "difference", "difference_at", "variance_reduction", "convergence"],
)
def test_unknown_variables_and_arms_are_reported(study: Study, method: str) -> None:
    """With those that there are; both at once."""
    wanted = f"'plasma_na' was not recorded; {THERE}"
    assert call(study, method, "plasma_na", "usual") == [wanted]
    assert call(study, method, "plasma_k", "usuall")[0] == NO_ARM
    assert wanted in call(study, method, "plasma_na", "usuall") or method not in (
        "values",
        "at",
        "bands",
    )


@pytest.mark.parametrize("method", ["difference", "difference_at", "variance_reduction", "convergence"])
def test_unknown_references_are_reported(study: Study, method: str) -> None:
    """As unknown arms are."""
    assert call(study, method, "plasma_k", "blocker", "usuall") == [NO_ARM]


@pytest.mark.parametrize(
    "method", ["indicator", "probability", "probabilities", "probability_difference"]
)
def test_invalid_endpoints_are_reported(study: Study, method: str) -> None:
    """Text that is none, variables that do not exist or were not recorded, unknown arms."""
    assert call(study, method, "plasma_k below 3", "usual")[0].startswith("'plasma_k below 3' is not a")
    unknown = "no variable is called 'plasma_kk'; did you mean 'plasma_k'?"
    assert call(study, method, "plasma_kk < 3", "usual") == [unknown]
    assert call(study, method, "plasma_na < 3", "usual") == [f"'plasma_na' was not recorded; {THERE}"]
    assert call(study, method, ENDPOINT, "usuall") == [NO_ARM]


def test_other_invalid_arguments_are_reported(study: Study) -> None:
    """Wherever an arm is named, and a day after the end."""
    assert call(study, "probability_difference", ENDPOINT, "blocker", "usuall") == [NO_ARM]
    assert call(study, "required_replicates", "plasma_k", 0.1, "usuall") == [NO_ARM]
    assert call(study, "rank_drivers", study.at("plasma_k", "usual"), "usuall") == [NO_ARM]
    late = "since = 3 is after day 2, the last that is looked at"
    assert call(study, "probability", ENDPOINT, "usual", since=3.0) == [late]


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    """Whatever else it holds."""
    (tmp_path / "other.txt").write_text("x")
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="holds no study"):
            open_study(folder)


def test_former_names_still_work(study: Study) -> None:
    """Those of version 0.1, for one version."""
    outcome = study.at("plasma_k", "usual")
    assert study.bodies == study.n_completed
    assert study.held(ENDPOINT, "usual").equals(study.indicator(ENDPOINT, "usual"))
    assert study.pairing("plasma_k", "blocker") == study.variance_reduction("plasma_k", "blocker")
    wanted = study.required_replicates("plasma_k", 0.1, "usual")
    assert study.bodies_needed("plasma_k", 0.1, "usual") == wanted
    assert study.deciding(outcome).equals(study.rank_drivers(outcome))
    assert (study.design.units, study.design.ask) == (study.design.n_members, study.design.endpoints)
    for name in ("held", "pairing", "bodies_needed", "deciding"):
        assert "Former name of" in str(getattr(Study, name).__doc__)
