"""The command line: help, output, and messages for invalid input."""

import os
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import main
from sim.cli.program import run_program
from sim.conditions.condition import built_in_conditions, load, read
from sim.conditions.summary import interventions_in_words
from sim.conditions.template import condition_template
from sim.conditions.treatments import TREATMENTS
from sim.parameters import CELL_TYPES, FACTS, Basis, describe
from sim.parameters.inputs import KNOCK_OUTS
from sim.variables.table import PER_CELL, VARIABLES
from tests.cli.commands import (
    FILES,
    TINY,
    call,
    output_of,
    problems_of,
    provenance_of,
    shell,
    single_spaced,
)

COMMANDS = ("run", "list", "describe", "init")


# Help


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_lists_every_command_and_a_first_step(flag: str) -> None:
    """Help lists the commands and an example."""
    text = output_of(flag)
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", text, re.MULTILINE)] == []
    assert "sim run refractory-hypokalaemia" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """Each command explains itself and its options."""
    text = output_of(command, "--help")
    assert text.startswith("Usage: ")
    options = main.commands[command].params
    names = [option.opts[-1] for option in options if option.param_type_name == "option"]
    assert [name for name in names if name not in text] == []


def test_version_is_that_of_the_package() -> None:
    """`--version` names program and version."""
    assert output_of("--version") == f"sim, version {metadata.version('sim-mg')}\n"


def test_help_needs_no_heavy_imports() -> None:
    """Neither the compiler nor the table library is loaded for help."""
    code = (
        "import sys\nfrom sim.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numba', 'numpy', 'pandas', 'matplotlib', 'pint', 'mesa'} & set(sys.modules)))"
    )
    done = shell(code=code)
    assert done.returncode == 0
    assert done.stdout.endswith("\n[]\n")


def test_the_package_runs_as_a_module_and_as_a_script() -> None:
    """`python -m sim` is the program `sim`."""
    done = shell("list")
    assert (done.returncode, done.stderr) == (0, "")
    assert "baseline" in done.stdout
    (script,) = metadata.entry_points(group="console_scripts", name="sim")
    assert script.load() is run_program


def test_an_unknown_command_is_refused() -> None:
    """The message contains the misspelt name."""
    result = call("rum", "baseline")
    assert result.exit_code == 2
    assert "'rum'" in result.stderr


# Lists and descriptions


def test_list_shows_every_condition_with_duration_and_title() -> None:
    """One row per condition: name, days, title."""
    rows = [single_spaced(line) for line in output_of("list").splitlines()]
    assert rows[0] == "Condition Days Title"
    assert rows[1:] == [
        f"{name} {load(name).duration / 24:g} {load(name).title}" for name in built_in_conditions()
    ]


def test_describe_shows_every_parameter_with_value_unit_and_range() -> None:
    """No parameter is missing or truncated, and each row contains the facts of `describe`."""
    text = output_of("describe")
    assert "…" not in text
    lines = {line.split()[0]: single_spaced(line) for line in text.splitlines() if line[:1].strip()}
    assert [name for name in FACTS if name not in lines] == []
    for entry in describe():
        fact = entry.fact
        start = (
            f"{entry.name} {entry.value:g} {fact.unit} {fact.low:g} to {fact.high:g} {fact.basis.value}"
        )
        assert lines[entry.name].startswith(start)


def test_describe_counts_parameters_by_basis() -> None:
    """The last line counts measured, derived, fitted and assumed parameters."""
    last = output_of("describe").splitlines()[-1]
    counts = {basis: int(count) for count, basis in re.findall(r"(\d+) (\w+)", last)}
    found = [entry.fact.basis.value for entry in describe()]
    assert counts == {basis.value: found.count(basis.value) for basis in Basis}
    assert sum(counts.values()) == len(FACTS)


def test_describe_writes_markdown_with_every_parameter() -> None:
    """One row per parameter, all with the same number of columns."""
    rows = [line for line in output_of("describe", "--markdown").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[0] for row in cells[2:]] == list(FACTS)
    assert {len(row) for row in cells} == {7}


def test_describe_mechanisms_shows_every_knock_out() -> None:
    """One row per mechanism: its name and the effect of its knock-out."""
    rows = [single_spaced(line) for line in output_of("describe", "--mechanisms").splitlines()]
    assert rows[1:] == [f"{name} {meaning}" for name, meaning in KNOCK_OUTS.items()]


