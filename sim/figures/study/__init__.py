"""Figures of a study: bodies over time, single cells, convergence, and how often statements hold."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from sim.figures.page import save
from sim.figures.study.cells import draw_cells
from sim.figures.study.convergence import draw_convergence
from sim.figures.study.courses import draw_courses
from sim.figures.study.layout import MOST_VARIABLES
from sim.figures.study.probabilities import draw_probabilities
from sim.figures.study.protocols import StudyResults
from sim.variables.endpoints import Question

__all__ = ["draw_cells", "draw_convergence", "draw_courses", "draw_probabilities", "save_figures"]


def save_figures(study: StudyResults, folder: str | Path) -> list[Path]:
    """Write the figures of a study as PNG, each whole or not at all.

    Parameters
    ----------
    study : StudyResults
        The findings.
    folder : str or path
        Where they go; made if it is not there.

    Returns
    -------
    list of path
        ``courses-VARIABLE.png`` for variables that are asked about, else plasma K or the first;
        ``convergence.png`` of the first of these; ``probabilities.png`` if something is asked, and
        ``cells.png`` if cells are kept.

    Raises
    ------
    InputError
        If there are no results.
    OSError
        If one cannot be written.
    """
    folder, paths = Path(folder), []
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in _pages(study).items():
        paths.append(folder / f"{name}.png")
        save(draw(), paths[-1])
    return paths


def _pages(study: StudyResults) -> dict[str, Callable[[], Figure]]:
    """Figures that suit a study, by name."""
    variables, asked = study.design.variables, study.design.ask
    usual = "plasma_k" if "plasma_k" in variables else variables[0]
    shown = list(dict.fromkeys(Question.read(text).variable for text in asked)) or [usual]
    pages: dict[str, Callable[[], Figure]] = {
        f"courses-{name}": partial(draw_courses, study, name) for name in shown[:MOST_VARIABLES]
    }
    pages["convergence"] = partial(draw_convergence, study, shown[0])
    if asked:
        pages["probabilities"] = partial(draw_probabilities, study)
    if study.design.snapshots:
        pages["cells"] = partial(draw_cells, study)
    return pages
