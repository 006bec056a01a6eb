"""How fast the tissue is: against Mesa objects and NumPy, over a month, in memory, at the start.

The peers compute the laws of :mod:`sim.cells` themselves, not a retelling: each law is copied with the
elementary functions exchanged, ``math``'s for plain Python and NumPy's for arrays, which are faster
there than the portable ones. Plain Mesa objects keep their state in attributes that are Python floats,
know the numbers of their type, and are evaluated by ``AgentSet.do``. NumPy evaluates all cells at once,
with the numbers in which types differ as arrays, which is faster than type by type. All rates are
checked against the compiled ones first.

Peers take turns, round by round, on one thread, so that a busy machine slows all of them, and their
time is that of the processor; ratios are taken in each round. Garbage collection is off meanwhile. The
compiled engine is charged with more than its peers: the sums over cells, the fluid and the body. Months
and commands are timed by the clock on the wall.

Run with:  python -m experiments.benchmarks.engines [--quick] [--out DIR]
"""

import gc
import json
import math
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from time import perf_counter, thread_time
from types import FunctionType
from typing import Any, Protocol

import click
import mesa
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

import sim
from sim import elementary
from sim.cells import CellState, CellTraits, cell_rates, fluctuated
from sim.course import Course
from sim.equations import cells_of, part_of_step, tissue_rates
from sim.population import N_STATES, N_TRAITS
from sim.tissue import THREADS_PAY_FROM, Tissue
from sim.units import HOURS_PER_DAY

Array = NDArray[np.float64]
Law = Callable[..., Any]
Summary = dict[str, Any]

CONDITION = "severe-magnesium-loss"
RESULTS = Path(__file__).parents[1] / "results" / "engines"
DAYS = 30.0
RACE = 10_000
"""Cells at which goals are judged."""
MESA_RATIO, NUMPY_RATIO, BYTES, START_SECONDS = 300.0, 5.0, 250.0, 3.0
"""Goals: least ratios to Mesa objects and NumPy, most bytes a cell and seconds to start."""
ROUND_SECONDS = 0.05
"""Least time of an engine's turn in a round; quick ones go several times."""
AGREEMENT = 1e-9
"""Largest difference between engines, over the largest rate of the same kind."""
WORKSPACE_VECTORS = 3
MEGA = 1e6

COMPILED, MESA, NUMPY, AGENTS = "compiled", "Mesa objects", "NumPy", "engine='agents'"
COLOURS = {COMPILED: "#0072B2", NUMPY: "#009E73", MESA: "#D55E00", AGENTS: "#CC79A7"}
MARKERS = {COMPILED: "o", NUMPY: "s", MESA: "^", AGENTS: "v"}
"""Colours of Okabe and Ito; markers, so that meaning never hangs on colour alone."""

_PORTABLE = ("exp", "expm1", "log", "rough_log", "power", "sqrt", "clamped")
_OF_MATH = (
    math.exp, math.expm1, math.log, math.log, math.pow, math.sqrt,
    lambda x, low, high: min(high, max(low, x)),
)  # fmt: skip
_OF_NUMPY = (np.exp, np.expm1, np.log, np.log, np.power, np.sqrt, np.clip)


def with_functions(law: Law, functions: Iterable[Callable[..., float]]) -> Law:
    """Copy a law, and all laws that it calls, with other elementary functions.

    Parameters
    ----------
    law : callable
        A plain function of :mod:`sim`.
    functions : iterable of callable
        In place of those of :mod:`sim.elementary`, by :data:`_PORTABLE`.
    """
    portable = [getattr(elementary, name) for name in _PORTABLE]
    return _copied(law, dict(zip(portable, functions, strict=True)))


