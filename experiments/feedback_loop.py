"""Is the loss of pump sites a vicious circle?

Question
    Pumps fail, cells lose K and gain Na, and pump sites follow K: how much of a loss of sites comes back
    as a further loss, and is there a tipping point?
Method
    The loop is cut: all cells are held at 100 % of their sites (rest) or 55 % (severe Mg loss), then at
    another level; plasma K says how many it calls for. Loop gain: sites called away per site taken, when
    5 of 100 are. Harm: where sites follow plasma K, against where they stay. What if they followed K of
    muscle, by the regression of rats? Mean-field twins of virtual persons, 95 % intervals.
Reading
    Gain G multiplies a lasting loss by 1/(1 − G): below zero it is made good in part, from one on it
    runs away. Harm without gain is a chain, no circle: plasma K takes sites away, Na enters, no more.
    Gain goes with the exponent of sites in plasma K, which no target identifies.
Cost
    About a minute and a half on two cores.
"""

from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from experiments._tools.persons import share
from sim.figures import BLUE, EXPECTED, FAINT, STYLE, VERMILION, Page, draw_dose_response
from sim.laws import expression_rate
from sim.statistics import mean_interval, ratio_interval
from sim.validation import TARGETS

REST, SEVERE = "rest", "severe Mg loss"
STATES = {REST: ("baseline", 100.0, 95.0), SEVERE: ("severe-magnesium-loss", 55.0, 50.0)}
LEVELS, AFTER = (100.0, 95.0, 85.0, 70.0, 55.0, 50.0, 40.0, 30.0), 60.0
"""Conditions, and sites [%] before and after some are taken; all levels given, and for how many days."""
SEEN = ("plasma_k", "k_in_mean", "water_mean", "na_in_mean")
EXPONENT = sim.Parameters().cell.expression_exponent
RATS = next(target.value for target in TARGETS if target.name == "rats-mg-sites")
"""Power of plasma K that sites follow; fall of sites over fall of muscle K in rats [1]."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: sites that follow K or stay in severe Mg loss; sites taken or given at each state."""
    now, cut = f"{days} day", ["pump-expression"]
    severe = sim.load(STATES[SEVERE][0]).revised(duration=now)
    arms = [severe.revised(name="follow"), severe.revised(name="stay", without=cut)]
    for state, (name, before, _) in STATES.items():
        base = sim.load(name).revised(duration=f"{days + AFTER} day", without=cut)
        for level in LEVELS:
            held = [{"kind": "pump-inhibitor", "effect": 1.0 - 0.01 * sites, **span}
                    for sites, span in ((before, {"stop": now}), (level, {"start": now}))]  # fmt: skip
            arms.append(base.revised(name=f"{level:g} {state}", treatment=[*base.treatment, *held]))
    return twins("feedback_loop", arms, replicates, n_cells, variables=SEEN)


def called(study: sim.Study, state: str, level: float, *, rats: int = False) -> pd.DataFrame:
    """Sites [%] that K of plasma, or of muscle as in rats, calls for: a row a person, a column a day."""
    plasma, muscle, water = (study.values(v, f"{level:g} {state}") for v in SEEN[:3])
    k = muscle * water if rats else plasma
    over = k.div(k[0.0], axis=0)
    # From no sites at all, with a time constant of one, sites rise at the rate of what is called for.
    return 100.0 * (1.0 - RATS * (1.0 - over) if rats else expression_rate(0.0, over, EXPONENT, 1.0))


@experiment(replicates=4, n_cells=5, duration=120.0)
def main(
    replicates: int = 40, n_cells: int = 5, duration: float = 120.0, out: Path | None = None
) -> Answer:
    """Measure the loop's gain, with persons, their cells, and days of Mg loss before sites are taken."""
    study, gains, found = run_study(design(replicates, n_cells, duration), out), {}, {}
    na = [study.values("na_in_mean", how) for how in ("follow", "stay")]
    for day in (duration // 4, duration // 2, duration):
        rises = (values[day] - values[0.0] for values in na)
        found[f"times the rise of muscle Na, day {day:g}"] = Finding(ratio_interval(*rises))
    for state, (_, before, after) in STATES.items():
        away = (called(study, state, before) - called(study, state, after)) / (before - after)
        gains[state] = away.loc[:, duration + 1.0 :].rename(columns=lambda day: day - duration)
        own = {"early": gains[state][1.0], "late": gains[state][AFTER], "peak": gains[state].max(axis=1)}
        found |= {f"{when} gain, {state}": Finding(mean_interval(g)) for when, g in own.items()}
    plasma, muscle = (
        pd.DataFrame({s: called(study, SEVERE, s, rats=r).iloc[:, -1] for s in LEVELS}) for r in (0, 1)
    )
    some = found["runaway if sites followed muscle K"] = share((muscle < muscle.columns).all(axis=1))
    times = found[f"times the rise of muscle Na, day {duration:g}"]
    sentence = (
        f"That pump sites follow plasma K makes muscle Na rise {times} times as far in severe Mg loss, "
        f"yet nothing runs away: {AFTER:g} days after sites are lost the loop's gain is "
        f"{found[f'late gain, {SEVERE}']}, and at most {gains[SEVERE].max(axis=None):.2f} in any "
        "person, where 1 is the tipping point. If sites followed muscle K as steeply as in rats, those "
        f"of {some} of persons would run away."
    )
    return Answer(sentence, found, draw(plasma, muscle, gains), facts=study_facts(study))


def draw(plasma: pd.DataFrame, muscle: pd.DataFrame, gains: dict[str, pd.DataFrame]) -> Figure:
    """Draw sites called for against sites held, and the gain over time."""
    with rc_context(STYLE):
        page = Page(figsize=(7.2, 3.0), layout="constrained")
        loop, course = page.subplots(1, 2)
        for axes, table, color, dashes, label in (
            (loop, plasma, BLUE, "-", "plasma K"), (loop, muscle, VERMILION, "--", "muscle K (rats)"),
            (course, gains[REST], FAINT, "--", REST), (course, gains[SEVERE], BLUE, "-", SEVERE),
        ):  # fmt: skip
            look = {"color": color, "linestyle": dashes, "label": label, "marker": "o" * (axes is loop)}
            draw_dose_response(axes, table.columns, [mean_interval(x) for _, x in table.items()], **look)
        loop.plot(LEVELS, LEVELS, color=FAINT, lw=0.8, ls=":", label="as many as held")
        loop.set(title=SEVERE, xlabel="sites held (%)", ylabel="sites called for (%)", ylim=(0, 105))
        course.axhspan(1.0, 1.5, color=EXPECTED, lw=0.0, label="a loss runs away")
        course.set(xlabel="days since sites were taken", ylabel="gain through plasma K", xscale="log")
        course.set_xticks((1, 3, 10, 30, 60), ("1", "3", "10", "30", "60"))
        course.minorticks_off()
        for axes in (loop, course):
            axes.legend(loc="lower right")
    return page


if __name__ == "__main__":
    main.command()
