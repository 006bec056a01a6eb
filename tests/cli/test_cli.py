"""The command line and `sim.run` as users meet them: what they give, and what they refuse and how."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import sim
from sim.cli import main
from sim.condition import KNOCK_OUTS, TREATMENTS, load, named
from sim.observation import PER_CELL, VARIABLES
from sim.parameters import FACTS, Basis, BodyParameters, Parameters, describe
from sim.simulation import SimulationError

TINY = ("--cells", "3", "--days", "0.5", "--no-noise")
FILES = {"table.parquet", "cells.parquet", "overview.png", "provenance.json"}
COMMANDS = ("run", "list", "describe", "init")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty folder in which a command runs."""
    folder = tmp_path / "desk"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def call(*arguments: str) -> Result:
    """Output and exit code of a command; an exception that is not an exit is raised as it is."""
    result = CliRunner().invoke(main, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def said(*arguments: str) -> str:
    """What a command that must succeed says."""
    result = call(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*arguments: str) -> list[str]:
    """Faults for which a command is refused: exit code 2, nothing written, nothing but errors said."""
    before = sorted(Path.cwd().rglob("*"))
    result = call(*arguments)
    assert result.exit_code == 2
    assert sorted(Path.cwd().rglob("*")) == before
    lines = result.stderr.splitlines()
    assert [line for line in lines if not line.startswith("Error: ")] == []
    return [line.removeprefix("Error: ") for line in lines]


def shell(*arguments: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own, or a line of Python."""
    line = ["-c", code] if code else ["-m", "sim", *arguments]
    return subprocess.run(
        [sys.executable, *line], capture_output=True, text=True, timeout=120, env=surroundings()
    )


def surroundings() -> dict[str, str]:
    """Environment in which a process of its own imports the same package."""
    return {**os.environ, "PYTHONPATH": str(Path(sim.__file__).parents[1]), "PYTHONWARNINGS": "error"}


def words(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


# Help


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_command_and_a_first_step(flag: str) -> None:
    """Help says what there is and where to begin."""
    text = said(flag)
    assert [name for name in COMMANDS if not re.search(rf"^  {name} ", text, re.MULTILINE)] == []
    assert "sim run refractory-hypokalaemia" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """Each command explains itself and its options."""
    text = said(command, "--help")
    assert text.startswith("Usage: ")
    options = main.commands[command].params
    names = [option.opts[-1] for option in options if option.param_type_name == "option"]
    assert [name for name in names if name not in text] == []


def test_version_is_that_of_the_package() -> None:
    """`--version` names program and version."""
    assert said("--version") == f"sim, version {metadata.version('sim-mg')}\n"


def test_help_answers_without_heavy_imports() -> None:
    """Neither the compiler nor the table library is loaded to say what there is."""
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
    assert script.load() is main


def test_an_unknown_command_is_refused() -> None:
    """A slip of the pen is told as such."""
    result = call("rum", "baseline")
    assert result.exit_code == 2
    assert "'rum'" in result.stderr


# Lists and descriptions


def test_list_shows_every_condition_with_duration_and_title() -> None:
    """A row a condition: name, days, title."""
    rows = [words(line) for line in said("list").splitlines()]
    assert rows[0] == "Condition Days What is done"
    assert rows[1:] == [f"{name} {load(name).duration / 24:g} {load(name).title}" for name in named()]


def test_describe_shows_every_parameter_with_value_unit_and_range() -> None:
    """No parameter is missing, none is cut, and each row says what `describe` knows."""
    text = said("describe")
    assert "…" not in text
    lines = {line.split()[0]: words(line) for line in text.splitlines() if line.strip()}
    assert [name for name in FACTS if name not in lines] == []
    for entry in describe():
        fact = entry.fact
        start = (
            f"{entry.name} {entry.value:g} {fact.unit} {fact.low:g} to {fact.high:g} {fact.basis.value}"
        )
        assert lines[entry.name].startswith(start)


def test_describe_counts_parameters_by_basis() -> None:
    """The last line says how many numbers are measured, derived, fitted and assumed."""
    last = said("describe").splitlines()[-1]
    counts = {basis: int(count) for count, basis in re.findall(r"(\d+) (\w+)", last)}
    found = [entry.fact.basis.value for entry in describe()]
    assert counts == {basis.value: found.count(basis.value) for basis in Basis}
    assert sum(counts.values()) == len(FACTS)


def test_describe_writes_markdown_with_every_parameter() -> None:
    """A row a parameter, all with the same number of cells."""
    rows = [line for line in said("describe", "--markdown").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [row[0] for row in cells[2:]] == list(FACTS)
    assert {len(row) for row in cells} == {7}


def test_describe_mechanisms_shows_every_knock_out() -> None:
    """A row a mechanism: its name and what happens without it."""
    rows = [words(line) for line in said("describe", "--mechanisms").splitlines()]
    assert rows[1:] == [f"{name} {meaning}" for name, meaning in KNOCK_OUTS.items()]


@pytest.mark.parametrize("name", named())
def test_describe_shows_what_a_condition_does(name: str) -> None:
    """Title, description, duration and every event with its days."""
    condition, text = load(name), words(said("describe", name))
    assert text.startswith(f"{name}: {condition.title} {condition.description}")
    assert f" {condition.duration / 24:g} days" in text
    for start, stop, label in condition.events():
        assert f"day {start / 24:g} to {stop / 24:g}: {label}" in text


def test_describe_shows_mechanisms_and_parameters_of_a_condition(desk: Path) -> None:
    """What a file switches off and changes is told too."""
    (desk / "own.toml").write_text(
        'duration = "3 day"\nwithout = ["romk-mg-block"]\n[parameters]\npump_half_mg = "100 uM"\n',
        encoding="utf-8",
    )
    text = said("describe", "own.toml")
    assert "without romk-mg-block" in text
    assert "pump_half_mg = 0.1" in text


def test_describe_refuses_what_it_cannot_load() -> None:
    """An unknown name is answered as by `run`."""
    (fault,) = refused("describe", "baselin")
    assert "did you mean 'baseline'?" in fault


@pytest.mark.parametrize("title", ["dose [mmol/day]", "[/bold] end"])
def test_describe_shows_square_brackets(desk: Path, title: str) -> None:
    """A title or a description may hold any character."""
    (desk / "own.toml").write_text(f'title = "{title}"\nduration = "3 day"\n', encoding="utf-8")
    assert title in said("describe", "own.toml")


# A condition of one's own


def test_init_writes_an_example_that_loads(desk: Path) -> None:
    """The example is a valid condition that does what its comments say."""
    text = said("init", "mine.toml")
    assert "mine.toml" in text
    assert "sim run mine.toml" in (desk / "mine.toml").read_text(encoding="utf-8")
    condition = load("mine.toml")
    assert condition.events() == [
        (0.0, 720.0, "diet K 20 mmol/day"),
        (720.0, 1440.0, "K 80 mmol/day"),
    ]


def test_the_example_tells_the_truth_about_usual_diet_and_treatments(desk: Path) -> None:
    """Numbers and names in comments are those of the program."""
    said("init", "mine.toml")
    comments = (desk / "mine.toml").read_text(encoding="utf-8")
    body = BodyParameters()
    usual = f"Na {body.intake_na:g}, K {body.intake_k:g}, Mg {body.intake_mg:g} mmol/day"
    assert usual in comments
    assert [kind for kind in TREATMENTS if kind not in comments] == []


@pytest.mark.parametrize(
    "first",
    ["# [[treatment]]", "# without = ", "# [parameters]"],
    ids=["treatment", "without", "number"],
)
def test_what_is_commented_out_in_the_example_is_valid(desk: Path, first: str) -> None:
    """Each commented block loads when the marks before it are taken away, in its place."""
    said("init", "mine.toml")
    lines = (desk / "mine.toml").read_text(encoding="utf-8").splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith(first))
    block = [lines.pop(place)]
    while place < len(lines) and re.match(r"# \w+ = ", lines[place]) and first != "# without = ":
        block.append(lines.pop(place))
    block = [line.removeprefix("# ") for line in block]
    text = "\n".join([*block, *lines] if first == "# without = " else [*lines, *block])
    (desk / "mine.toml").write_text(text, encoding="utf-8")
    condition = load("mine.toml")
    assert bool(condition.treatment) + bool(condition.without) + bool(condition.parameters) == 1


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("mine.txt", "give a name that ends in .toml"),
        ("mine", "give a name that ends in .toml"),
        ("there.toml", "there.toml exists already"),
        ("no/mine.toml", "no is not a folder"),
        ("there.toml/mine.toml", "there.toml is not a folder"),
    ],
)
def test_init_refuses_a_file_that_cannot_be_written(desk: Path, file: str, told: str) -> None:
    """Nothing is overwritten, and no folder is made unasked."""
    (desk / "there.toml").write_text("kept", encoding="utf-8")
    (fault,) = refused("init", file)
    assert told in fault
    assert (desk / "there.toml").read_text(encoding="utf-8") == "kept"


def test_init_tells_all_faults_at_once() -> None:
    """Ending and folder are told together."""
    assert len(refused("init", "no/mine.txt")) == 2


# Running


class Done(NamedTuple):
    """Runs that tests look at: first, second and what each said."""

    folder: Path
    first: str
    second: str


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Done]:
    """The same small run of a condition with an event, twice, with no `--out`."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "own.toml").write_text(
        'title = "Salt [then none]"\nduration = "30 day"\nwithout = ["bone-exchange"]\n'
        '[[supplement]]\nion = "potassium"\ndose = "80 mmol/day"\nstop = "6 hour"\n'
        '[parameters]\ngfr = "170 L/day"\n',
        encoding="utf-8",
    )
    before = Path.cwd()
    os.chdir(folder)
    changes = ("--set", "pump_half_mg=0.1 mM", "--without", "romk-mg-block", "--seed", "5")
    try:
        yield Done(
            folder,
            said("run", "own.toml", *TINY, *changes),
            said("run", "own.toml", "--cells", "3", "--days", "0.5", "--uniform"),
        )
    finally:
        os.chdir(before)


def provenance_of(folder: Path) -> dict[str, Any]:
    """Provenance that lies in a folder."""
    data: dict[str, Any] = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    return data


def test_a_run_writes_its_files_into_a_folder_of_its_name(done: Done) -> None:
    """By default results go to results/NAME, and nothing else is written."""
    assert {path.name for path in (done.folder / "results" / "own").iterdir()} == FILES
    assert {path.name for path in done.folder.iterdir()} == {"own.toml", "results"}


def test_a_second_run_goes_beside_the_first(done: Done) -> None:
    """Nothing is overwritten: the second run goes to results/NAME-2."""
    assert {path.name for path in (done.folder / "results").iterdir()} == {"own", "own-2"}
    assert provenance_of(done.folder / "results" / "own")["noise"] is False
    assert provenance_of(done.folder / "results" / "own-2")["noise"] is True


def test_a_run_says_where_its_files_are(done: Done) -> None:
    """The last line names folder and files."""
    for text, folder in ((done.first, "results/own"), (done.second, "results/own-2")):
        last = re.split(r"\nWrote ", text)[-1]
        assert words(last).startswith(f"{folder}: ")
        assert set(re.findall(r"\w+\.\w+", last)) == FILES


def test_a_run_shows_start_event_and_end(done: Done) -> None:
    """The closing table has a column for the start, the event and the end, and reference ranges."""
    assert re.search(r"Unit +Day 0 +Day 0.25 +Day 0.5", done.first)
    assert re.search(r"plasma K +mM +4.2 +\S+ +\S+ +(low|high)? +3.5 to 5", done.first)
    assert re.search(r"Every balance closed within \d\.\de-1\d", done.first)
    assert "…" not in done.first


def test_a_run_shows_its_title_as_written(done: Done) -> None:
    """A title may hold square brackets."""
    assert "Salt [then none]" in done.first


def test_the_table_is_readable_and_complete(done: Done) -> None:
    """Rows by day, a column for every variable, no number missing."""
    table = pd.read_parquet(done.folder / "results" / "own" / "table.parquet")
    assert list(table.columns) == list(VARIABLES)
    assert (table.index.name, table.index.tolist()) == ("time", [0.0, 0.25, 0.5])
    assert np.isfinite(table.to_numpy()).all()


def test_the_cells_are_readable_and_complete(done: Done) -> None:
    """Cells by day and number, a column for everything known of a cell."""
    cells = pd.read_parquet(done.folder / "results" / "own" / "cells.parquet")
    assert list(cells.columns) == list(PER_CELL)
    assert list(cells.index.names) == ["time", "cell"]
    assert cells.index.tolist() == [(day, cell) for day in (0.0, 0.25, 0.5) for cell in range(3)]
    assert np.isfinite(cells.to_numpy()).all()


def test_the_figure_is_a_picture(done: Done) -> None:
    """PNG and PDF begin as such files do."""
    folder = done.folder / "results" / "own"
    assert (folder / "overview.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_provenance_holds_all_that_a_repeat_needs(done: Done) -> None:
    """Condition, numbers, seed, switches, versions, outcome and units are all there."""
    found = provenance_of(done.folder / "results" / "own")
    assert (found["outcome"], found["n_cells"], found["seed"]) == ("finished", 3, 5)
    assert (found["noise"], found["heterogeneous"]) == (False, True)
    assert (found["record_hours"], found["step_hours"]) == (6.0, 6.0)
    condition = found["condition"]
    assert (condition["name"], condition["duration"]) == ("own", 12.0)
    assert condition["without"] == ["bone-exchange", "romk-mg-block"]
    assert condition["supplement"][0]["dose"] == pytest.approx(80 / 24, rel=1e-14)
    assert condition["supplement"][0]["stop"] == 6.0
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


def test_provenance_tells_a_uniform_run(done: Done) -> None:
    """The mean-field twin is told as such, and its cells are alike."""
    folder = done.folder / "results" / "own-2"
    assert provenance_of(folder)["heterogeneous"] is False
    cells = pd.read_parquet(folder / "cells.parquet")
    assert set(cells["size"]) == {1.0}


def test_provenance_holds_the_number_of_snapshots(done: Done) -> None:
    """How many snapshots were asked for is part of the plan."""
    assert provenance_of(done.folder / "results" / "own")["snapshots"] == 13


def test_a_run_in_python_repeats_one_of_the_command_line(done: Done) -> None:
    """The same plan gives the same tables, to the bit, through files and back."""
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
    """The file that `init` writes runs as it stands; folders on the way are made."""
    said("init", "mine.toml")
    text = said("run", "mine.toml", *TINY, "--out", "deep/down/here")
    assert "My condition" in text
    assert {path.name for path in (desk / "deep" / "down" / "here").iterdir()} == FILES
    assert {path.name for path in desk.iterdir()} == {"deep", "mine.toml"}


# Refusals


BAD_INPUT: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "unknown condition": (("run", "baselin"), ["'baselin'", "did you mean 'baseline'?", *named()]),
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
        ["pump_half_mg = 100.0 mM", "allowed are 0.003 to 1.57", "plausible: 0.03 to 0.8"],
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


@pytest.mark.parametrize(("arguments", "told"), BAD_INPUT.values(), ids=BAD_INPUT.keys())
def test_bad_input_is_refused_in_one_line(
    desk: Path, arguments: tuple[str, ...], told: list[str]
) -> None:
    """Exit code 2, nothing written, and a line that says what was given and what is allowed."""
    (desk / "there").mkdir()
    (desk / "file").touch()
    (desk / "bad.toml").write_text("duration = [", encoding="utf-8")
    (fault,) = refused(*arguments)
    assert [fragment for fragment in told if fragment not in fault] == []


@pytest.mark.parametrize(
    "arguments", [("--cells", "many"), ("--days", "soon"), ("--seed", "1.5"), ("--zzz",), ()], ids=str
)
def test_what_is_no_number_or_no_option_is_refused(arguments: tuple[str, ...]) -> None:
    """A value of another kind or a missing condition ends with code 2 and names the argument."""
    condition = ("baseline",) if arguments else ()
    result = call("run", *condition, *arguments)
    assert result.exit_code == 2
    assert (arguments[0].lstrip("-") if arguments else "CONDITION") in result.stderr


def test_all_faults_of_a_call_are_told_at_once(desk: Path) -> None:
    """A user mends everything in one go: options, condition, mechanisms, parameters and folder."""
    faults = refused(
        *("run", "baselin", "--cells", "0", "--days", "nan", "--seed", "-1", "--threads", "0"),
        *("--without", "zzz", "--set", "pump_haf_mg=0.1 mM", "--set", "gfr=3", "--set", "gfr"),
        *("--out", str(desk)),
    )
    told = ["cells = 0", "days = nan", "seed = -1", "threads = 0", "'baselin'", "'zzz'"]
    told += ["'pump_haf_mg'", "--set gfr: '3'", "--set 'gfr'", "exists already"]
    assert {words: sum(words in fault for fault in faults) for words in told} == dict.fromkeys(told, 1)
    assert len(faults) == len(told)


def test_all_faults_of_a_file_and_of_options_are_told_at_once(desk: Path) -> None:
    """Faults in a file come together with those of the call."""
    (desk / "bad.toml").write_text(
        'duration = "3 day"\nzzz = 1\n[[diet]]\npotassium = "-1 mmol/day"\n'
        '[[treatment]]\nkind = "thiazide"\nfold = 2.0\n',
        encoding="utf-8",
    )
    faults = refused("run", "bad.toml", "--cells", "0", "--without", "romk")
    told = ["zzz: unknown key", "diet no. 1 potassium", "thiazide takes 'effect'", "cells = 0", "'romk'"]
    assert {words: sum(words in fault for fault in faults) for words in told} == dict.fromkeys(told, 1)
    assert len(faults) == len(told)


def test_a_refusal_in_a_process_of_its_own_has_no_traceback(desk: Path) -> None:
    """What a user sees in a terminal is the sentence and nothing else."""
    done = shell("run", "baselin", "--cells", "0")
    assert done.returncode == 2
    assert done.stdout == ""
    assert [line[:7] for line in done.stderr.splitlines()] == ["Error: ", "Error: "]
    assert list(desk.iterdir()) == []


def test_values_that_are_no_numbers_are_told_with_all_other_faults() -> None:
    """Kinds of options are checked with the rest."""
    result = call("run", "baselin", "--cells", "many", "--days", "soon")
    told = ["'many'", "'soon'", "'baselin'"]
    assert [fragment for fragment in told if fragment not in result.stderr] == []


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
def test_numbers_that_allow_no_healthy_body_are_refused(changes: dict[str, str]) -> None:
    """Parameters without a steady state are refused in words, not with a traceback."""
    options = [text for name, value in changes.items() for text in ("--set", f"{name}={value}")]
    assert refused("run", "baseline", "--cells", "30", "--days", "0.5", *options) != []


def test_osmolality_can_be_set_as_its_own_refusal_says() -> None:
    """The example in a refusal is taken when it is typed back."""
    (fault,) = refused("run", "baseline", "--set", "osmolality=285")
    example = re.search(r"osmolality=(\S+ \S+?)'", fault)
    assert example is not None
    (other,) = refused("run", "baseline", "--cells", "0", "--set", f"osmolality={example[1]}")
    assert "cells" in other


def test_a_share_that_is_a_list_in_a_file_is_refused(desk: Path) -> None:
    """A parameter of a wrong kind gives a sentence."""
    (desk / "bad.toml").write_text('duration = "3 day"\n[parameters]\nsd_size = [1]\n', encoding="utf-8")
    (fault,) = refused("run", "bad.toml")
    assert "sd_size" in fault


# From Python


def faults(*arguments: Any, **options: Any) -> list[str]:
    """Sentences with which `sim.run` is refused."""
    with pytest.raises(sim.InputError) as refusal:
        sim.run(*arguments, **options)
    assert str(refusal.value) == "\n".join(refusal.value.faults)
    return refusal.value.faults


def test_run_raises_one_error_with_every_fault() -> None:
    """Arguments, condition, mechanisms and parameters are told together, in that order."""
    found = faults(
        "baselin",
        0,
        days=-1,
        seed=-1,
        step_hours=0,
        record_hours=float("nan"),
        snapshots=1,
        threads=0,
        without=["zzz"],
        parameters={"pump_haf_mg": 0.1, "gfr": -5.0},
    )
    told = ["cells = 0", "seed = -1", "days = -1", "step_hours = 0", "record_hours = nan"]
    told += ["snapshots = 1", "threads = 0", "'baselin'", "'zzz'", "'pump_haf_mg'", "gfr = -5.0"]
    assert [words in fault for words, fault in zip(told, found, strict=True)] == [True] * len(told)


def test_run_refuses_a_file_with_faults(desk: Path) -> None:
    """Faults of a file are in the same error."""
    (desk / "bad.toml").write_text('zzz = 1\nduration = "3 hour"\n', encoding="utf-8")
    found = faults("bad.toml", 0)
    assert [("cells = 0" in f, "zzz" in f) for f in found] == [(True, False), (False, True)]


@pytest.mark.parametrize("cells", [10**12, 99_999_999])
def test_more_cells_than_fit_are_refused(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No run begins that memory cannot hold; the fault says how many it can."""
    monkeypatch.setattr("sim.simulation._memory", lambda: 350_000_000)
    (fault,) = faults("baseline", cells)
    assert ("100,000,000" if cells > 10**8 else "it can hold 1,000,000") in fault


@pytest.mark.parametrize(
    "options",
    [
        {"n_cells": 2.5},
        {"n_cells": "3"},
        {"seed": 1.5},
        {"days": "3"},
        {"snapshots": 2.5},
        {"threads": 1.5},
        {"parameters": {"pump_half_mg": "0.1 mM"}},
        {"condition": None},
    ],
    ids=str,
)
def test_arguments_of_another_kind_are_refused(options: dict[str, Any]) -> None:
    """A number that is no number is input at fault like any other."""
    (fault,) = faults(**{"condition": "baseline", "n_cells": 3, **options})
    assert str(next(reversed(options.values()))) in fault or "0.1 mM" in fault


def test_one_mechanism_as_text_is_understood_or_refused_once() -> None:
    """`without="romk-mg-block"` is a slip that needs one sentence at most."""
    try:
        sim.run("baseline", 3, days=0.1, without="romk-mg-block")
    except sim.InputError as refusal:
        count = len(refusal.faults)
    else:
        count = 0
    assert count <= 1


@pytest.fixture(scope="module")
def result() -> sim.Result:
    """Four days of thirty fluctuating cells."""
    return sim.run("severe-magnesium-loss", 30, days=4.0, seed=2)


def test_a_table_has_a_row_every_six_hours_and_a_column_a_variable(result: sim.Result) -> None:
    """Index in days from start to end; a float for every variable."""
    assert result.table.index.name == "time"
    assert result.table.index.tolist() == [0.25 * k for k in range(17)]
    assert list(result.table.columns) == list(VARIABLES)
    assert {str(kind) for kind in result.table.dtypes} == {"float64"}
    assert np.isfinite(result.table.to_numpy()).all()


def test_every_column_has_a_unit(result: sim.Result) -> None:
    """Units are known for all columns of the table and of cells."""
    assert {*result.table.columns, *result.cells().columns} <= set(result.units)
    assert result.units["plasma_k"] == "mM"
    assert result.units["urine_k"] == "mmol/day"
    assert result.units["potential"] == "mV"
    assert all(result.units.values())


def test_a_run_starts_healthy(result: sim.Result) -> None:
    """The first row is the body of the parameters, in balance."""
    body, first = BodyParameters(), result.table.iloc[0]
    assert (first["plasma_na"], first["plasma_k"]) == pytest.approx((body.plasma_na, body.plasma_k))
    assert first["intake_k"] == pytest.approx(body.intake_k)
    assert first["urine_k"] + first["stool_k"] == pytest.approx(body.intake_k)


def test_cells_are_those_of_the_nearest_snapshot(result: sim.Result) -> None:
    """Any time finds the nearest snapshot and says which that was; the end by default."""
    times = list(result.snapshots)
    assert (times[0], times[-1], len(times)) == (0.0, 4.0, 13)
    assert result.cells().attrs["time"] == 4.0
    for wanted in (0.0, 1.3, 2.0, 3.99, 100.0, -5.0):
        frame = result.cells(wanted)
        assert frame.attrs["time"] == min(times, key=lambda t: abs(t - wanted))
        pd.testing.assert_frame_equal(frame, result.snapshots[frame.attrs["time"]])


def test_a_table_of_cells_has_a_row_a_cell(result: sim.Result) -> None:
    """Index is the number of the cell; a column for everything known of one."""
    cells = result.cells()
    assert cells.index.name == "cell"
    assert cells.index.tolist() == list(range(30))
    assert list(cells.columns) == list(PER_CELL)


def test_the_table_summarises_the_cells(result: sim.Result) -> None:
    """Mean, SD and percentiles of the last row are those of the last snapshot."""
    last, cells = result.table.iloc[-1], result.cells()
    for name in ("na_in", "k_in", "mg_free", "potential"):
        assert last[f"{name}_mean"] == pytest.approx(cells[name].mean(), rel=1e-12)
        assert last[f"{name}_sd"] == pytest.approx(cells[name].std(ddof=0), rel=1e-12)
        for q in (5, 25, 50, 75, 95):
            assert last[f"{name}_p{q}"] == pytest.approx(cells[name].quantile(q / 100), rel=1e-12)


def test_cells_are_a_copy(result: sim.Result) -> None:
    """Changing what `cells` gave changes nothing in the result."""
    cells = result.cells()
    cells["size"] = 0.0
    assert (result.cells()["size"] > 0.0).all()


def test_a_finished_run_says_so(result: sim.Result) -> None:
    """Outcome, provenance and condition belong to the run."""
    assert result.finished
    assert result.provenance["outcome"] == "finished"
    assert result.condition == load("severe-magnesium-loss").revised(duration="4 day")


def test_saving_into_a_folder_that_exists_is_refused(result: sim.Result, desk: Path) -> None:
    """Nothing that is there is touched."""
    with pytest.raises(FileExistsError, match="exists already"):
        result.save(desk)
    assert list(desk.iterdir()) == []


def test_saving_writes_all_or_nothing(
    result: sim.Result, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the figure fails, no folder and no draft is left."""

    def fail(*_: object) -> None:
        raise OSError("disc full")

    monkeypatch.setattr("sim.figures.save", fail)
    with pytest.raises(OSError, match="disc full"):
        result.save(desk / "out")
    assert list(desk.iterdir()) == []


MEANS = [f"{flow}_{ion}" for flow in ("intake", "urine", "stool") for ion in ("na", "k", "mg")]
"""Columns that are means since the last row, and so depend on how often a row is taken."""


@pytest.mark.parametrize("noise", [True, False])
def test_looking_more_often_changes_nothing(noise: bool) -> None:
    """Rows at common times are the same to the bit, however many rows and snapshots are taken."""
    options: dict[str, Any] = {"days": 2.0, "seed": 2, "noise": noise, "step_hours": 3.0}
    rare = sim.run("severe-magnesium-loss", 8, record_hours=12.0, snapshots=2, **options)
    often = sim.run("severe-magnesium-loss", 8, record_hours=3.0, snapshots=17, **options)
    assert (len(rare.table), len(often.table)) == (5, 17)
    states = [name for name in VARIABLES if name not in MEANS]
    common = often.table.loc[rare.table.index, states]
    assert common.to_numpy().tobytes() == rare.table[states].to_numpy().tobytes()
    assert often.cells().to_numpy().tobytes() == rare.cells().to_numpy().tobytes()


def test_means_of_many_rows_are_the_mean_of_few() -> None:
    """Flows over 12 h are the mean of four flows over 3 h."""
    rare, often = (
        sim.run("severe-magnesium-loss", 8, days=2.0, seed=2, record_hours=hours)
        for hours in (12.0, 3.0)
    )
    for name in MEANS:
        fine = often.table[name].to_numpy()[1:].reshape(4, 4).mean(axis=1)
        assert rare.table[name].to_numpy()[1:] == pytest.approx(fine, rel=1e-9)


@pytest.mark.parametrize("step_hours", [None, 0.7, 5.0])
def test_rows_fall_on_steps_and_the_end_has_one(step_hours: float | None) -> None:
    """Odd durations and steps still give a first and a last row, in order, without repeats."""
    result = sim.run("baseline", 3, days=0.83, record_hours=2.0, step_hours=step_hours)
    hours = 24.0 * result.table.index.to_numpy()
    assert (hours[0], result.table.index[-1]) == (0.0, 0.83)
    assert (np.diff(hours) > 0.0).all()
    steps = hours[:-1] / (step_hours or 3.0)
    assert steps == pytest.approx(np.round(steps), abs=1e-9)


def test_a_row_is_told_as_it_is_recorded() -> None:
    """The caller hears of every row, in order, with its latest values."""
    heard: list[tuple[float, float]] = []
    result = sim.run(
        "baseline", 3, days=1.0, on_record=lambda r, hours: heard.append((hours, r.latest("plasma_k")))
    )
    assert heard == list(zip(result.table.index * 24.0, result.table["plasma_k"], strict=True))


def test_parameters_take_effect(result: sim.Result) -> None:
    """A changed number is in force from the start and recorded as changed."""
    other = sim.run("baseline", 3, days=0.5, parameters={"plasma_k": 4.8, "sd_size": 0.0})
    assert other.table["plasma_k"].iloc[0] == pytest.approx(4.8, rel=1e-12)
    assert set(other.cells()["size"]) == {1.0}
    assert other.provenance["parameters_changed"] == {"plasma_k": 4.8, "sd_size": 0.0}
    assert other.provenance["parameters"]["plasma_k"] == 4.8
    assert result.provenance["parameters_changed"] == {}
    assert Parameters().body.plasma_k == 4.2


def test_parameters_of_a_call_go_before_those_of_the_condition() -> None:
    """The call is nearer to the user than the file."""
    condition = sim.Condition(
        name="mine", duration="6 hour", parameters={"plasma_k": "4.0 mM", "gfr": "170 L/day"}
    )
    result = sim.run(condition, 3, parameters={"plasma_k": 4.8})
    assert result.provenance["parameters_changed"] == {"plasma_k": 4.8, "gfr": 170.0}
    assert result.table["plasma_k"].iloc[0] == pytest.approx(4.8, rel=1e-12)


def test_mechanisms_are_switched_off(result: sim.Result) -> None:
    """Without bone exchange bone Mg stays; with it, it falls. Those of the condition stay off too."""
    condition = sim.load("severe-magnesium-loss").revised(without=["romk-mg-block"])
    other = sim.run(condition, 30, days=4.0, seed=2, without=["bone-exchange", "romk-mg-block"])
    assert other.condition.without == ("romk-mg-block", "bone-exchange")
    assert set(other.table["bone_mg"]) == {60.0}
    assert result.table["bone_mg"].iloc[-1] < 59.5


def test_threads_do_not_change_results(result: sim.Result) -> None:
    """Two threads give the bits of one."""
    other = sim.run("severe-magnesium-loss", 30, days=4.0, seed=2, threads=2)
    assert other.table.to_numpy().tobytes() == result.table.to_numpy().tobytes()


def test_every_public_name_is_there() -> None:
    """What the package promises can be imported; anything else is an error."""
    assert [name for name in sim.__all__ if getattr(sim, name).__name__ != name] == []
    assert set(dir(sim)) >= set(sim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'zzz'"):
        _ = sim.zzz


def test_the_error_of_a_failed_run_is_public() -> None:
    """Who catches InputError as sim.InputError expects the other error there too."""
    assert sim.SimulationError is SimulationError  # type: ignore[attr-defined]


# Runs that fail


IMPOSSIBLE = (
    'duration = "9 day"\n[[treatment]]\nkind = "pump-inhibitor"\neffect = 0.9\nstart = "7 hour"\n'
)
"""With nine tenths of the pumps blocked cells swell until the fluid's Cl is gone."""
FAILURE = re.compile(
    r"((na|k|mg|buffered|expression) of cell \d+|\w+ of the body) became (negative|not finite) "
    r"on day (\d+\.\d{3}); check the condition's doses"
)


def test_a_condition_that_cannot_be_ends_with_code_1_and_what_was_recorded(desk: Path) -> None:
    """The message names quantity and day; tables until then are kept and say how it ended."""
    (desk / "no.toml").write_text(IMPOSSIBLE, encoding="utf-8")
    result = call("run", "no.toml", "--cells", "3")
    assert result.exit_code == 1
    told = FAILURE.search(result.stderr)
    assert told is not None
    assert result.stderr.startswith("Error: ")
    assert "What was recorded until then is kept." in result.stderr
    folder = desk / "results" / "no"
    assert {path.name for path in folder.iterdir()} == FILES
    assert "Wrote results/no" in result.stdout
    table = pd.read_parquet(folder / "table.parquet")
    assert len(table) >= 3
    assert 0.0 <= float(told[4]) - table.index[-1] <= 0.25
    assert np.isfinite(table.to_numpy()).all()
    assert provenance_of(folder)["outcome"] == f"failed: {result.stderr.splitlines()[0][7:]}"


def test_a_failed_run_raises_an_error_that_holds_the_result(desk: Path) -> None:
    """In Python the part that was recorded is in the error, with its cells."""
    (desk / "no.toml").write_text(IMPOSSIBLE, encoding="utf-8")
    with pytest.raises(SimulationError, match=FAILURE) as failure:
        sim.run("no.toml", 3)
    result = failure.value.result
    assert not result.finished
    assert result.provenance["outcome"] == f"failed: {failure.value}"
    assert result.table.index[0] == 0.0
    assert len(result.table) >= 3
    assert result.cells(0.0).attrs["time"] == 0.0
    assert isinstance(failure.value.__cause__, RuntimeError)


# Interruption


def until(master: int, wanted: str, seconds: float) -> str:
    """Read what a terminal shows until it holds a pattern, or its program ends."""
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([master], [], [], 0.1)[0]:
            try:
                shown += os.read(master, 65536)
            except OSError:
                break  # The program has closed its side.
        if wanted and re.search(wanted, shown.decode(errors="ignore")):
            break
    return shown.decode(errors="ignore")


def test_ctrl_c_keeps_what_was_recorded(desk: Path) -> None:
    """In a terminal a bar shows the day; Ctrl-C ends with code 130 and a readable partial result."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "sim", "run", "baseline"]
    command += ["--cells", "2000", "--days", "400", "--out", "partial"]
    environment = surroundings() | {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    with open("errors", "wb") as errors:
        process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=errors, env=environment, start_new_session=True
        )
    os.close(slave)
    try:
        shown = until(master, r"day [1-9]\d* of 400 +K 4\.\d\d  Mg 0\.\d\d mM", 120.0)
        assert re.search(r"day [1-9]\d* of 400", shown), shown
        process.send_signal(signal.SIGINT)
        until(master, "", 60.0)
        assert process.wait(timeout=60) == 130
    finally:
        process.kill()
        process.wait()
        os.close(master)
    told = (desk / "errors").read_text(encoding="utf-8")
    day = re.fullmatch(
        r"The run was interrupted on day (\d+\.\d\d); what was recorded is kept\.\n", told
    )
    assert day is not None, told
    folder = desk / "partial"
    assert {path.name for path in desk.iterdir()} == {"errors", "partial"}
    assert {path.name for path in folder.iterdir()} == FILES
    found = provenance_of(folder)
    assert found["outcome"] == f"interrupted on day {day[1]}"
    table = pd.read_parquet(folder / "table.parquet")
    assert 0.5 <= table.index[-1] <= float(day[1]) + 0.005  # The bar rounds days.
    assert float(day[1]) - table.index[-1] <= 0.26
    assert np.isfinite(table.to_numpy()).all()
    assert len(pd.read_parquet(folder / "cells.parquet").loc[0.0]) == 2000


def interrupt(*_: object, **__: object) -> None:
    """Do what Ctrl-C does."""
    raise KeyboardInterrupt


def interrupted_at(hours: float) -> sim.Result:
    """Result of a run that is interrupted when it records a moment [h]."""
    return sim.run("baseline", 3, days=4.0, on_record=lambda _, t: interrupt() if t >= hours else None)


def test_an_interrupted_run_returns_what_was_recorded() -> None:
    """From Python too, the rows until then are there, and the result is not called finished."""
    result = interrupted_at(24.0)
    assert not result.finished
    assert result.provenance["outcome"] == "interrupted on day 1.00"
    assert result.table.index.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert result.cells(0.0).attrs["time"] == 0.0


@pytest.mark.parametrize("use", ["save", "cells"])
def test_a_run_interrupted_at_once_can_be_used(desk: Path, use: str) -> None:
    """Between first row and first snapshot a result is as good as later."""
    result = interrupted_at(0.0)
    assert len(result.table) == 1
    if use == "save":
        assert {path.name for path in result.save(desk / "out")} == FILES
    else:
        assert len(result.cells()) == 3


@pytest.mark.parametrize("place", ["sim.simulation.Tissue", "sim.simulation.plan"])
def test_ctrl_c_before_the_first_step_ends_with_code_130(
    desk: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """The code of an interruption does not depend on when it comes; nothing is left behind."""
    monkeypatch.setattr(place, interrupt)
    result = CliRunner().invoke(main, ["run", "baseline", *TINY])
    assert list(desk.iterdir()) == []
    assert result.exit_code == 130


def test_ctrl_c_while_saving_leaves_no_half_of_a_result(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is complete or not there."""
    monkeypatch.setattr("sim.figures.save", interrupt)
    result = CliRunner().invoke(main, ["run", "baseline", *TINY])
    assert result.exit_code != 0
    assert [path for path in desk.rglob("*") if path.is_file()] == []
    assert not (desk / "results" / "baseline").exists()


def test_the_files_that_ship_are_valid_toml_with_known_keys() -> None:
    """Every shipped file is text that a user may copy and change."""
    folder = Path(sim.__file__).parent / "conditions"
    for path in folder.glob("*.toml"):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert {"title", "description", "duration"} <= set(data)
