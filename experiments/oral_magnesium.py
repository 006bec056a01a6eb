"""Does oral Mg lower cell Na and arterial pressure, and how does the effect depend on dose?

Question
    What is the effect of eight weeks of 5 to 40 mmol/day of oral Mg on Na of muscle, vascular muscle and
    red cells and on arterial pressure, in healthy and in Mg-depleted persons?
Method
    Virtual persons (mean-field twins) receive every dose, once in health and once on a diet of
    3 mmol/day of Mg that began 120 days earlier and continues. Effects are differences from the same
    person without Mg. Published changes of systolic (S) and diastolic (D) pressure, and their bounds,
    are converted to mean arterial pressure as (S + 2 D)/3, which gives the widest possible bounds.
Reading
    Kawano 1998 and Motoyama 1989 were targets of the fit, with wide bands. Patients of the trials were
    mostly hypertensive; the virtual persons are not. Red cell Na fell in Motoyama's patients; it had
    been higher in those with a larger fall of pressure, as it is in Mg-depleted persons here.
Cost
    One to two minutes on two cores.
"""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twin_design
from sim.figures import BLUE, FAINT, INK, STYLE, VERMILION, Page, draw_dose_response
from sim.parameters import ONE_OF_EACH_TYPE
from sim.statistics import Interval, mean_interval
from sim.variables import VARIABLES

DOSES, REPORTED = (0, 5, 10, 15, 20, 30, 40), 20  # All, and that of the answer [mmol/day].
GROUPS = {"healthy": (0.0, ()), "Mg-depleted": (120.0, [{"magnesium": "3 mmol/day"}])}
"""Days before supplementation, and diet."""
LINE_STYLES = {"healthy": {"color": BLUE},
         "Mg-depleted": {"color": VERMILION, "linestyle": "--", "marker": "s"}}  # fmt: skip
OUTCOMES = {"pressure": "mean arterial pressure", "na_in_mean": "Na of muscle",
         "smooth_muscle_na_in_mean": "Na of vascular muscle",
         "red_cell_na_in_mean": "Na of red cells"}  # fmt: skip
PUBLISHED = {
    "Kawano 1998": (20.0, (-2.5, -4.46, -0.54), (-1.4, -2.58, -0.22), (20.7, -1.7, "left")),
    "Jee 2002, mean": (15.4, (-0.6, -2.2, 1.0), (-0.8, -1.9, 0.4), (15.4, 0.7, "center")),
    "Cochrane 2006 (many doses)": (43.0, (-1.3, -4.0, 1.5), (-2.2, -3.4, -0.9), (44.5, 0.1, "right")),
    "Jee 2002, slope": (10.0, (-4.3, -6.3, -2.2), (-2.3, -4.9, 0.0), (15.2, -4.2, "left")),
}
"""Dose [mmol/day], systolic and diastolic change [mmHg], and position of the label."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: every dose in both groups."""
    arms = [
        sim.Condition(
            name=f"{group} {dose}", duration=f"{before + days} day", diet=diet,
            supplement=[{"ion": "magnesium", "dose": f"{dose} mmol/day", "start": f"{before} day"}],
        )
        for group, (before, diet) in GROUPS.items() for dose in DOSES
    ]  # fmt: skip
    return twin_design(
        "oral_magnesium", arms, replicates, n_cells, every="8 day", variables=("plasma_mg", *OUTCOMES)
    )  # fmt: skip


def mean_arterial(label: str) -> Interval:
    """A published change of mean arterial pressure [mmHg]."""
    return Interval(*((s + 2.0 * d) / 3.0 for s, d in zip(*PUBLISHED[label][1:3], strict=True)), 0, 0.95)


@experiment(replicates=4, n_cells=ONE_OF_EACH_TYPE, duration=56.0)
def main(
    replicates: int = 60,
    n_cells: int = ONE_OF_EACH_TYPE,
    duration: float = 56.0,
    out: Path | None = None,
) -> Answer:
    """Find the response to each dose; ``replicates`` are persons, ``duration`` is the days of Mg."""
    study = run_study(design(replicates, n_cells, duration), out)
    f: dict[str, Finding] = {}
    for group, (before, _) in GROUPS.items():
        for name, words in {"plasma_mg": "plasma Mg", **OUTCOMES}.items():
            unit, start = VARIABLES[name].unit, study.at(name, f"{group} 0", before)
            f[f"{words} before, {group}"] = Finding(mean_interval(start), unit)
            change = study.difference_at(name, f"{group} {REPORTED}", f"{group} 0")
            f[f"{words}, {group}"] = Finding(change, unit)
        rise = study.at("pressure", f"{group} 40") - study.at("pressure", f"{group} 10")
        f[f"slope per 10 mmol/day, {group}"] = Finding(mean_interval(rise / 3.0), "mmHg")
    kawano = mean_arterial("Kawano 1998").brief("mmHg", 2)
    sentence = (
        f"{duration:g} days of {REPORTED} mmol/day of oral Mg lower mean arterial pressure by "
        f"{-f['mean arterial pressure, healthy']} in healthy and by "
        f"{-f['mean arterial pressure, Mg-depleted']} in Mg-depleted persons (plasma Mg "
        f"{f['plasma Mg before, Mg-depleted'].interval.estimate:.2f} mM); Kawano 1998 found a change of "
        f"{kawano}. Red cell Na falls by {-f['Na of red cells, healthy']} and "
        f"{-f['Na of red cells, Mg-depleted']}, respectively."
    )
    return Answer(sentence, f, draw(study), facts=study_facts(study))


def draw(study: sim.Study) -> Figure:
    """Draw dose–response relations, and published changes of pressure."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.8), layout="constrained")
        grid = page.subplots(2, 2, sharex=True)
        for axes, (name, words) in zip(grid.flat, OUTCOMES.items(), strict=True):
            for group, style in LINE_STYLES.items():
                found = [study.difference_at(name, f"{group} {dose}", f"{group} 0") for dose in DOSES]
                draw_dose_response(axes, DOSES, found, label=group, **style)
            axes.axhline(0.0, color=FAINT, lw=0.6)
            axes.set_ylabel(f"{words}, change ({VARIABLES[name].unit})")
        for label, (dose, _, _, (x, y, side)) in PUBLISHED.items():
            change = mean_arterial(label)
            if "slope" in label:
                grid[0, 0].axline((0.0, 0.0), slope=change.estimate / dose, color=INK, ls=":", lw=0.8)
            else:
                grid[0, 0].plot([dose] * 2, [change.low, change.high], color=INK, lw=0.8)
                grid[0, 0].plot(dose, change.estimate, "D", color=INK, mfc="w", ms=4.5)
            grid[0, 0].text(x, y, label, ha=side)
        grid[0, 0].set_ylim(-4.5, 1.3)
        grid[0, 1].legend()
        page.supxlabel("oral Mg (mmol/day); means over persons with 95 % intervals", fontsize=7.5)
    return page


if __name__ == "__main__":
    main.command()
