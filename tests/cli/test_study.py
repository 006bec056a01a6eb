"""``sim study`` and ``sim resume``: arguments, messages and files."""

import re
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.cli.studying import TEMPLATE
from sim.study.design_files import load_design
from tests.cli.commands import call, output_of, problems_of, single_spaced

SMALL = ("--replicates", "4", "--cells", "5", "--days", "2", "--workers", "1")
ARMS = ("baseline", "severe-magnesium-loss")
FIGURES = {"courses-plasma_k.png", "convergence.png"}
STUDY = {"manifest.json", "parts.jsonl", ".lock", "courses", "cases", "summary.csv"}


def without_progress(text: str) -> str:
    """Output with every sequence of white space replaced by one space, without lines of progress."""
    lines = [line for line in text.splitlines() if not re.search(r": \d+ %, \d+ of \d+ members", line)]
    return single_spaced("\n".join(lines))


@pytest.fixture
def done() -> str:
    """Output of a small study; its folder is results/baseline-severe-magnesium-loss."""
    return output_of("study", "run", *ARMS, *SMALL, "--endpoint", "plasma_k < 3.5")


FOLDER = Path("results") / "baseline-severe-magnesium-loss"


def test_a_study_prints_its_findings_with_the_number_of_replicates(done: str) -> None:
    """Arms, paired difference, variance reduction, probabilities, and the location of files."""
    text = single_spaced(done)
    assert "Median and middle 90 % of 4 persons, at the end" in text
    assert re.search(r"plasma_k, severe-magnesium-loss minus baseline: -0\.\d+ mM \(95 % interval", text)
    assert "pairing makes its variance" in text
    assert text.count("plasma_k < 3.5 mM, ") == 2
    assert "n 4)" in text
    assert str(FOLDER) in text


def test_the_former_option_for_endpoints_still_works(done: str) -> None:
    """It is --ask; the names of executors are options too."""
    again = output_of("study", "run", *ARMS, *SMALL, "--ask", "plasma_k < 3.5")
    assert without_progress(again) == without_progress(done)
    text = single_spaced(output_of("study", "show", str(FOLDER), "--ask", "plasma_k < 3.9"))
    assert "plasma_k < 3.9 mM, baseline: " in text
    (problem,) = problems_of("study", "run", *ARMS, *SMALL, "--executor", "serial")
    assert "workers = 1; the executor 'serial' does not take it" in problem


@pytest.mark.usefixtures("done")
def test_a_study_writes_tables_and_figures_only() -> None:
    """All files are in one folder."""
    assert {path.name for path in FOLDER.iterdir()} == STUDY | FIGURES | {"probabilities.png"}
    courses = pd.read_parquet(FOLDER / "courses")
    assert sorted(courses["condition"].unique()) == sorted(ARMS)
    assert len(courses) == 4 * 2 * 3


def test_a_finished_study_is_not_repeated(done: str) -> None:
    """With its design or its folder, the output is the same and no batch is changed."""
    before = {path: path.stat().st_mtime_ns for path in (FOLDER / "courses").iterdir()}
    for arguments in ((str(FOLDER), "--workers", "1"), (*ARMS, *SMALL, "--endpoint", "plasma_k < 3.5")):
        assert without_progress(output_of("study", "run", *arguments)) == without_progress(done)
    assert {path: path.stat().st_mtime_ns for path in (FOLDER / "courses").iterdir()} == before


@pytest.mark.usefixtures("done")
def test_another_design_in_the_folder_is_refused_and_more_replicates_are_added() -> None:
    """The difference is shown; --extend adds replicates without changing the others."""
    more = ("study", "run", *ARMS, "--replicates", "6", *SMALL[2:])
    (problem,) = problems_of(*more)
    assert "replicates: 4 in the folder, 6 given" in problem
    assert "--extend" in problem
    (problem,) = problems_of("study", "run", *ARMS, *SMALL, "--seed", "2")
    assert "seed: 0 in the folder, 2 given" in problem
    first = sim.open_study(FOLDER).courses
    assert "of 6 persons" in single_spaced(output_of(*more, "--extend"))
    both = sim.open_study(FOLDER).courses
    pd.testing.assert_frame_equal(both[both["replicate"] < 4].reset_index(drop=True), first)