def _copied(law: Any, copies: dict[Any, Any]) -> Any:
    """Return the copy of a function; make it first, and those of what it calls, if there is none."""
    if law not in copies:
        names = dict(law.__globals__)
        copies[law] = FunctionType(law.__code__, names, law.__name__, law.__defaults__, law.__closure__)
        for name in law.__code__.co_names:
            called = names.get(name)
            if isinstance(called, FunctionType) and called.__module__.startswith("sim."):
                names[name] = _copied(called, copies)
    return copies[law]


class Engine(Protocol):
    """One way to evaluate the rates of all cells."""

    def evaluate(self) -> None:
        """Compute the rates of all cells once."""

    def rates(self) -> Array:
        """Return the rates computed last, (5, cells)."""


class Compiled:
    """The project's compiled right-hand side."""

    def __init__(self, tissue: Tissue) -> None:
        self.tissue = tissue
        self._dy = np.empty_like(tissue.y)

    def evaluate(self) -> None:
        """Compute the rates of all cells, and of the body."""
        tissue_rates(self.tissue.time, self.tissue.y, self._dy, self.tissue.context)

    def rates(self) -> Array:
        """Return the rates computed last."""
        return cells_of(self._dy, self.tissue.n_cells)


class PlainCell(mesa.Agent):  # type: ignore[misc]
    """A cell as one would write it in plain Mesa: attributes that are floats, and a method."""

    def __init__(
        self, model: mesa.Model, state: Sequence[float], traits: Sequence[float], kind: int
    ) -> None:
        super().__init__(model)
        self.numbers, self.rest = model.numbers[kind], model.rests[kind]
        self.na, self.k, self.mg, self.buffered, self.expression = state
        self.pump_capacity, self.k_leak, self.na_leak, self.size = traits[:4]
        self.pump_noise, self.leak_noise, self.pump_next, self.leak_next = traits[4:]
        self.d_na = self.d_k = self.d_mg = self.d_buffered = self.d_expression = 0.0

    def evaluate(self) -> None:
        """Compute this cell's rates."""
        m = self.model
        state = CellState(self.na, self.k, self.mg, self.buffered, self.expression)
        traits = CellTraits(
            self.pump_capacity, self.k_leak, self.na_leak, self.size,
            self.pump_noise, self.leak_noise, self.pump_next, self.leak_next,
        )  # fmt: skip
        traits = m.fluctuated(traits, m.part)
        rates = m.cell_rates(state, traits, m.fluid, m.control, self.numbers, self.rest)
        self.d_na, self.d_k, self.d_mg, self.d_buffered, self.d_expression = rates

    def move(self, hours: float) -> None:
        """Go on for some hours at the rates computed last."""
        self.na += hours * self.d_na
        self.k += hours * self.d_k
        self.mg += hours * self.d_mg
        self.buffered += hours * self.d_buffered
        self.expression += hours * self.d_expression


