"""Is the loss of pump sites a vicious circle?

Question
    Pumps fail, cells lose K and gain Na, and the number of pump sites depends on K: how much of a loss
    of sites returns as a further loss, and is there a tipping point?
Method
    The loop is opened: the sites of all cells are clamped at 100 % (rest) or 55 % (severe Mg loss), then
    at another level; plasma K gives the number that it would sustain. Loop gain: change of that number
    per change of clamped sites, for a step of 5 %. Harm: sites that follow plasma K against constant
    ones. Hypothesis: sites follow muscle K as in rats. Mean-field twins of virtual persons, 95 % CI.
Reading
    A gain G multiplies a lasting loss by 1/(1 − G): a negative gain compensates part of it, a gain of
    one or more runs away. Harm without gain is a chain, not a circle: low plasma K removes sites, Na
    enters. The gain grows with the exponent of sites on plasma K, which no target identifies.
Cost
    About a minute and a half on two cores.
"""

from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from experiments._tools.persons import proportion
from sim.figures import BLUE, EXPECTED, FAINT, STYLE, VERMILION, Page, draw_dose_response
from sim.laws import expression_rate
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import mean_interval, ratio_interval
from sim.validation import TARGETS

REST, SEVERE = "rest", "severe Mg loss"
STATES = {REST: ("baseline", 100.0, 95.0), SEVERE: ("severe-magnesium-loss", 55.0, 50.0)}
LEVELS, AFTER = (100.0, 95.0, 85.0, 70.0, 55.0, 50.0, 40.0, 30.0), 60.0
"""Condition and clamped sites [%] before and after a step; all levels, and days at each."""
RECORDED = ("plasma_k", "k_in_mean", "water_mean", "na_in_mean")
EXPONENT = sim.Parameters().cell.expression_exponent
RATS = next(target.value for target in TARGETS if target.name == "rats-mg-sites")
"""Exponent of sites on plasma K; relative fall of sites over that of muscle K in rats [1]."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: severe Mg loss with regulated or constant sites; clamped sites in each state."""
    now, cut = f"{days} day", ["pump-expression"]
    severe = sim.load(STATES[SEVERE][0]).revised(duration=now)
    arms = [severe.revised(name="regulated"), severe.revised(name="constant", without=cut)]
    for state, (name, before, _) in STATES.items():
        base = sim.load(name).revised(duration=f"{days + AFTER} day", without=cut)
        for level in LEVELS:
            clamp = [{"kind": "pump-inhibitor", "effect": 1.0 - 0.01 * sites, **span}
                     for sites, span in ((before, {"stop": now}), (level, {"start": now}))]  # fmt: skip
            arms.append(base.revised(name=f"{level:g} {state}", treatment=[*base.treatment, *clamp]))
    return twin_design("feedback_loop", arms, replicates, n_cells, variables=RECORDED)


def sustained(study: sim.Study, state: str, level: float, *, rat: int = False) -> pd.DataFrame:
    """Sites [%] that plasma K, or muscle K as in rats, sustains: a row a person, a column a day."""
    plasma, muscle, water = (study.values(v, f"{level:g} {state}") for v in RECORDED[:3])
    k = muscle * water if rat else plasma
    fold = k.div(k[0.0], axis=0)
    # With no sites and a time constant of one, the rate of expression equals its target.
    return 100.0 * (1.0 - RATS * (1.0 - fold) if rat else expression_rate(0.0, fold, EXPONENT, 1.0))


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=120.0)
def main(
    replicates: int = 40,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 120.0,
    out: Path | None = None,
) -> Answer:
    """Measure the loop gain; with persons, their cells, and days of Mg loss before sites are removed."""
    study, gains, found = run_study(design(replicates, n_cells, duration), out), {}, {}
    na = [study.values("na_in_mean", how) for how in ("regulated", "constant")]
    for day in (duration // 4, duration // 2, duration):
        rises = (values[day] - values[0.0] for values in na)
        found[f"ratio of Na rises, day {day:g}"] = Finding(ratio_interval(*rises))
    for state, (_, before, after) in STATES.items():
        change = sustained(study, state, before) - sustained(study, state, after)
        gain = (change / (before - after)).loc[:, duration + 1.0 :]
        gains[state] = gain.rename(columns=lambda day: day - duration)
        own = {"early": gains[state][1.0], "late": gains[state][AFTER], "peak": gains[state].max(axis=1)}
        found |= {f"{when} gain, {state}": Finding(mean_interval(g)) for when, g in own.items()}
    plasma, muscle = (
        pd.DataFrame({x: sustained(study, SEVERE, x, rat=r).iloc[:, -1] for x in LEVELS}) for r in (0, 1)
    )
    runaway = found["runaway through muscle K"] = proportion((muscle < muscle.columns).all(axis=1))
    ratio = found[f"ratio of Na rises, day {duration:g}"]
    sentence = (
        f"Because pump sites follow plasma K, muscle Na rises {ratio} times as far in severe Mg loss, "
        f"yet there is no runaway: {AFTER:g} days after a loss of sites the loop gain is "
        f"{found[f'late gain, {SEVERE}']}, and it never exceeds {gains[SEVERE].max(axis=None):.2f} in "
        "any person, where 1 is the tipping point. If sites followed muscle K as steeply as in rats, "
        f"the loop would run away in {runaway} of persons."
    )
    return Answer(sentence, found, draw(plasma, muscle, gains), facts=study_facts(study))


def draw(plasma: pd.DataFrame, muscle: pd.DataFrame, gains: dict[str, pd.DataFrame]) -> Figure:
    """Draw the sites sustained by K against the clamped sites, and the gain over time."""
    with rc_context(STYLE):
        page = Page(figsize=(7.2, 3.0), layout="constrained")
        loop, course = page.subplots(1, 2)
        for axes, table, color, line, label in (
            (loop, plasma, BLUE, "-", "plasma K"), (loop, muscle, VERMILION, "--", "muscle K (rats)"),
            (course, gains[REST], FAINT, "--", REST), (course, gains[SEVERE], BLUE, "-", SEVERE),
        ):  # fmt: skip
            style = {"color": color, "linestyle": line, "label": label, "marker": "o" * (axes is loop)}
            draw_dose_response(axes, list(table), [mean_interval(x) for _, x in table.items()], **style)
        loop.plot(LEVELS, LEVELS, color=FAINT, lw=0.8, ls=":", label="identity")
        loop.set(title=SEVERE, xlabel="clamped sites (%)", ylabel="sustained sites (%)", ylim=(0, 105))
        course.axhspan(1.0, 1.5, color=EXPECTED, lw=0.0, label="runaway")
        course.set(xlabel="days since removal of sites", ylabel="gain through plasma K", xscale="log")
        course.set_xticks((1, 3, 10, 30, 60), ("1", "3", "10", "30", "60"))
        course.minorticks_off()
        for axes in (loop, course):
            axes.legend(loc="lower right")
    return page


if __name__ == "__main__":
    main.command()