def test_describe_treatments_shows_every_rule() -> None:
    """One row per treatment: strength, range, unit, its input, and its meaning."""
    lines = [line for line in output_of("describe", "--treatments").splitlines() if line[:1].strip()]
    rows = [single_spaced(line) for line in lines]
    assert rows[0] == "Treatment Strength Range Unit Sets Meaning"
    assert [row.split()[0] for row in rows[1:]] == list(TREATMENTS)
    assert "nephron-loss effect 0 to 0.98 1 nephron_loss fraction of GFR" in "\n".join(rows)
    assert "vomiting rate 0 to 20 L/day vomiting gastric juice lost" in rows


def test_lists_exclude_each_other() -> None:
    """Only one list can be described at a time."""
    (problem,) = problems_of("describe", "baseline", "--treatments", "--variables")
    assert problem.startswith("CONDITION, --mechanisms, --treatments, --variables and --markdown")


@pytest.mark.parametrize("name", built_in_conditions())
def test_describe_shows_the_interventions_of_a_condition(name: str) -> None:
    """Title, description, duration and every event with its days."""
    condition, text = load(name), single_spaced(output_of("describe", name))
    assert text.startswith(f"{name}: {condition.title} {condition.description}")
    assert f" {condition.duration / 24:g} days" in text
    spoken = interventions_in_words(condition)
    assert all(line in text for line in spoken)
    assert len([line for line in spoken if line.startswith("day ")]) == len(condition.events())
    for start, stop, _label in condition.events():
        assert f"day {start / 24:g} to {stop / 24:g}: " in text


def test_describe_shows_mechanisms_and_parameters_of_a_condition(desk: Path) -> None:
    """Knock-outs and changed parameters of a file are shown."""
    (desk / "own.toml").write_text(
        'duration = "3 day"\nwithout = ["romk-mg-block"]\n[parameters]\npump_half_mg = "100 uM"\n',
        encoding="utf-8",
    )
    text = output_of("describe", "own.toml")
    assert "without romk-mg-block" in text
    assert "pump_half_mg = 0.1" in text


def test_describe_refuses_what_it_cannot_load() -> None:
    """An unknown name gives the same message as in `run`."""
    (problem,) = problems_of("describe", "baselin")
    assert "did you mean 'baseline'?" in problem


@pytest.mark.parametrize("title", ["dose [mmol/day]", "[/bold] end"])
def test_describe_shows_square_brackets(desk: Path, title: str) -> None:
    """A title or a description may contain any character."""
    (desk / "own.toml").write_text(f'title = "{title}"\nduration = "3 day"\n', encoding="utf-8")
    assert title in output_of("describe", "own.toml")


# User-defined conditions


def test_init_writes_an_example_that_loads(desk: Path) -> None:
    """The example is a valid condition that agrees with its comments."""
    text = output_of("init", "mine.toml")
    assert "mine.toml" in text
    assert "sim run mine.toml" in (desk / "mine.toml").read_text(encoding="utf-8")
    condition = load("mine.toml")
    assert condition.events() == [
        (0.0, 720.0, "diet K 20 mmol/day"),
        (720.0, 1440.0, "K 80 mmol/day"),
    ]


def test_init_writes_the_template(desk: Path) -> None:
    """With the name of the file; the template itself has its own tests."""
    output_of("init", "mine.toml")
    text = (desk / "mine.toml").read_text(encoding="utf-8")
    assert text == condition_template().replace("{file}", "mine.toml")


@pytest.mark.parametrize(
    "first",
    ["# [[meals]]", "# [[meal]]", "# [[treatment]]", "# without = ", "# [parameters]"],
    ids=["meals", "meal", "treatment", "without", "number"],
)
def test_commented_blocks_of_the_example_are_valid(desk: Path, first: str) -> None:
    """Each block is valid in its place when it is uncommented."""
    output_of("init", "mine.toml")
    lines = (desk / "mine.toml").read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith(first))
    lines[place] = lines[place].removeprefix("# ")
    while (place := place + 1) < len(lines) and re.match(r"# \w+ = ", lines[place]):
        lines[place] = lines[place].removeprefix("# ")
    (desk / "mine.toml").write_text("\n".join(lines), encoding="utf-8")
    condition = load("mine.toml")
    key = re.sub(r"\W", "", first.partition("=")[0])
    added = [name for name in ("meals", "meal", "treatment", "without", "parameters")
             if getattr(condition, name)]  # fmt: skip
    assert added == [key]