class MesaObjects(mesa.Model):  # type: ignore[misc]
    """A model of plain Mesa objects in the state of a tissue."""

    def __init__(self, tissue: Tissue) -> None:
        super().__init__()
        c = tissue.context
        self.cell_rates = with_functions(cell_rates, _OF_MATH)
        self.fluctuated = with_functions(fluctuated, _OF_MATH)
        self.part = float(part_of_step(tissue.time, c))
        self.fluid, self.control = tissue.fluid, c.control
        self.numbers, self.rests = c.cells, c.rest_cells
        states, traits = tissue.cells.T.tolist(), tissue.traits.T.tolist()
        kinds = np.repeat(np.arange(len(tissue.counts)), tissue.counts).tolist()
        PlainCell.create_agents(self, tissue.n_cells, states, traits, kinds)

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        self.agents.do("evaluate")

    def rates(self) -> Array:
        """Return the rates computed last."""
        names = ["d_na", "d_k", "d_mg", "d_buffered", "d_expression"]
        return np.array(self.agents.get(names)).T

    def discard(self) -> None:
        """Let go of all agents; Mesa 3.3.1 would keep them alive for good."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)


class NumPyArrays:
    """The laws on arrays, one value a cell, the numbers of its type too."""

    def __init__(self, tissue: Tissue) -> None:
        self.tissue = tissue
        self._cell_rates = with_functions(cell_rates, _OF_NUMPY)
        self._fluctuated = with_functions(fluctuated, _OF_NUMPY)
        self._part = part_of_step(tissue.time, tissue.context)
        c = tissue.context
        self._numbers, self._rest = (_spread_out(of, tissue.counts) for of in (c.cells, c.rest_cells))
        self._rates: CellState | None = None

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        control = self.tissue.context.control
        traits = self._fluctuated(CellTraits(*self.tissue.traits.astype(float)), self._part)
        state = CellState(*self.tissue.cells)
        self._rates = self._cell_rates(
            state, traits, self.tissue.fluid, control, self._numbers, self._rest
        )

    def rates(self) -> Array:
        """Return the rates computed last."""
        return np.array(self._rates)


def _spread_out(of_types: Sequence[Any], counts: Sequence[int]) -> Any:
    """Named numbers of all types as named arrays over cells; what all types share stays as it is."""
    if len(set(of_types)) == 1:
        return of_types[0]
    if isinstance(of_types[0], tuple):
        return type(of_types[0])(*(_spread_out(of, counts) for of in zip(*of_types, strict=True)))
    return np.repeat(of_types, counts)


class ProjectAgents:
    """The project's own agents, each asked for its fluxes by compiled code that serves one cell."""

    def __init__(self, tissue: Tissue) -> None:
        self._model = sim.TissueModel(CONDITION, tissue.n_cells, rng=0, model_reporters={})
        self._model.window.show(tissue.time, tissue.y, tissue.context)
        self._rates: list[CellState] = []

    def evaluate(self) -> None:
        """Compute the rates of all cells."""
        fluid = self._model.extracellular.fluid
        self._rates = [cell.fluxes(fluid) for cell in self._model.cells]

    def rates(self) -> Array:
        """Return the rates computed last."""
        return np.array(self._rates).T

    def discard(self) -> None:
        """Let go of all agents; Mesa 3.3.1 would keep them alive for good."""
        self._model.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self._model, None)


ENGINES: dict[str, Callable[[Tissue], Engine]] = {
    COMPILED: Compiled,
    NUMPY: NumPyArrays,
    MESA: MesaObjects,
    AGENTS: ProjectAgents,
}


@dataclass(frozen=True)
class Race:
    """Seconds for each cell evaluation of each engine, round by round."""

    n_cells: int
    seconds: dict[str, list[float]]

    def rates(self, name: str) -> list[float]:
        """Quartiles of an engine's cell evaluations a second."""
        return np.percentile(1.0 / np.array(self.seconds[name]), (25, 50, 75)).tolist()

    def ratios(self, name: str) -> list[float]:
        """How many times faster the compiled engine was than another, round by round."""
        return (np.array(self.seconds[name]) / np.array(self.seconds[COMPILED])).tolist()


def race(n_cells: int, names: Iterable[str] = tuple(ENGINES), rounds: int = 7) -> Race:
    """Let engines evaluate the same cells in turns.

    Parameters
    ----------
    n_cells : int
        Number of cells, all different and fluctuating, some hours into a severe loss of Mg.
    names : iterable of str
        Which of :data:`ENGINES`.
    rounds : int
        How many turns each takes.

    Raises
    ------
    RuntimeError
        If an engine's rates are not those of the compiled one.
    """
    tissue = _tissue_under_way(n_cells)
    engines = {name: ENGINES[name](tissue) for name in names}
    for engine in engines.values():
        engine.evaluate()
    _check_agreement({name: engine.rates() for name, engine in engines.items()})
    repeats = {
        name: math.ceil(ROUND_SECONDS / _seconds(engine.evaluate, 1, thread_time))
        for name, engine in engines.items()
    }
    seconds: dict[str, list[float]] = {name: [] for name in engines}
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, engine in engines.items():
                turn = _seconds(engine.evaluate, repeats[name], thread_time)
                seconds[name].append(turn / n_cells)
    finally:
        gc.enable()
    for engine in engines.values():
        getattr(engine, "discard", lambda: None)()
    return Race(n_cells, seconds)


