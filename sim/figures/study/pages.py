"""All figures that suit a study, and saving them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from sim.figures.page import save
from sim.figures.study.cells import draw_cells
from sim.figures.study.convergence import draw_convergence
from sim.figures.study.courses import draw_courses
from sim.figures.study.layout import MAX_VARIABLES
from sim.figures.study.probabilities import draw_probabilities
from sim.figures.study.protocols import StudyResults
from sim.variables.endpoints import Endpoint


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
        ``courses-VARIABLE.png`` for the variables of endpoints, else for plasma K or the first;
        ``convergence.png`` of the first of these; ``probabilities.png`` if there are endpoints, and
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
    for name, draw in pages_of(study).items():
        paths.append(folder / f"{name}.png")
        save(draw(), paths[-1])
    return paths


def pages_of(study: StudyResults) -> dict[str, Callable[[], Figure]]:
    """Figures that suit a study, by name."""
    variables, endpoints = study.design.variables, study.design.endpoints
    default = "plasma_k" if "plasma_k" in variables else variables[0]
    shown = list(dict.fromkeys(Endpoint.read(text).variable for text in endpoints)) or [default]
    pages: dict[str, Callable[[], Figure]] = {
        f"courses-{name}": partial(draw_courses, study, name) for name in shown[:MAX_VARIABLES]
    }
    pages["convergence"] = partial(draw_convergence, study, shown[0])
    if endpoints:
        pages["probabilities"] = partial(draw_probabilities, study)
    if study.design.snapshots:
        pages["cells"] = partial(draw_cells, study)
    return pages