def test_an_amount_in_the_example_is_valid(desk: Path) -> None:
    """The alternative in the comment may replace the dose, with a stop."""
    output_of("init", "mine.toml")
    text = (desk / "mine.toml").read_text(encoding="utf-8")
    (amount,) = re.findall(r"amount = \S+ \w+\"", text)
    text = re.sub(r"dose = .*", f'{amount}\nstop = "31 day"', text)
    (desk / "mine.toml").write_text(text, encoding="utf-8")
    assert load("mine.toml").supplement[0].amount == 30.0


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("mine.txt", "give a name that ends in .toml"),
        ("mine", "give a name that ends in .toml"),
        ("there.toml", "there.toml exists already"),
        ("no/mine.toml", "no is not a folder"),
        ("there.toml/mine.toml", "there.toml is not a folder"),
    ],
)
def test_init_refuses_a_file_that_cannot_be_written(desk: Path, file: str, expected: str) -> None:
    """Nothing is overwritten, and no folder is created."""
    (desk / "there.toml").write_text("kept", encoding="utf-8")
    (problem,) = problems_of("init", file)
    assert expected in problem
    assert (desk / "there.toml").read_text(encoding="utf-8") == "kept"


def test_init_lists_all_problems_at_once() -> None:
    """Suffix and folder are listed together."""
    assert len(problems_of("init", "no/mine.txt")) == 2


# Runs


