"""Does oral Mg lower cell Na and arterial pressure, and how much by dose?

Question
    What do eight weeks of 5 to 40 mmol/day of oral Mg do to Na of muscle, vascular muscle and red cells
    and to arterial pressure, in health and in those who lack Mg to begin with?
Method
    Virtual persons (mean-field twins) go through all doses, once in health and once after, and still on,
    a diet of 3 mmol/day of Mg begun 120 days before. Differences from the same person without Mg.
    Published changes of systolic (S) and diastolic (D) pressure are made mean arterial ones as
    (S + 2 D)/3, and so are their bounds, which makes these as wide as they can be.
Reading
    Kawano 1998 and Motoyama 1989 were targets of the fit, with wide bands. Patients of the trials were
    mostly hypertensive; virtual persons are not. Red cell Na fell in Motoyama's patients; those whose
    pressure fell more had had more of it, as those who lack Mg have here.
Cost
    One to two minutes on two cores.
"""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

import sim
from experiments._tools.harness import Answer, Finding, experiment, run_study, study_facts, twins
from sim.figures import BLUE, FAINT, INK, STYLE, VERMILION, Page, draw_dose_response
from sim.statistics import Interval, mean_interval
from sim.variables import VARIABLES

DOSES, USUAL = (0, 5, 10, 15, 20, 30, 40), 20  # All, and the one that is told [mmol/day].
GROUPS = {"healthy": (0.0, ()), "lacking Mg": (120.0, [{"magnesium": "3 mmol/day"}])}
"""Days before Mg is given, and diet."""
LINE_STYLES = {"healthy": {"color": BLUE},
         "lacking Mg": {"color": VERMILION, "linestyle": "--", "marker": "s"}}  # fmt: skip
SHOWN = {"pressure": "mean arterial pressure", "na_in_mean": "Na of muscle",
         "smooth_muscle_na_in_mean": "Na of vascular muscle",
         "red_cell_na_in_mean": "Na of red cells"}  # fmt: skip
PUBLISHED = {
    "Kawano 1998": (20.0, (-2.5, -4.46, -0.54), (-1.4, -2.58, -0.22), (20.7, -1.7, "left")),
    "Jee 2002, mean": (15.4, (-0.6, -2.2, 1.0), (-0.8, -1.9, 0.4), (15.4, 0.7, "center")),
    "Cochrane 2006 (many doses)": (43.0, (-1.3, -4.0, 1.5), (-2.2, -3.4, -0.9), (44.5, 0.1, "right")),
    "Jee 2002, slope": (10.0, (-4.3, -6.3, -2.2), (-2.3, -4.9, 0.0), (15.2, -4.2, "left")),
}
"""Dose [mmol/day], systolic and diastolic change [mmHg], and where to write it."""


def design(replicates: int, n_cells: int, days: float) -> sim.Design:
    """The study: every dose in both groups."""
    arms = [
        sim.Condition(
            name=f"{group} {dose}", duration=f"{before + days} day", diet=diet,
            supplement=[{"ion": "magnesium", "dose": f"{dose} mmol/day", "start": f"{before} day"}],
        )
        for group, (before, diet) in GROUPS.items() for dose in DOSES
    ]  # fmt: skip
    return twins(
        "oral_magnesium", arms, replicates, n_cells, every="8 day", variables=("plasma_mg", *SHOWN)
    )  # fmt: skip


def mean_arterial(label: str) -> Interval:
    """A published change of mean arterial pressure [mmHg]."""
    return Interval(*((s + 2.0 * d) / 3.0 for s, d in zip(*PUBLISHED[label][1:3], strict=True)), 0, 0.95)


@experiment(replicates=4, n_cells=5, duration=56.0)
def main(
    replicates: int = 60, n_cells: int = 5, duration: float = 56.0, out: Path | None = None
) -> Answer:
    """Find the answers to each dose; ``replicates`` are persons, ``duration`` is the days of Mg."""
    study = run_study(design(replicates, n_cells, duration), out)
    f: dict[str, Finding] = {}
    for group, (before, _) in GROUPS.items():
        for name, words in {"plasma_mg": "plasma Mg", **SHOWN}.items():
            unit, start = VARIABLES[name].unit, study.at(name, f"{group} 0", before)
            f[f"{words} before, {group}"] = Finding(mean_interval(start), unit)
            change = study.difference_at(name, f"{group} {USUAL}", f"{group} 0")
            f[f"{words}, {group}"] = Finding(change, unit)
        more = study.at("pressure", f"{group} 40") - study.at("pressure", f"{group} 10")
        f[f"per 10 mmol/day more, {group}"] = Finding(mean_interval(more / 3.0), "mmHg")
    kawano = mean_arterial("Kawano 1998").brief("mmHg", 2)
    sentence = (
        f"{duration:g} days of {USUAL} mmol/day of oral Mg lower mean arterial pressure by "
        f"{-f['mean arterial pressure, healthy']} in health and by "
        f"{-f['mean arterial pressure, lacking Mg']} in persons whose plasma Mg is "
        f"{f['plasma Mg before, lacking Mg']}, where Kawano found a change of {kawano}. They lower red "
        f"cell Na by {-f['Na of red cells, healthy']} and {-f['Na of red cells, lacking Mg']}."
    )
    return Answer(sentence, f, draw(study), facts=study_facts(study))


def draw(study: sim.Study) -> Figure:
    """Draw the answers to each dose, and what was published."""
    with rc_context(STYLE):
        page = Page(figsize=(7.5, 4.8), layout="constrained")
        grid = page.subplots(2, 2, sharex=True)
        for axes, (name, words) in zip(grid.flat, SHOWN.items(), strict=True):
            for group, look in LINE_STYLES.items():
                found = [study.difference_at(name, f"{group} {dose}", f"{group} 0") for dose in DOSES]
                draw_dose_response(axes, DOSES, found, label=group, **look)
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
        page.supxlabel("oral Mg (mmol/day); means of persons and 95 % intervals", fontsize=7.5)
    return page


if __name__ == "__main__":
    main.command()
