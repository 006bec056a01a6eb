"""What pairing is worth on simulated replicates, and whether its intervals hold what they promise.

All seeds are fixed, so a test passes always or never; each says how often a right program would fail it
with an unlucky seed.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sim.statistics import half_widths, mean_interval, required_replicates
from sim.study.design import read_design
from sim.study.runner import run_study
from sim.study.study import Study

WORTH = 10.0
"""Times fewer replicates that a difference takes, at least, where the treatment acts on most alike."""
REPLICATES = 1200
SUBSET = 20
LEVEL = 0.95


def study_of(folder: Path, arms: list[object], **options: object) -> Study:
    """Persons with noise in some arms, plasma K day by day."""
    design = read_design({"conditions": arms, "variables": ["plasma_k"], **options})
    return run_study(design, folder / "study", workers=2)


def described(study: Study) -> str:
    """How many times smaller pairing makes the variance of each arm's difference."""
    worth = {arm: study.variance_reduction("plasma_k", arm) for arm in study.arms[1:]}
    return "; ".join(f"{arm} {interval.text()}" for arm, interval in worth.items())


def test_pairing_is_worth_ten_times_the_replicates(tmp_path: Path) -> None:
    """Arms share persons, cells and noise: the variance of a difference is less than a tenth.

    The lower bound of the 95 % interval is above ten; factors are 30 and more, so a right program fails
    with probability below 1e-4.
    """
    study = study_of(
        tmp_path, ["baseline", "thiazide", "severe-magnesium-loss"], replicates=40, cells=20,
        duration="4 day",
    )  # fmt: skip
    for arm in study.arms[1:]:
        assert study.variance_reduction("plasma_k", arm).low > WORTH, described(study)
        before, after = (study.at("plasma_k", name) for name in ("baseline", arm))
        unpaired, paired = before.var() + after.var(), (after - before).var()
        assert unpaired > WORTH * paired
        assert study.variance_reduction("plasma_k", arm).estimate == pytest.approx(unpaired / paired)


@pytest.mark.slow
def test_what_pairing_is_worth_depends_on_what_is_done(tmp_path: Path) -> None:
    """Much where a treatment acts on all alike, less where persons answer differently; never nothing.

    A diet that is the same for all changes the intake of those most who eat most.
    """
    days = {"duration": "10 day"}
    arms: list[object] = [
        "baseline",
        "thiazide",
        "severe-magnesium-loss",
        {"name": "kcl", **days, "supplement": [{"ion": "potassium", "dose": "60 mmol/day"}]},
        {"name": "diet", **days, "diet": [{"potassium": "20 mmol/day"}]},
    ]
    study = study_of(tmp_path, arms, replicates=200, cells=30, every="5 day", **days)
    for arm in ("thiazide", "severe-magnesium-loss", "kcl"):
        assert study.variance_reduction("plasma_k", arm).low > WORTH, described(study)
    assert study.variance_reduction("plasma_k", "diet").low > 3.0, described(study)
    assert (
        study.variance_reduction("plasma_k", "diet").estimate
        < study.variance_reduction("plasma_k", "thiazide").low
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Many replicates of five cells in two arms."""
    return study_of(
        tmp_path_factory.mktemp("many"), ["baseline", "thiazide"], replicates=REPLICATES, cells=5,
        duration="3 day",
    )  # fmt: skip


@pytest.fixture(scope="module")
def changes(many: Study) -> pd.Series:
    """Difference of plasma K that the treatment makes in each replicate."""
    return many.at("plasma_k", "thiazide") - many.at("plasma_k", "baseline")


def covers(values: np.ndarray, true: float) -> bool:
    """Whether the interval of some differences holds the true one."""
    interval = mean_interval(values, LEVEL)
    return interval.low <= true <= interval.high


@pytest.mark.slow
def test_intervals_of_small_studies_hold_the_result_of_a_large_one(changes: pd.Series) -> None:
    """Of sixty studies of twenty replicates about 95 % do; so few have a probability of 1e-4."""
    studies = changes.to_numpy().reshape(-1, SUBSET)
    hits = sum(covers(values, changes.mean()) for values in studies)
    assert hits >= stats.binom.ppf(1e-4, len(studies), LEVEL), f"{hits} of {len(studies)}"


@pytest.mark.slow
def test_intervals_cover_at_their_level(changes: pd.Series) -> None:
    """Of studies of twenty replicates drawn with replacement, 93.5 to 96.5 % hold the mean.

    With 20,000 studies the error of the share is 0.0015; a right program fails for an unlucky seed with
    probability below 1e-9, but differences far from normal would.
    """
    rng = np.random.default_rng(2028)
    drawn = rng.choice(changes.to_numpy(), (20_000, SUBSET))
    half = -stats.t.ppf(0.5 * (1.0 - LEVEL), SUBSET - 1) * drawn.std(axis=1, ddof=1) / np.sqrt(SUBSET)
    share = float((abs(drawn.mean(axis=1) - changes.mean()) <= half).mean())
    assert 0.935 <= share <= 0.965, f"{share:.4f}"


@pytest.mark.slow
def test_as_many_replicates_as_needed_suffice(many: Study, changes: pd.Series) -> None:
    """A study of as many replicates as the first fifty ask for is about as precise as was wanted.

    The spread of fifty has an error of a tenth, so the half-width is right within 40 % but for one seed
    in 10,000.
    """
    wanted = 0.5 * half_widths(changes.iloc[:50])[-1]
    needed = required_replicates(changes.iloc[:50], wanted)
    assert 150 < needed < 300
    widths = many.convergence("plasma_k", "thiazide", "baseline")
    assert widths.loc[needed] == pytest.approx(wanted, rel=0.4)
    assert many.required_replicates("plasma_k", wanted, "thiazide", "baseline") == pytest.approx(
        needed, rel=0.6
    )