class Done(NamedTuple):
    """Runs inspected by tests: the first, the second, and their output."""

    folder: Path
    first: str
    second: str


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """The same small run of a condition with an event, twice, without `--out`."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "own.toml").write_text(
        'title = "Salt [then none]"\nduration = "30 day"\nwithout = ["bone-exchange"]\n'
        '[[supplement]]\nion = "potassium"\ndose = "80 mmol/day"\nstart = "6 hour"\n'
        '[parameters]\ngfr = "170 L/day"\n',
        encoding="utf-8",
    )
    before = Path.cwd()
    os.chdir(folder)
    changes = ("--set", "pump_half_mg=0.1 mM", "--without", "romk-mg-block", "--seed", "5")
    try:
        yield Done(
            folder,
            output_of("run", "own.toml", *TINY, *changes),
            output_of("run", "own.toml", "--cells", "3", "--days", "0.5", "--uniform"),
        )
    finally:
        os.chdir(before)


def test_a_run_writes_its_files_into_a_folder_with_its_name(done: Done) -> None:
    """By default results go to results/NAME, and nothing else is written."""
    assert {path.name for path in (done.folder / "results" / "own").iterdir()} == FILES
    assert {path.name for path in done.folder.iterdir()} == {"own.toml", "results"}


def test_a_second_run_does_not_overwrite_the_first(done: Done) -> None:
    """The second run is written to results/NAME-2."""
    assert {path.name for path in (done.folder / "results").iterdir()} == {"own", "own-2"}
    assert provenance_of(done.folder / "results" / "own")["noise"] is False
    assert provenance_of(done.folder / "results" / "own-2")["noise"] is True


def test_a_run_prints_the_location_of_its_files(done: Done) -> None:
    """The last line contains folder and files."""
    for text, folder in ((done.first, "results/own"), (done.second, "results/own-2")):
        last = re.split(r"\nWrote ", text)[-1]
        assert single_spaced(last).startswith(f"{folder}: ")
        assert set(re.findall(r"\w+\.\w+", last)) == FILES


def test_a_run_shows_start_event_and_end(done: Done) -> None:
    """The closing table has a column for the start, the event and the end, and reference ranges."""
    assert re.search(r"Unit +Day 0 +Day 0.25 +Day 0.5", done.first)
    assert re.search(r"plasma K +mM +4.2 +\S+ +\S+ +(low|high)? +3.5 to 5", done.first)
    assert re.search(r"Every balance closed within \d\.\de-1\d", done.first)
    table = done.first.partition("Salt [")[2]  # Compilation is announced before it.
    assert "…" not in table


def test_a_run_shows_its_title_as_written(done: Done) -> None:
    """A title may contain square brackets."""
    assert "Salt [then none]" in done.first


def test_the_table_is_readable_and_complete(done: Done) -> None:
    """Rows by day, a column for every variable, missing values only for absent cell types."""
    table = pd.read_parquet(done.folder / "results" / "own" / "table.parquet")
    assert list(table.columns) == list(VARIABLES)
    assert (table.index.name, table.index.tolist()) == ("time", [0.0, 0.25, 0.5])
    here = set(pd.read_parquet(done.folder / "results" / "own" / "cells.parquet")["type"])
    absent = [kind for kind in CELL_TYPES if kind not in here]
    assert len(here) == 3
    lacking = [name for name in table if not np.isfinite(table[name]).all()]
    signs = {"pressure": "smooth_muscle", "margin_heart": "heart"}
    assert lacking == [name for name in VARIABLES if signs.get(name, name).startswith(tuple(absent))]


def test_the_cells_are_readable_and_complete(done: Done) -> None:
    """Cells by day and number, a column for every quantity of a cell."""
    cells = pd.read_parquet(done.folder / "results" / "own" / "cells.parquet")
    assert list(cells.columns) == list(PER_CELL)
    assert list(cells.index.names) == ["time", "cell"]
    assert cells.index.tolist() == [(day, cell) for day in (0.0, 0.25, 0.5) for cell in range(3)]
    assert np.isfinite(cells.drop(columns="type").to_numpy()).all()
    assert set(cells["type"]) <= set(CELL_TYPES)


def test_the_figure_has_a_valid_format(done: Done) -> None:
    """PNG and PDF start with their signatures."""
    folder = done.folder / "results" / "own"
    assert (folder / "overview.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_provenance_is_sufficient_for_repetition(done: Done) -> None:
    """It contains condition, parameters, seed, options, versions, outcome and units."""
    found = provenance_of(done.folder / "results" / "own")
    assert (found["outcome"], found["n_cells"], found["seed"]) == ("finished", 3, 5)
    assert (found["noise"], found["heterogeneous"]) == (False, True)
    assert (found["record_hours"], found["step_hours"]) == (6.0, 6.0)
    condition = found["condition"]
    assert (condition["name"], condition["duration"]) == ("own", "12.0 hour")
    assert condition["without"] == ["bone-exchange", "romk-mg-block"]
    assert read(condition) == load(done.folder / "own.toml").revised(
        duration="12 hour", without=condition["without"]
    )
    changed = {"gfr": 170.0, "pump_half_mg": 0.1}
    assert found["parameters_changed"] == changed
    assert found["parameters"] == {e.name: e.value for e in describe()} | changed
    versions = found["versions"]
    assert {"python", "machine", "sim-mg", "numpy", "numba", "llvmlite", "pandas"} <= set(versions)
    assert versions["numpy"] == metadata.version("numpy")
    assert versions["sim-mg"] == metadata.version("sim-mg")
    assert set(found["units"]) == {*VARIABLES, *PER_CELL}
    assert found["worst_imbalance"] < 1e-9
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", found["began"])


def test_provenance_marks_a_uniform_run(done: Done) -> None:
    """The mean-field twin is marked as such, and its cells are identical."""
    folder = done.folder / "results" / "own-2"
    assert provenance_of(folder)["heterogeneous"] is False
    cells = pd.read_parquet(folder / "cells.parquet")
    assert set(cells["size"]) == {1.0}


def test_provenance_contains_the_number_of_snapshots(done: Done) -> None:
    """The requested number of snapshots is part of the plan."""
    assert provenance_of(done.folder / "results" / "own")["snapshots"] == 13


def test_a_run_in_python_agrees_with_the_command_line(done: Done) -> None:
    """The same plan gives the same tables bit for bit, also after saving and loading."""
    folder = done.folder / "results" / "own"
    result = sim.run(
        done.folder / "own.toml",
        3,
        days=0.5,
        noise=False,
        seed=5,
        parameters={"pump_half_mg": 0.1},
        without=["romk-mg-block"],
    )
    pd.testing.assert_frame_equal(
        result.table, pd.read_parquet(folder / "table.parquet"), rtol=0, atol=0
    )
    cells = pd.read_parquet(folder / "cells.parquet").loc[0.5]
    pd.testing.assert_frame_equal(result.cells(), cells, rtol=0, atol=0)


def test_the_written_example_runs_into_a_new_nested_folder(desk: Path) -> None:
    """The file written by `init` runs unchanged; parent folders are created."""
    output_of("init", "mine.toml")
    text = output_of("run", "mine.toml", *TINY, "--out", "deep/down/here")
    assert "My condition" in text
    assert {path.name for path in (desk / "deep" / "down" / "here").iterdir()} == FILES
    assert {path.name for path in desk.iterdir()} == {"deep", "mine.toml"}


# Refusals


PLAUSIBLE = f"{FACTS['pump_half_mg'].low:g} to {FACTS['pump_half_mg'].high:g}"
BAD_INPUT: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "unknown condition": (
        ("run", "baselin"),
        ["'baselin'", "did you mean 'baseline'?", *built_in_conditions()],
    ),
    "missing file": (("run", "no.toml"), ["no.toml cannot be read: No such file or directory"]),
    "no cells": (("run", "baseline", "--cells", "0"), ["cells = 0", "give 1 to"]),
    "negative cells": (("run", "baseline", "--cells", "-5"), ["cells = -5", "give 1 to"]),
    "too many cells": (("run", "baseline", "--cells", str(10**12)), ["cells = ", "give 1 to"]),
    "negative days": (("run", "baseline", "--days", "-1"), ["days = -1", "more than 0"]),
    "no days": (("run", "baseline", "--days", "0"), ["days = 0", "more than 0"]),
    "days NaN": (("run", "baseline", "--days", "nan"), ["days = nan", "more than 0"]),
    "days without end": (("run", "baseline", "--days", "inf"), ["days = inf", "at most 3650"]),
    "negative seed": (("run", "baseline", "--seed", "-1"), ["seed = -1", "zero or more"]),
    "no threads": (("run", "baseline", "--threads", "0"), ["threads = 0", "give 1 to"]),
    "unknown mechanism": (
        ("run", "baseline", "--without", "romk-mg-blok"),
        ["'romk-mg-blok'", "did you mean 'romk-mg-block'?", *KNOCK_OUTS],
    ),
    "unknown parameter": (
        ("run", "baseline", "--set", "pump_haf_mg=0.1 mM"),
        ["'pump_haf_mg'", "did you mean 'pump_half_mg'?"],
    ),
    "parameter in another unit": (
        ("run", "baseline", "--set", "pump_half_mg=0.1 hour"),
        ["pump_half_mg", "'0.1 hour'", "'mM'"],
    ),
    "parameter without unit": (
        ("run", "baseline", "--set", "pump_half_mg=0.1"),
        ["pump_half_mg", "'0.1' has no unit", "mM"],
    ),
    "parameter without value": (
        ("run", "baseline", "--set", "pump_half_mg"),
        ["'pump_half_mg'", 'pump_half_mg="0.1 mM"'],
    ),
    "parameter without name": (("run", "baseline", "--set", "=0.1 mM"), ["''"]),
    "parameter NaN": (
        ("run", "baseline", "--set", "pump_half_mg=nan mM"),
        ["pump_half_mg", "'nan mM' is not a finite number"],
    ),
    "parameter out of bounds": (
        ("run", "baseline", "--set", "pump_half_mg=100 mM"),
        ["pump_half_mg = 100.0 mM is out of bounds", "allowed are ", f"plausible: {PLAUSIBLE})"],
    ),
    "folder there": (("run", "baseline", "--out", "there"), ["there exists already"]),
    "file there": (("run", "baseline", "--out", "file"), ["file exists already"]),
    "file for a parent": (
        ("run", "baseline", "--out", "file/out"),
        ["file/out cannot be written", "is not a folder"],
    ),
    "file for a grandparent": (
        ("run", "baseline", "--out", "file/deep/out"),
        ["file/deep/out cannot be written", "is not a folder"],
    ),
    "not TOML": (("run", "bad.toml"), ["bad.toml is not valid TOML"]),
}


@pytest.mark.parametrize(("arguments", "expected"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_refused_in_one_line(
    desk: Path, arguments: tuple[str, ...], expected: list[str]
) -> None:
    """Exit code 2, nothing written, and one line with the given value and the allowed ones."""
    (desk / "there").mkdir()
    (desk / "file").touch()
    (desk / "bad.toml").write_text("duration = [", encoding="utf-8")
    (problem,) = problems_of(*arguments)
    assert [fragment for fragment in expected if fragment not in problem] == []


@pytest.mark.parametrize(
    "arguments", [("--cells", "many"), ("--days", "soon"), ("--seed", "1.5"), ("--zzz",), ()], ids=str
)
def test_non_numeric_values_and_unknown_options_are_refused(arguments: tuple[str, ...]) -> None:
    """A value of another type or a missing condition gives exit code 2 and names the argument."""
    condition = ("baseline",) if arguments else ()
    result = call("run", *condition, *arguments)
    assert result.exit_code == 2
    assert (arguments[0].lstrip("-") if arguments else "CONDITION") in result.stderr


def test_all_problems_of_a_call_are_listed_at_once(desk: Path) -> None:
    """Options, condition, mechanisms, parameters and folder are checked together."""
    problems = problems_of(
        *("run", "baselin", "--cells", "0", "--days", "nan", "--seed", "-1", "--threads", "0"),
        *("--without", "zzz", "--set", "pump_haf_mg=0.1 mM", "--set", "gfr=3", "--set", "gfr"),
        *("--out", str(desk)),
    )
    expected = ["cells = 0", "days = nan", "seed = -1", "threads = 0", "'baselin'", "'zzz'"]
    expected += ["'pump_haf_mg'", "--set gfr: '3'", "--set 'gfr'", "exists already"]
    expected += ["--set gfr is given 2 times"]
    assert {words: sum(words in problem for problem in problems) for words in expected} == dict.fromkeys(
        expected, 1
    )
    assert len(problems) == len(expected)


def test_all_problems_of_a_file_and_of_options_are_listed_at_once(desk: Path) -> None:
    """Problems of a file are listed together with those of the call."""
    (desk / "bad.toml").write_text(
        'duration = "3 day"\nzzz = 1\n[[diet]]\npotassium = "-1 mmol/day"\n'
        '[[treatment]]\nkind = "thiazide"\nfold = 2.0\n',
        encoding="utf-8",
    )
    problems = problems_of("run", "bad.toml", "--cells", "0", "--without", "romk")
    expected = [
        "zzz: unknown key",
        "diet no. 1 potassium",
        "thiazide takes 'effect'",
        "cells = 0",
        "'romk'",
    ]
    assert {words: sum(words in problem for problem in problems) for words in expected} == dict.fromkeys(
        expected, 1
    )
    assert len(problems) == len(expected)


def test_invalid_input_gives_no_traceback_in_a_terminal(desk: Path) -> None:
    """The output of a separate process is the message and nothing else."""
    done = shell("run", "baselin", "--cells", "0")
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line[:7] for line in done.stderr.splitlines()] == ["Error: ", "Error: "]
    assert list(desk.iterdir()) == []


def test_non_numeric_values_are_listed_with_all_other_problems() -> None:
    """Types of options are checked together with their values."""
    result = call("run", "baselin", "--cells", "many", "--days", "soon")
    expected = ["'many'", "'soon'", "'baselin'"]
    assert [fragment for fragment in expected if fragment not in result.stderr] == []


NO_REST: dict[str, dict[str, str]] = {
    "memory of no time": {"noise_time": "0 h"},
    "plausible correlations that exclude each other": {
        "correlation_leaks": "0.9",
        "correlation_pump_k_leak": "0.9",
        "correlation_pump_na_leak": "0",
    },
    "correlation above one": {"correlation_leaks": "1.5"},
    "no pumps": {"pump_capacity": "0 mmol/L/h"},
    "no Mg at rest": {"rest_mg_free": "0 mM"},
    "no time of K/H exchange": {"proton_time": "0 h"},
    "no Cl permeability": {"cl_over_k_permeability": "0"},
}


@pytest.mark.parametrize("changes", NO_REST.values(), ids=NO_REST.keys())
def test_parameters_without_a_healthy_steady_state_are_refused(changes: dict[str, str]) -> None:
    """Parameters without a steady state give a message, not a traceback."""
    options = [text for name, value in changes.items() for text in ("--set", f"{name}={value}")]
    assert problems_of("run", "baseline", "--cells", "30", "--days", "0.5", *options) != []


def test_example_in_the_message_on_osmolality_is_accepted() -> None:
    """The example of a message is itself valid input."""
    (problem,) = problems_of("run", "baseline", "--set", "osmolality=285")
    example = re.search(r"osmolality=(\S+ \S+?)'", problem)
    assert example is not None
    (other,) = problems_of("run", "baseline", "--cells", "0", "--set", f"osmolality={example[1]}")
    assert "cells" in other


def test_a_list_instead_of_a_fraction_in_a_file_is_refused(desk: Path) -> None:
    """A parameter of a wrong type gives a message."""
    (desk / "bad.toml").write_text('duration = "3 day"\n[parameters]\nsd_size = [1]\n', encoding="utf-8")
    (problem,) = problems_of("run", "bad.toml")
    assert "sd_size" in problem
