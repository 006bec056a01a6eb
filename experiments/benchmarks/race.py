"""Peers evaluate the rates of the same cells in turns.

Turns go round by round, so that a busy machine slows all peers; ratios are taken in each round. On one
thread their time is that of the processor, on several the wall's. Garbage collection is off meanwhile.
All rates are checked against the compiled ones first. This program's engine is charged with more than
its peers: the sums over cells, the fluid and the body.
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
from experiments.benchmarks.c_kernel import WAYS, CKernel, NoCompilerError, compiled
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
"""Least time of a peer's turn in a round; quick ones go several times."""
AGREEMENT = 1e-9
"""Largest difference between peers, over the largest rate of the same kind."""


@dataclass(frozen=True)
class Race:
    """Seconds for each cell evaluation of each peer, round by round."""

    n_cells: int
    threads: int
    seconds: dict[str, list[float]]
    notes: list[str]
    """What is to be said of peers: how C was compiled, and who is missing and why."""

    def rates(self, name: str) -> list[float]:
        """Quartiles of a peer's cell evaluations a second."""
        return np.percentile(1.0 / np.array(self.seconds[name]), (25, 50, 75)).tolist()

    def ratios(self, name: str) -> list[float]:
        """How many times faster this program was than a peer, round by round."""
        return (np.array(self.seconds[name]) / np.array(self.seconds[OURS])).tolist()

    def ratio(self, name: str) -> float:
        """Median of :meth:`ratios`; not a number for a peer that is missing."""
        return float(np.median(self.ratios(name))) if name in self.seconds else math.nan


def race(n_cells: int, names: Iterable[str], rounds: int, folder: Path) -> Race:
    """Let peers evaluate the same cells in turns, each on one thread.

    Parameters
    ----------
    n_cells : int
        Number of cells, all different and fluctuating, some hours into a severe loss of Mg.
    names : iterable of str
        Which peers beside this program; those that cannot be here are noted.
    rounds : int
        How many turns each takes.
    folder : path
        Where C may be compiled.

    Raises
    ------
    RuntimeError
        If a peer's rates are not those of this program.
    """
    tissue, notes = tissue_under_way(n_cells), []
    peers: dict[str, Engine] = {OURS: Compiled(tissue)}
    for name in names:
        try:
            peers[name] = _peer(name, tissue, folder, notes)
        except (NoCompilerError, ImportError) as error:
            notes.append(f"{name} is left out: {error}")
    return Race(n_cells, 1, _turns(peers, n_cells, rounds, thread_time), notes)


def threaded_race(n_cells: int, threads: int, rounds: int, folder: Path) -> Race:
    """Let this program and C evaluate the same cells in turns, on some threads."""
    tissue, notes = tissue_under_way(n_cells), []
    with ThreadPoolExecutor(threads) as pool:
        peers: dict[str, Engine] = {OURS: Threaded(tissue, pool, threads)}
        try:
            peers[C] = ThreadedC(fastest_c(tissue, folder, notes), n_cells, pool, threads)
        except NoCompilerError as error:
            notes.append(f"{C} is left out: {error}")
        return Race(n_cells, threads, _turns(peers, n_cells, rounds, perf_counter), notes)


def tissue_under_way(n_cells: int) -> Tissue:
    """Tissue in which every rate and every fluctuation is at work."""
    tissue = Tissue(n_cells, threads=1)
    tissue.control = sim.load(CONDITION).control_at(0.0, tissue.parameters.body)
    tissue.fluctuate(3.0)
    tissue.advance_to(1.0)
    return tissue


def _peer(name: str, tissue: Tissue, folder: Path, notes: list[str]) -> Engine:
    """Make a peer by name."""
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
    """Compile C in every way, and return the fastest whose rates agree."""
    judge = Compiled(tissue)
    judge.evaluate()
    timed = {}
    for number, (name, way) in enumerate(WAYS.items()):
        place = folder / f"way-{number}"
        place.mkdir(exist_ok=True)
        kernel = CKernel(tissue, compiled(way, place))
        kernel.evaluate()
        if _difference(kernel.rates(), judge.rates()) <= AGREEMENT:
            taken = [_seconds(kernel.evaluate, 1, thread_time) for _ in range(5)]
            timed[name] = (float(np.median(taken)), kernel)
    best = min(timed, key=lambda name: timed[name][0])
    notes.append(f"{C}: {best}, the fastest of {', '.join(timed)}")
    return timed[best][1]


def _turns(
    peers: dict[str, Engine], n_cells: int, rounds: int, clock: Callable[[], float]
) -> dict[str, list[float]]:
    """Check that peers agree; then let them take turns and return seconds for a cell evaluation."""
    for peer in peers.values():
        peer.evaluate()
    for name, peer in peers.items():
        if not (worst := _difference(peer.rates(), peers[OURS].rates())) <= AGREEMENT:
            raise RuntimeError(f"{name} differs from the compiled rates by {worst:.1e}; do not compare")
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


def _difference(rates: Array, judge: Array) -> float:
    """Largest difference of rates, over the largest rate of the same kind [1]."""
    return float((np.abs(rates - judge).max(axis=1) / np.abs(judge).max(axis=1)).max())


def _seconds(action: Callable[[], object], repeats: int, clock: Callable[[], float]) -> float:
    """Seconds that an action takes, on average over some repeats."""
    began = clock()
    for _ in range(repeats):
        action()
    return (clock() - began) / repeats