@pytest.mark.usefixtures("done")
def test_verify_prints_the_digest_and_finds_damage() -> None:
    """The digest is that of the study; a changed byte gives exit code 1 and advice."""
    study = sim.open_study(FOLDER)
    assert output_of("study", "verify", str(FOLDER)).split()[0] == study.digest()
    assert output_of("study", "verify", str(FOLDER), "--replicate", "2").split()[0] == study.digest(2)
    (problem,) = problems_of("study", "verify", str(FOLDER), "--replicate", "9")
    assert "no replicate 9" in problem
    batch = next((FOLDER / "courses").iterdir())
    content = bytearray(batch.read_bytes())
    content[len(content) // 2] ^= 1
    batch.write_bytes(bytes(content))
    result = call("study", "verify", str(FOLDER))
    assert result.exit_code == 1
    assert f"sim study run {FOLDER}" in result.stderr
    output_of("study", "run", str(FOLDER), "--workers", "1")
    assert output_of("study", "verify", str(FOLDER)).split()[0] == study.digest()


@pytest.mark.usefixtures("done")
def test_shards_are_merged_to_the_same_results() -> None:
    """Each shard is a separate job; together they are the study."""
    wanted = sim.open_study(FOLDER).digest()
    for number in (1, 2, 3):
        text = output_of("study", "run", *ARMS, *SMALL, "--out", "parts", "--shard", f"{number}/3")
        assert "sim study merge parts" in single_spaced(text)
    assert "of 4 persons" in single_spaced(output_of("study", "merge", "parts"))
    assert output_of("study", "verify", "parts").split()[0] == wanted


def test_missing_shards_are_reported() -> None:
    """Available shards are merged; exit code 1, with the missing ones and the commands to run them."""
    several_batches = ("--replicates", "120", *SMALL[2:])
    output_of("study", "run", *ARMS, *several_batches, "--out", "parts", "--shard", "1/2")
    result = call("study", "merge", "parts")
    assert result.exit_code == 1
    assert "missing" in result.stderr
    assert "sim study run parts" in result.stderr


@pytest.mark.usefixtures("done")
def test_show_takes_another_day_and_another_endpoint() -> None:
    """With or without a unit."""
    text = single_spaced(
        output_of("study", "show", str(FOLDER), "--day", "1", "--endpoint", "plasma_mg < 0.85 mM")
    )
    assert "on day 1" in text
    assert "plasma_mg < 0.85 mM, baseline: " in text


def test_every_problem_is_reported_at_once() -> None:
    """Conditions, numbers, executor, shard, parameters: one message, exit code 2, nothing written."""
    problems = problems_of(
        "study", "run", "baseline", "sever", "--replicates", "many", "--workers", "0", "--shard", "3",
        "--dask", "here", "--set", "pump_half_m=0.1 mM", "--endpoint", "plasma_q < 1",
    )  # fmt: skip
    text = "\n".join(problems)
    for wanted in ("'sever'", "'many'", "workers = 0", "'3'", "'here'", "pump_half_m", "plasma_q"):
        assert wanted in text


@pytest.mark.parametrize("command", ["show", "verify", "merge"])
def test_a_folder_without_a_study_is_refused(command: str) -> None:
    """Exit code 2, and the missing files."""
    (problem,) = problems_of("study", command, "nowhere")
    assert "nowhere" in problem


def test_the_template_is_a_study() -> None:
    """The file written by `sim study init` can be run."""
    assert "sim study run mine.toml" in output_of("study", "init", "mine.toml")
    design = load_design("mine.toml")
    assert (design.name, design.arms) == ("mine", ["severe-magnesium-loss", "baseline"])
    assert Path("mine.toml").read_text(encoding="utf-8") == TEMPLATE.replace("{file}", "mine.toml")
    assert "mine.toml exists already" in problems_of("study", "init", "mine.toml")[0]


def test_a_study_file_finds_its_conditions(desk: Path) -> None:
    """Conditions are found in the folder of the study's file; options have precedence over it."""
    (desk / "own").mkdir()
    (desk / "own" / "salt.toml").write_text('duration = "2 day"\n[[diet]]\nsodium = "300 mmol/day"\n')
    (desk / "own" / "trial.toml").write_text('conditions = ["baseline", "salt.toml"]\nreplicates = 50\n')
    output_of("study", "run", "own/trial.toml", *SMALL)
    study = sim.open_study("results/trial")
    assert (study.arms, study.n_completed) == (["baseline", "salt"], 4)


def test_changed_parameters_apply_to_all_arms() -> None:
    """They are part of the design."""
    output_of("study", "run", *ARMS, *SMALL, "--set", "gfr=170 L/day", "--no-persons")
    design = sim.open_study(FOLDER).design
    assert (design.parameters, design.persons) == ({"gfr": 170.0}, False)


def test_a_saved_state_is_resumed() -> None:
    """`sim run --keep-state`, then `sim resume`: as without interruption."""
    few = ("--cells", "5", "--days")
    output_of("run", "severe-magnesium-loss", *few, "1", "--out", "first", "--keep-state")
    output_of("resume", "first", "severe-magnesium-loss", "--days", "2", "--out", "second")
    output_of("run", "severe-magnesium-loss", *few, "2", "--out", "whole")
    ends = [
        pd.read_parquet(f"{name}/table.parquet")["plasma_k"].iloc[-1] for name in ("second", "whole")
    ]
    assert ends[0] == ends[1]
    (problem,) = problems_of(
        "resume", "first", "severe-magnesium-loss", "--days", "0.5", "--out", "third"
    )
    assert "give more days" in problem


@pytest.mark.usefixtures("done")
def test_one_replicate_of_a_study_can_be_run_alone() -> None:
    """With all variables recorded: `sim run --replicate 2 --person`."""
    output_of(
        "run", "baseline", "--cells", "5", "--days", "2", "--replicate", "2", "--person", "--out", "two"
    )
    alone = pd.read_parquet("two/table.parquet")["plasma_k"]
    study = sim.open_study(FOLDER).values("plasma_k", "baseline").loc[(2, 0)]
    assert [alone.loc[day] for day in (0.0, 1.0, 2.0)] == study.tolist()
