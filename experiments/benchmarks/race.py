"""Timing of the rates of the same cells by several implementations ("peers").

Peers are timed alternately, round by round, so that a busy machine slows all of them; ratios are taken
within rounds. Time is processor time on one thread and wall time on several. Garbage collection is off
during the timing. All rates are first checked against the compiled ones. This program's engine computes
more than its peers: also the sums over cells, the fluid and the body.
"""

import gc
import importlib.util
import math
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np
from numpy.typing import NDArray

import sim
from experiments.benchmarks.c_kernel import BUILDS, CKernel, NoCompilerError, compiled
from experiments.benchmarks.peers import (
    Compiled,
    Engine,
    MesaObjects,
    NumPyArrays,
    ProjectAgents,
    Threaded,
    ThreadedC,
)
from sim.tissue import Tissue

Array = NDArray[np.float64]

CONDITION = "severe-magnesium-loss"
OURS, C, NUMPY, MESA, BRIAN, AGENTS = (
    "this program", "C", "NumPy", "Mesa objects", "Brian 2", "engine='agents'",
)  # fmt: skip
ROUND_SECONDS = 0.05
"""Minimum time of a peer in a round; fast ones are repeated."""
AGREEMENT = 1e-9
"""Tolerated difference between peers, relative to the largest rate of the same state."""


@dataclass(frozen=True)
class Race:
    """Seconds per cell evaluation of each peer in each round."""

    n_cells: int
    threads: int
    seconds: dict[str, list[float]]
    notes: list[str]
    """Notes on peers: how C was compiled, and which are missing and why."""

    def rates(self, name: str) -> list[float]:
        """Quartiles of a peer's cell evaluations per second."""
        return np.percentile(1.0 / np.array(self.seconds[name]), (25, 50, 75)).tolist()

    def ratios(self, name: str) -> list[float]:
        """Ratio of this program's speed to that of a peer in each round."""
        return (np.array(self.seconds[name]) / np.array(self.seconds[OURS])).tolist()

    def ratio(self, name: str) -> float:
        """Median of :meth:`ratios`; NaN for a missing peer."""
        return float(np.median(self.ratios(name))) if name in self.seconds else math.nan


def race(n_cells: int, names: Iterable[str], rounds: int, folder: Path) -> Race:
    """Time the evaluation of the same cells by all peers, each on one thread.

    Parameters
    ----------
    n_cells : int
        Number of cells, heterogeneous and fluctuating, an hour after the onset of severe Mg loss.
    names : iterable of str
        Peers in addition to this program; unavailable ones are noted.
    rounds : int
        Number of rounds.
    folder : path
        Folder for the compilation of C.

    Raises
    ------
    RuntimeError
        If a peer's rates are not those of this program.
    """
    tissue, notes = active_tissue(n_cells), []
    peers: dict[str, Engine] = {OURS: Compiled(tissue)}
    for name in names:
        try:
            peers[name] = _peer(name, tissue, folder, notes)
        except (NoCompilerError, ImportError) as error:
            notes.append(f"{name} is left out: {error}")
    return Race(n_cells, 1, _timed(peers, n_cells, rounds, thread_time), notes)


def threaded_race(n_cells: int, threads: int, rounds: int, folder: Path) -> Race:
    """Time the evaluation of the same cells by this program and by C on several threads."""
    tissue, notes = active_tissue(n_cells), []
    with ThreadPoolExecutor(threads) as pool:
        peers: dict[str, Engine] = {OURS: Threaded(tissue, pool, threads)}
        try:
            peers[C] = ThreadedC(fastest_c(tissue, folder, notes), n_cells, pool, threads)
        except NoCompilerError as error:
            notes.append(f"{C} is left out: {error}")
        return Race(n_cells, threads, _timed(peers, n_cells, rounds, perf_counter), notes)


def active_tissue(n_cells: int) -> Tissue:
    """Tissue in which no rate and no fluctuation is zero."""
    tissue = Tissue(n_cells, threads=1)
    tissue.control = sim.load(CONDITION).control_at(0.0, tissue.parameters.body)
    tissue.fluctuate(3.0)
    tissue.advance_to(1.0)
    return tissue


def _peer(name: str, tissue: Tissue, folder: Path, notes: list[str]) -> Engine:
    """Create a peer by name."""
    if name == BRIAN:
        if importlib.util.find_spec("brian2") is None:
            raise ImportError('it is not installed; pip install ".[brian]"')
        from experiments.benchmarks.brian_group import BrianGroup

        return BrianGroup(tissue)
    makers: dict[str, Callable[[Tissue], Engine]] = {
        C: partial(fastest_c, folder=folder, notes=notes),
        NUMPY: NumPyArrays,
        MESA: MesaObjects,
        AGENTS: partial(ProjectAgents, condition=CONDITION),
    }
    return makers[name](tissue)


def fastest_c(tissue: Tissue, folder: Path, notes: list[str]) -> CKernel:
    """Compile all builds of C, and return the fastest one whose rates agree."""
    reference = Compiled(tissue)
    reference.evaluate()
    timed = {}
    for number, (name, build) in enumerate(BUILDS.items()):
        subfolder = folder / f"build-{number}"
        subfolder.mkdir(exist_ok=True)
        kernel = CKernel(tissue, compiled(build, subfolder))
        kernel.evaluate()
        if _difference(kernel.rates(), reference.rates()) <= AGREEMENT:
            taken = [_seconds(kernel.evaluate, 1, thread_time) for _ in range(5)]
            timed[name] = (float(np.median(taken)), kernel)
    best = min(timed, key=lambda name: timed[name][0])
    notes.append(f"{C}: {best}, the fastest of {', '.join(timed)}")
    return timed[best][1]


def _timed(
    peers: dict[str, Engine], n_cells: int, rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Check that peers agree; then time them alternately; return seconds per cell evaluation."""
    for peer in peers.values():
        peer.evaluate()
    for name, peer in peers.items():
        if not (worst := _difference(peer.rates(), peers[OURS].rates())) <= AGREEMENT:
            raise RuntimeError(
                f"{name} differs from the compiled rates by {worst:.1e}; timings would not be comparable"
            )
    repeats = {
        name: math.ceil(ROUND_SECONDS / max(1e-6, _seconds(peer.evaluate, 1, clock)))
        for name, peer in peers.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, peer in peers.items():
                seconds[name].append(_seconds(peer.evaluate, repeats[name], clock) / n_cells)
    finally:
        gc.enable()
    for peer in peers.values():
        getattr(peer, "discard", lambda: None)()
    return seconds


def _difference(rates: Array, reference: Array) -> float:
    """Largest difference of rates, relative to the largest rate of the same state [1]."""
    largest = np.abs(reference).max(axis=1)
    return float((np.abs(rates - reference).max(axis=1) / largest).max())


def _seconds(action: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    """Mean time of an action over some repeats [s]."""
    began = clock()
    for _ in range(repeats):
        action()
    return (clock() - began) / repeats