def _tissue_under_way(n_cells: int) -> Tissue:
    """Tissue in which every rate and every drift of a trait is at work."""
    tissue = Tissue(n_cells, threads=1)
    tissue.control = sim.load(CONDITION).control_at(0.0, tissue.parameters.body)
    tissue.fluctuate(3.0)
    tissue.advance_to(1.0)
    return tissue


def _check_agreement(rates: dict[str, Array]) -> None:
    """Refuse to time engines that compute different things."""
    judge = rates[COMPILED]
    for name, values in rates.items():
        worst = float((np.abs(values - judge).max(axis=1) / np.abs(judge).max(axis=1)).max())
        if not worst <= AGREEMENT:
            raise RuntimeError(f"{name} differs from the compiled rates by {worst:.1e}; do not compare")


def _seconds(
    action: Callable[[], object], repeats: int = 1, clock: Callable[[], float] = perf_counter
) -> float:
    """Seconds that an action takes, on average over some repeats."""
    began = clock()
    for _ in range(repeats):
        action()
    return (clock() - began) / repeats


@dataclass(frozen=True)
class Month:
    """Thirty days of a tissue: evaluations of its rates, and seconds."""

    n_cells: int
    noise: bool
    threads: str
    evaluations: int
    seconds: float
    """Of integration."""
    run_seconds: float | None = None
    """Of ``sim.run``, which also draws the cells and records every six hours."""

    @property
    def nanoseconds(self) -> float:
        """Nanoseconds for each evaluation of a cell."""
        return 1e9 * self.seconds / self.evaluations / self.n_cells


def months(n_cells: int, noise: bool, rounds: int) -> list[Month]:
    """Simulate thirty days on one thread and on as many as the tissue chooses, in turns."""
    choices = {"1": 1} if n_cells < THREADS_PAY_FROM else {"1": 1, "automatic": None}
    timed = [{name: _integrate(n_cells, noise, n) for name, n in choices.items()} for _ in range(rounds)]
    whole = None
    if not noise:
        whole = _seconds(lambda: sim.run(CONDITION, n_cells, days=DAYS, noise=False))
    return [
        Month(
            n_cells, noise, name, timed[0][name][0],
            float(np.median([turn[name][1] for turn in timed])),
            whole if name == list(choices)[-1] else None,
        )
        for name in choices
    ]  # fmt: skip


def _integrate(n_cells: int, noise: bool, threads: int | None) -> tuple[int, float]:
    """Integrate over thirty days; return evaluations and seconds."""
    tissue = Tissue(n_cells, noise=noise, threads=threads)
    end = DAYS * HOURS_PER_DAY
    began = perf_counter()
    _advance(Course(tissue, sim.load(CONDITION)), end)
    return tissue.evaluations, perf_counter() - began


def _advance(course: Course, end: float) -> None:
    """Take steps until a time [h]."""
    while course.tissue.time < end:
        course.step(until=end)


def memory(n_cells: int) -> dict[str, float]:
    """Bytes that a cell takes in a process of its own, over those of a tissue of one cell.

    In theory a cell holds its state and the three vectors of the integrator, each of five numbers, and
    eight traits.
    """
    spawn = multiprocessing.get_context("spawn")
    found = []
    for n in (1, 1, n_cells):  # The first may have to compile, which takes memory of its own.
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            found.append(pool.submit(_memory_after_a_day, n).result())
    resident, peak = ((many - one) / n_cells for one, many in zip(*found[1:], strict=True))
    theory = 8.0 * ((1 + WORKSPACE_VECTORS) * N_STATES + N_TRAITS)
    return {"n_cells": n_cells, "resident": resident, "peak": peak, "theory": theory}


