"""Where commands write: the place is reserved before the work, and no result is lost after it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sim.cli.console import echo, fail, note_written, refuse
from sim.cli.options import folder_problems, free_names
from sim.system.files import free_space
from sim.system.interruption import deferred_interrupt
from sim.system.locks import LockedError
from sim.system.reservations import reserved

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.conditions.plan import RunPlan


class Saved(NamedTuple):
    """Where a result was written, which files, and whether it is the place that was asked for."""

    folder: Path
    files: list[Path]
    as_asked: bool


@contextmanager
def reserved_folder(out: Path | None, name: str) -> Iterator[Path]:
    """Reserve the folder of a result: the given one, or a free name in ``results``; or exit."""
    with ExitStack() as stack:
        for folder in [out] if out is not None else free_names(name):
            try:
                stack.enter_context(reserved(folder))
            except LockedError:
                if out is not None:
                    refuse([f"{folder} is being written by another run; choose another --out"])
                continue
            except OSError as error:
                refuse([f"{folder} cannot be written: {error.strerror}"])
            if not (problems := folder_problems(folder)):
                yield folder
                return
            if out is not None:  # Another run has just finished there.
                refuse(problems)
            stack.pop_all().close()


def size_problems(plans: "list[RunPlan]", folder: Path, keep_state: bool = False) -> list[str]:
    """Say that the results of some runs may not fit on the disk."""
    needed = sum(result_bytes(plan, keep_state) for plan in plans)
    free = free_space(folder)
    if needed <= free:
        return []
    return [
        f"{folder}: the result takes up to {needed / 1e6:,.0f} MB, {free / 1e6:,.0f} MB are free; "
        "choose another --out, or fewer cells or rows"
    ]


def result_bytes(plan: "RunPlan", keep_state: bool) -> int:
    """Largest size of the result of a run on disk [B]."""
    from sim.physiology.cell_traits import N_STATES

    state = 2 * N_STATES * plan.n_cells if keep_state else 0  # States, and at most as many traits.
    return int(plan.size.disk) + 8 * state


def save_or_keep(save: Callable[[Path], list[Path]], folder: Path) -> Saved:
    """Save a result; if that fails, keep it in a temporary folder and say where, or exit.

    Parameters
    ----------
    save : callable
        Writes the result into a new folder and returns the files.
    folder : path
        Where it should be.
    """
    with deferred_interrupt():
        try:
            saved = Saved(folder, save(folder), as_asked=True)
            note_written(saved.folder)
            return saved
        except Exception as error:  # Whatever it is, the result has taken hours.
            reason = _reason(error)
        shelter = None
        try:
            shelter = Path(tempfile.mkdtemp(prefix="sim-"))
            saved = Saved(shelter / folder.name, save(shelter / folder.name), as_asked=False)
            note_written(saved.folder)
        except Exception as error:
            if shelter is not None:
                shutil.rmtree(shelter, ignore_errors=True)
            fail(
                f"{folder} cannot be written: {reason}. The result is lost: it cannot be kept among "
                f"temporary files either: {_reason(error)}"
            )
    echo(
        f"Error: {folder} cannot be written: {reason}. The result is kept in {saved.folder}; move it to "
        "where you want it.",
        err=True,
    )
    return saved


def write_figure(figure: "Figure", path: Path) -> list[str]:
    """Write a figure to a file; return why that is impossible, if it is."""
    from sim.figures.page import save

    try:
        with deferred_interrupt():
            save(figure, path)
            note_written(path)
    except OSError as error:
        return [f"{path} cannot be written: {_reason(error)}"]
    return []


def _reason(error: Exception) -> str:
    """Reason for which a file was not written."""
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return f"{type(error).__name__}: {error}"
