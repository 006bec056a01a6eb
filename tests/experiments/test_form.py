"""All experiments have the same form, and the committed results are complete and quoted correctly."""

import json
import re
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import sim
from experiments.__main__ import FOLDER, answers_page, find_experiments, main
from experiments._tools.harness import RESULTS, SIZES, Experiment
from sim.system.versions import PACKAGES

HOME = FOLDER.parent
NAMES = list(find_experiments())
MAX_LINES = 110
"""Lines of an experiment without its imports."""
PAGES = HOME / ".docs" / "pages"
WITH_ANSWERS = ("gallery.md", "studies.md", "validation.md")
BENCHMARKS = {"engines", "integrators", "replicates", "users"}
RUNS = {"refractory_hypokalaemia", "severe_magnesium_loss"}
"""Committed results of benchmarks and of single runs."""


def facts_of(name: str) -> dict[str, object]:
    """Committed provenance of an experiment."""
    facts: dict[str, object] = json.loads((RESULTS / name / "provenance.json").read_text())
    return facts


@pytest.mark.parametrize("name", NAMES)
def test_experiment_has_the_standard_form(name: str) -> None:
    main = import_module(f"experiments.{name}").main
    assert isinstance(main, Experiment)
    assert main.name == name
    assert set(main.text) == {"title", "Question", "Method", "Reading", "Cost"}
    assert main.text["title"].endswith("?")
    assert set(SIZES) <= set(main.full)
    assert set(main.small) <= set(main.full)
    lines = (FOLDER / f"{name}.py").read_text().splitlines()
    assert sum(not line.startswith(("from ", "import ")) for line in lines) <= MAX_LINES
    assert (HOME / "tests" / "experiments" / f"test_{name}.py").exists()


@pytest.mark.parametrize("name", NAMES)
def test_results_of_the_full_run_are_committed(name: str) -> None:
    """Provenance names the command at full size, and summary and figures are complete."""
    main = import_module(f"experiments.{name}").main
    facts = facts_of(name)
    command = [f"python -m experiments.{name}", *main.options(main.full)]
    assert facts["command"] == " ".join(command)
    assert facts["question"] == main.text["Question"]
    assert isinstance(facts["seed"], int)
    assert set(PACKAGES) <= set(facts["versions"])  # type: ignore[call-overload]
    summary = pd.read_csv(RESULTS / name / "summary.csv", index_col="finding")
    assert list(summary.columns) == ["unit", "estimate", "low", "high", "n"]
    assert len(summary)
    assert (summary["low"].fillna(-1e99) <= summary["estimate"]).all()
    assert (summary["estimate"] <= summary["high"].fillna(1e99)).all()
    for suffix in (".png", ".pdf"):
        assert (RESULTS / name / f"figure{suffix}").stat().st_size > 5000


def test_no_other_results_are_committed() -> None:
    kept = {path.name for path in RESULTS.iterdir() if path.is_dir()}
    assert kept == {*NAMES, *BENCHMARKS, *RUNS}


def test_page_of_answers_is_up_to_date() -> None:
    assert (RESULTS / "README.md").read_text(encoding="utf-8") == answers_page()


def test_gallery_quotes_the_committed_answers() -> None:
    """Each figure of an experiment is followed by its committed answer and its command.

    On the page of the gallery, and on those of studies and of validation.
    """
    text = "\n\n".join((PAGES / name).read_text(encoding="utf-8") for name in WITH_ANSWERS)
    figure = r"!\[[^]]*\]\(../../experiments/results/(\w+)/figure\.png\)\n\n(.+?)\n\n"
    shown = re.findall(figure, text, re.DOTALL)
    assert len(shown) >= 8
    for name, caption in shown:
        words = " ".join(caption.split())
        assert str(facts_of(name)["answer"]) in words, name
        assert f"python -m experiments.{name}" in words, name


def test_page_of_experiments_lists_every_experiment() -> None:
    text = (PAGES / "experiments.md").read_text(encoding="utf-8")
    for name, parts in find_experiments().items():
        assert f"| `{name}` | {parts['title']} |" in text


def test_experiments_are_listed_and_unknown_names_are_refused() -> None:
    listed = CliRunner().invoke(main, [])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in NAMES)
    refused = CliRunner().invoke(main, [NAMES[0][:-1] + "x"])
    assert refused.exit_code == 2
    assert f"did you mean {NAMES[0]!r}" in refused.stderr


def test_all_invalid_sizes_are_reported(tmp_path: Path) -> None:
    """Nothing is written in this case."""
    command = import_module("experiments.knock_outs").main.command
    out = tmp_path / "out"
    out.write_text("a file")
    refused = CliRunner().invoke(command, ["--replicates", "0", "--days", "-3", "--out", str(out)])
    assert refused.exit_code == 2
    assert "--replicates 0" in refused.stderr
    assert "--days -3" in refused.stderr
    assert "is not a folder" in refused.stderr
    assert out.read_text() == "a file"


def test_fractional_days_and_too_few_cells_are_refused() -> None:
    main = import_module("experiments.knock_outs").main
    for days in (10.5, float("inf")):
        with pytest.raises(sim.InputError, match="whole days"):
            main(duration=days)
    with pytest.raises(sim.InputError, match="one of each type"):
        main(n_cells=3)


def test_run_prints_its_answer_and_its_folder(tmp_path: Path) -> None:
    command = import_module("experiments.knock_outs").main.command
    shown = CliRunner().invoke(command, ["--small", "--replicates", "2", "--out", str(tmp_path / "out")])
    assert shown.exit_code == 0, shown.output
    facts = json.loads((tmp_path / "out" / "provenance.json").read_text())
    words = " ".join(shown.output.split())
    assert facts["answer"] in words
    assert "Wrote" in words
    assert "summary.csv" in words
    assert "--replicates 2" in facts["command"]