def _memory_after_a_day(n_cells: int) -> tuple[float, float]:
    """Resident memory of this process after a tissue lived a day, and its peak [B]; Linux only."""
    course = Course(Tissue(n_cells, threads=1), sim.load(CONDITION), HOURS_PER_DAY)
    _advance(course, HOURS_PER_DAY)
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.nan, math.nan
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return 1024.0 * float(sizes["VmRSS"]), 1024.0 * float(sizes["VmHWM"])


def start_up(runs: int) -> dict[str, float]:
    """Seconds of whole commands, medians of some runs: one that is cold does not count."""
    commands = {
        "sim --help": ["--help"],
        "sim run baseline --cells 100 --days 1": ["run", "baseline", "--cells", "100", "--days", "1"],
    }
    return {name: _median_command(arguments, runs) for name, arguments in commands.items()}


def _median_command(arguments: list[str], runs: int) -> float:
    """Median time of a command [s]."""
    seconds = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            out = ["--out", str(Path(folder) / "run")] if arguments[0] == "run" else []
            command = [sys.executable, "-m", "sim", *arguments, *out]
            run = partial(subprocess.run, command, check=True, capture_output=True)
            seconds.append(_seconds(run))
    return float(np.median(seconds))


def machine() -> dict[str, Any]:
    """Describe the machine and the versions that figures depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    packages = ("mesa", "numba", "llvmlite", "numpy")
    return {
        "cpu": named.get("model name") or platform.processor(),
        "vectors": [flag for flag in ("avx2", "avx512f") if flag in named.get("flags", "").split()],
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages},
    }


def main(out: Path | None = None, quick: bool = False) -> Summary:
    """Measure everything, print it, and write ``summary.json`` and ``engines.png``.

    Parameters
    ----------
    out : path, optional
        Folder to write; by default ``experiments/results/engines``.
    quick : bool
        Less of everything, in half a minute rather than ten.

    Returns
    -------
    dict
        The contents of ``summary.json``.
    """
    described = machine()
    races = _races(quick)
    judged = next(r for r in races if r.n_cells == RACE)
    timed = _months(quick)
    held = memory(100_000 if quick else 1_000_000)
    started = start_up(3 if quick else 5)
    summary: Summary = {
        "machine": described,
        "quick": quick,
        "cell_evaluations": [_race_summary(r) for r in races],
        "months": [asdict(m) | {"nanoseconds": m.nanoseconds} for m in timed],
        "bytes_per_cell": held,
        "start_up_seconds": started,
        "goals": _goals(judged, held, started),
    }
    folder = out or RESULTS
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    draw(races, timed).savefig(folder / "engines.png", dpi=200)
    _print(summary)
    return summary


def _races(quick: bool) -> list[Race]:
    """Race the engines at several sizes; slow ones only where they finish in time."""
    few = [name for name in ENGINES if name != AGENTS]
    rounds = 5 if quick else 25
    races = [race(1_000, rounds=rounds), race(RACE, rounds=rounds)]
    races.append(race(100_000, [COMPILED, NUMPY] if quick else few, rounds=7))
    if not quick:
        races.append(race(1_000_000, [COMPILED], rounds=7))
    return races


def _months(quick: bool) -> list[Month]:
    """Simulate months at several sizes."""
    if quick:
        cases = [
            (10**e, noise, 1) for noise, most in ((False, 4), (True, 3)) for e in range(2, most + 1)
        ]
    else:
        cases = [(10**e, noise, 3 if e < 5 else 1) for noise in (False, True) for e in (2, 3, 4, 5)]
        cases.append((1_000_000, False, 1))
    return [month for case in cases for month in months(*case)]


def _race_summary(result: Race) -> Summary:
    """Turn a race into plain numbers: quartiles of rates, and of ratios to the compiled engine."""
    peers = [name for name in result.seconds if name != COMPILED]
    return {
        "n_cells": result.n_cells,
        "rounds": len(result.seconds[COMPILED]),
        "per_second": {name: result.rates(name) for name in result.seconds},
        "compiled_over": {
            name: np.percentile(result.ratios(name), (25, 50, 75)).tolist() for name in peers
        },
    }


def _goals(judged: Race, held: dict[str, float], started: dict[str, float]) -> list[Summary]:
    """Set each goal beside what was measured."""
    mesa_ratio, numpy_ratio = (float(np.median(judged.ratios(name))) for name in (MESA, NUMPY))
    start = max(started.values())
    return [
        _goal("times faster than Mesa objects", "≥", MESA_RATIO, mesa_ratio, mesa_ratio >= MESA_RATIO),
        _goal("times faster than NumPy", "≥", NUMPY_RATIO, numpy_ratio, numpy_ratio >= NUMPY_RATIO),
        _goal("bytes a cell", "≤", BYTES, held["resident"], held["resident"] <= BYTES),
        _goal("seconds to start", "≤", START_SECONDS, start, start <= START_SECONDS),
    ]


def _goal(what: str, sign: str, goal: float, measured: float, met: bool) -> Summary:
    return {"what": what, "goal": f"{sign} {goal:g}", "measured": measured, "met": met}


def _print(summary: Summary) -> None:
    """Print the summary as tables."""
    console = Console(highlight=False)
    m = summary["machine"]
    console.print(
        f"{m['cpu']}, {m['cores']} cores, Python {m['python']}, numba {m['numba']}, "
        f"NumPy {m['numpy']}, Mesa {m['mesa']}"
    )
    table = _table("Cells", "Engine", "Million cell evaluations/s", "Compiled is … times faster")
    for row in summary["cell_evaluations"]:
        for name, rate in row["per_second"].items():
            ratio = row["compiled_over"].get(name)
            spread = f"{ratio[1]:.1f}  ({ratio[0]:.1f}–{ratio[2]:.1f})" if ratio else ""
            table.add_row(f"{row['n_cells']:,}", name, _spread([r / MEGA for r in rate]), spread)
    console.print(table)
    table = _table(
        "Cells", "Noise", "Threads", "Evaluations", "Seconds", "ns/cell evaluation", "sim.run [s]"
    )
    for row in summary["months"]:
        whole = "" if row["run_seconds"] is None else f"{row['run_seconds']:.2f}"
        table.add_row(
            f"{row['n_cells']:,}", "on" if row["noise"] else "off", row["threads"],
            f"{row['evaluations']:,}", f"{row['seconds']:.2f}", f"{row['nanoseconds']:.0f}", whole,
        )  # fmt: skip
    console.print(table)
    held = summary["bytes_per_cell"]
    console.print(
        f"A cell takes {held['resident']:.0f} bytes in a run, {held['peak']:.0f} at the peak, "
        f"{held['theory']:.0f} in theory ({held['n_cells']:,} cells)."
    )
    for name, seconds in summary["start_up_seconds"].items():
        console.print(f"{name}: {seconds:.2f} s")
    for goal in summary["goals"]:
        verdict = "met" if goal["met"] else "MISSED"
        console.print(f"{verdict}: {goal['measured']:.4g} {goal['what']} (goal {goal['goal']})")


def _table(*columns: str) -> Table:
    """Table with numbers to the right."""
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="left" if column in ("Engine", "Noise", "Threads") else "right")
    return table


def _spread(quartiles: Sequence[float]) -> str:
    """Write a median with its quartiles."""
    low, median, high = quartiles
    return f"{median:.3g}  ({low:.3g}–{high:.3g})"


def draw(races: Sequence[Race], timed: Sequence[Month]) -> Figure:
    """Draw speed against size, ratios with their goals, and months against size."""
    figure = Figure(figsize=(10.5, 3.6), layout="constrained")
    speed, ratios, month = figure.subplots(1, 3)
    _draw_speed(speed, races)
    _draw_ratios(ratios, next(r for r in races if r.n_cells == RACE))
    _draw_months(month, timed)
    for axes, letter in zip((speed, ratios, month), "ABC", strict=True):
        axes.set_title(f"{letter}  {axes.get_title()}", loc="left", fontsize=10)
        axes.set_title("")
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def _draw_speed(axes: Axes, races: Sequence[Race]) -> None:
    """Cell evaluations per second of each engine, with quartiles."""
    for name in ENGINES:
        found = [(r.n_cells, *r.rates(name)) for r in races if name in r.seconds]
        n, low, median, high = np.array(found).T
        median, low, high = median / MEGA, low / MEGA, high / MEGA
        axes.errorbar(n, median, [median - low, high - median], color=COLOURS[name],
                      marker=MARKERS[name], markersize=5, capsize=2)  # fmt: skip
        axes.annotate(name, (n[0], median[0]), (0, -14 if name == AGENTS else 8), color=COLOURS[name],
                      textcoords="offset points", fontsize=8)  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="cells", title="One thread, medians and quartiles",
             ylabel="cell evaluations [million/s]")  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(0.6 * low, 2.0 * high)


def _draw_ratios(axes: Axes, judged: Race) -> None:
    """Ratio of each round, its median and the goal."""
    goals = {MESA: MESA_RATIO, NUMPY: NUMPY_RATIO}
    names = [NUMPY, MESA, AGENTS]
    for y, name in enumerate(names):
        values = np.array(judged.ratios(name))
        offsets = np.linspace(-0.18, 0.18, len(values))
        axes.plot(values, y + offsets, MARKERS[name], color=COLOURS[name], markersize=4, alpha=0.7)
        axes.vlines(np.median(values), y - 0.3, y + 0.3, color=COLOURS[name])
        axes.annotate(f"{np.median(values):.3g}", (float(np.median(values)), y + 0.33), ha="center",
                      fontsize=8, color=COLOURS[name])  # fmt: skip
        if name in goals:
            axes.vlines(goals[name], y - 0.3, y + 0.3, color="0.3", linestyle=":")
            axes.annotate(f"goal {goals[name]:g}", (goals[name], y - 0.42), ha="center", fontsize=8,
                          color="0.3")  # fmt: skip
    axes.set(xscale="log", yticks=range(len(names)), yticklabels=names, ylim=(-0.6, 2.6),
             xlabel="times that the compiled engine is faster [1]",
             title=f"Ratios at {judged.n_cells:,} cells, each round")  # fmt: skip
    low, high = axes.get_xlim()
    axes.set_xlim(0.7 * low, 1.4 * high)


def _draw_months(axes: Axes, timed: Sequence[Month]) -> None:
    """Seconds for thirty days."""
    for noise, colour, style in ((False, "#0072B2", "-"), (True, "#D55E00", "--")):
        for threads, marker in (("1", "o"), ("automatic", "D")):
            found = [(m.n_cells, m.seconds) for m in timed if (m.noise, m.threads) == (noise, threads)]
            if found:
                n, seconds = np.array(sorted(found)).T
                face = colour if threads == "1" else "white"
                count = "1 thread" if threads == "1" else "all threads"
                axes.plot(n, seconds, style, color=colour, marker=marker, markerfacecolor=face,
                          markersize=5, label=f"noise {'on' if noise else 'off'}, {count}")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="cells", ylabel="time for 30 days [s]",
             title="Severe loss of Mg, 30 days")  # fmt: skip
    axes.legend(frameon=False, fontsize=8)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write.")
@click.option("--quick", is_flag=True, help="Less of everything, in half a minute.")
def command(out: Path | None, quick: bool) -> None:
    """Measure how fast the tissue is."""
    main(out, quick)


if __name__ == "__main__":
    command()
