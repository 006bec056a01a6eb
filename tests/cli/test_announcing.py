"""What commands say before they start and on the way: plan, size, remarks, progress."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from sim.cli.announcing import ProgressLog, announce
from sim.conditions.plan import RunPlan
from sim.conditions.summary import plan_in_words
from tests.cli.commands import TINY, call, output_of, problems_of, single_spaced

LATE = """\
title = "A late dose and two diuretics"
duration = "2 day"
supplement = [
    { ion = "magnesium", amount = "4 g MgSO4", route = "intravenous", stop = "0.25 day" },
    { ion = "potassium", amount = "1.5 g KCl", at = ["8:00", "20:00"] },
    { ion = "calcium", dose = "5 mmol/day", start = "9 day" },
]
treatment = [{ kind = "thiazide", effect = 0.5 }, { kind = "gitelman-defect", effect = 0.5 }]
"""
SIZE = r"[\d,]+ rows; (about [\d.]+ (s|min|h|days)|less than a second), [\d.]+ MB of memory"


@pytest.fixture
def late() -> str:
    """A file whose last supplement is never given."""
    Path("late.toml").write_text(LATE, encoding="utf-8")
    return "late.toml"


def test_a_dry_run_says_what_will_be_given_and_writes_nothing(late: str, desk: Path) -> None:
    """Every dose in mmol, drips and doses told apart, size and remarks."""
    text = output_of("run", late, "--cells", "20", "--dry-run")
    assert "Mg intravenous, steady: 16.23 mmol over 6 h (2.705 mmol/h)" in text
    assert "K oral, in doses: 20.12 mmol at 8:00, 20:00 (40.24 mmol/day)" in text
    assert "Note: supplement no. 3 (Ca 5 mmol/day) starts on day 9" in text
    assert (
        "Note: thiazide 50 % and gitelman-defect 50 % both act on NCC from day 0: together 75 %" in text
    )
    assert re.search(SIZE, text)
    assert list(desk.iterdir()) == [desk / late]


def test_a_run_says_the_same_as_its_dry_run(late: str) -> None:
    """And then goes on."""
    dry = output_of("run", late, *TINY, "--dry-run")
    assert output_of("run", late, *TINY).startswith(dry)


def test_dry_runs_of_comparisons_and_studies_write_nothing(late: str, desk: Path) -> None:
    """They show each run or arm, the size, and the remarks."""
    text = output_of("compare", late, "baseline", "--cells", "5", "--dry-run")
    assert "late: 5 cells for 2 days" in text
    assert "baseline: 5 cells for 30 days" in text
    text = output_of("study", "run", late, "baseline", "--replicates", "1000", "--dry-run")
    assert "1,000 replicates of 100 cells in 2 arms (late, baseline)" in text
    assert re.search(r"768,000 simulated hours, 34,000 rows; about [\d.]+ (s|min)", text)
    assert "Note: late: supplement no. 3" in text
    assert list(desk.iterdir()) == [desk / late]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "baselin", "--dry-run"),
        ("run", "baseline", "--cells", "0", "--dry-run"),
        ("compare", "baseline", "thiazid", "--dry-run"),
        ("study", "run", "baseline", "--replicates", "-1", "--dry-run"),
    ],
)
def test_a_dry_run_refuses_what_a_run_refuses(arguments: tuple[str, ...]) -> None:
    dry = problems_of(*arguments)
    assert problems_of(*(word for word in arguments if word != "--dry-run")) == dry


ABSURD: dict[str, tuple[tuple[str, ...], str]] = {
    "replicates": (("study", "run", "baseline", "--replicates", "100000000"), "10000000"),
    "replicates of many cells": (
        ("study", "run", "baseline", "--replicates", "9000000", "--cells", "1000000"),
        "years of one processor; at most 100 years are allowed",
    ),
    "years on this machine": (
        ("study", "run", "baseline", "--replicates", "9000000", "--cells", "100000", "--workers", "2"),
        "with workers = 2; at most 1 year is allowed",
    ),
    "years of a shard": (
        ("study", "run", "baseline", "--replicates", "9000000", "--cells", "99999", "--shard", "1/4"),
        "a shard of 4 takes about",
    ),
    "days": (("run", "baseline", "--days", "1e9"), "at most 3650"),
    "cells": (("run", "baseline", "--cells", "100000001"), "give 1 to 100,000,000"),
}


@pytest.mark.parametrize(("arguments", "words"), ABSURD.values(), ids=ABSURD.keys())
def test_absurd_sizes_are_refused(arguments: tuple[str, ...], words: str) -> None:
    (problem,) = problems_of(*arguments)
    assert words in problem


def test_an_absurd_design_is_refused() -> None:
    """A row every minute for ten years, and a million parameter sets; both are listed."""
    Path("huge.toml").write_text(
        'conditions = ["baseline"]\nduration = "3650 day"\nevery = "0.01 hour"\n'
        '[samples]\nmethod = "latin-hypercube"\nnumber = 1000000\n'
        'ranges = { pump_half_mg = ["0.05 mM", "0.1 mM"] }\n',
        encoding="utf-8",
    )
    (problem,) = problems_of("study", "run", "huge.toml")
    assert "samples number: 1000000" in problem
    assert "100000" in problem


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("run", "baseline", "--days", "1", "--days", "2"), "--days"),
        (("run", "baseline", "--noise", "--no-noise"), "--noise/--no-noise"),
        (("compare", "baseline", "thiazide", "--seed", "1", "--seed", "1"), "--seed"),
        (("study", "run", "baseline", "--cells", "5", "--cells", "6"), "--cells"),
        (("resume", "x", "baseline", "--noise-of", "1", "--noise-of", "2"), "--noise-of"),
    ],
)
def test_an_option_that_is_given_twice_is_refused(arguments: tuple[str, ...], option: str) -> None:
    assert problems_of(*arguments) == [f"{option} is given 2 times; give it once"]


def test_a_parameter_that_is_set_twice_is_refused() -> None:
    """Different parameters may be set by one option each."""
    problems = problems_of("run", "baseline", "--set", "gfr=170 L/day", "--set", "gfr=160 L/day")
    assert problems == ["--set gfr is given 2 times ('gfr=170 L/day', 'gfr=160 L/day'); give it once"]
    two = ("--set", "gfr=170 L/day", "--set", "pump_half_mg=0.1 mM", "--without", "mg-saving")
    assert "gfr = 170 L/day" in output_of("run", "baseline", *two, "--dry-run")


def test_a_parameter_of_a_design_that_is_set_again_is_said() -> None:
    Path("design.toml").write_text(
        'conditions = ["baseline"]\nparameters = { gfr = "170 L/day" }\n', encoding="utf-8"
    )
    text = output_of("study", "run", "design.toml", "--set", "gfr=160 L/day", "--dry-run")
    assert "Note: gfr of the design is replaced by that of --set" in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit_a_terminal_and_break_between_words(width: int, late: str) -> None:
    """Continued lines are indented; a log has the lines whole."""
    plan = RunPlan(late, 20, parameters={"gfr": 170.0})
    lines = plan_in_words(plan)
    screen = io.StringIO()
    announce(
        Console(file=screen, force_terminal=True, color_system=None, highlight=False, width=width),
        lines,
        plan.remarks,
    )
    shown = screen.getvalue().splitlines()
    assert max(map(len, shown)) <= width
    whole = " ".join([*lines, *(f"Note: {remark}" for remark in plan.remarks)])
    assert single_spaced(screen.getvalue()) == single_spaced(whole)
    log = io.StringIO()
    announce(Console(file=log, highlight=False, width=width), lines, plan.remarks)
    assert log.getvalue().splitlines() == [*lines, *(f"Note: {remark}" for remark in plan.remarks)]


def test_progress_is_a_line_at_every_tenth_in_a_log_and_none_on_a_terminal() -> None:
    """However many updates there are."""
    for n, expected in ((1000, 10), (10, 10), (4, 4), (1, 1)):
        log = io.StringIO()
        progress = ProgressLog(Console(file=log), "x")
        for step in range(n + 1):
            progress.update(step, n, f"{step} of {n}")
        lines = log.getvalue().splitlines()
        assert len(lines) == expected
        assert lines[-1] == f"x: 100 %, {n} of {n}"
    screen = io.StringIO()
    ProgressLog(Console(file=screen, force_terminal=True), "x").update(1, 1, "done")
    assert screen.getvalue() == ""


def test_runs_and_resumed_runs_report_their_progress() -> None:
    """A resumed run from its own beginning on."""
    tenths = re.compile(r"^baseline: (\d+) %, day", re.MULTILINE)
    arguments = ("--cells", "5", "--no-noise")
    first = output_of("run", "baseline", *arguments, "--days", "5", "--out", "first", "--keep-state")
    assert tenths.findall(first) == [str(n) for n in range(10, 101, 10)]
    again = output_of("resume", "first", "baseline", "--days", "7.5", "--out", "second")
    assert tenths.findall(again) == [str(n) for n in range(10, 101, 10)]


def test_studies_report_their_progress() -> None:
    arguments = ("--replicates", "20", "--cells", "5", "--days", "0.25", "--workers", "1")
    text = call("study", "run", "baseline", *arguments).stdout
    assert re.findall(r"^baseline: (\d+) %, \d+ of 20 members", text, re.MULTILINE) == [
        str(n) for n in range(10, 101, 10)
    ]
