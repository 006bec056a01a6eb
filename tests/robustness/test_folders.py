"""Folders that are damaged, and folders that somebody altered and sealed again, whatever is in them.

Reading ends soon: with what was written, or with sentences. Nothing outside the folder is touched.
"""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.cli import main
from sim.errors import StudyError
from sim.study.parts import TABLES
from tests.robustness import hostile
from tests.robustness.hostile import Outside, content_of_run, content_of_study, copied, outcome_of

SEEDS = st.integers(0, 2**32 - 1)
FEW, MANY = 100, 2000
"""Cases of each property in the normal tests, and in the slow ones."""

Property = Callable[[int], None]


def repeated(examples: int, case: Property) -> None:
    """Check a property for many seeds; the normal tests use the same ones every time."""
    checked = settings(
        max_examples=examples, deadline=None, database=None, derandomize=examples == FEW,
        suppress_health_check=list(HealthCheck),
    )(given(SEEDS)(case))  # fmt: skip
    checked()


CASES = pytest.mark.parametrize(
    "examples", [FEW, pytest.param(MANY, marks=pytest.mark.slow)], ids=["few", "many"]
)


@CASES
def test_a_damaged_run_is_read_as_it_was_or_refused(
    examples: int, run_folder: Path, outside: Outside
) -> None:
    whole = content_of_run(run_folder)

    def case(seed: int) -> None:
        with copied(run_folder, outside.case) as folder:
            way = hostile.damage(folder, Random(seed))
            found = outcome_of(lambda: content_of_run(folder))
            # A file that is gone with the record of it was never there.
            if found is not None and way != "unlink state.npz":
                assert found == whole, way
            outside.check()

    repeated(examples, case)


@CASES
def test_a_damaged_study_is_read_as_far_as_it_is_intact(
    examples: int, study_folder: Path, outside: Outside
) -> None:
    whole = content_of_study(study_folder)

    def case(seed: int) -> None:
        with copied(study_folder, outside.case) as folder:
            way = hostile.damage(folder, Random(seed))
            found = outcome_of(lambda: content_of_study(folder))
            if found is not None:
                assert found["design"] == whole["design"], way
                assert found["results"].items() <= whole["results"].items(), way
            outcome_of(lambda: sim.open_study(folder).verify())
            outside.check()

    repeated(examples, case)


@CASES
def test_a_sealed_run_is_used_or_refused(examples: int, run_folder: Path, outside: Outside) -> None:
    def case(seed: int) -> None:
        with copied(run_folder, outside.case) as folder:
            hostile.alter_run(folder, Random(seed))
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=".*without checksums")
                outcome_of(lambda: hostile.use_run(folder))
            outside.check()

    repeated(examples, case)


@CASES
def test_a_sealed_study_is_used_or_refused(examples: int, study_folder: Path, outside: Outside) -> None:
    def case(seed: int) -> None:
        with copied(study_folder, outside.case) as folder:
            hostile.alter_study(folder, Random(seed))
            outcome_of(lambda: hostile.use_study(folder))
            outside.check()

    repeated(examples, case)


@CASES
def test_a_sealed_checkpoint_is_used_or_refused(
    examples: int, run_folder: Path, outside: Outside
) -> None:
    def case(seed: int) -> None:
        with copied(run_folder, outside.case) as folder:
            hostile.alter_state(folder / "state.npz", Random(seed))
            outcome_of(lambda: hostile.use_state(folder / "state.npz"))
            outside.check()

    repeated(examples, case)


# The same through commands, where figures are drawn and text reaches the terminal


def said_by(*arguments: str) -> str:
    """What a command says, that ends with a result or a refusal."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        warnings.filterwarnings("ignore", message=".*without checksums")
        result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), arguments
    assert result.exit_code in (0, 1, 2)
    text: str = result.output
    assert {c for c in text if not c.isprintable()} <= {"\n", "\t"}
    return text


COMMANDS = pytest.mark.parametrize(
    "examples", [12, pytest.param(300, marks=pytest.mark.slow)], ids=["few", "many"]
)


@COMMANDS
def test_commands_on_sealed_folders_end_with_sentences(
    examples: int, run_folder: Path, study_folder: Path, outside: Outside
) -> None:
    def case(seed: int) -> None:
        random = Random(seed)
        with copied(run_folder, outside.case) as folder:
            hostile.alter_run(folder, random)
            figure = random.choice(("sheet", "overview", "balance", "plasma_k"))
            said_by("plot", str(folder), figure)
            outside.check()
        with copied(study_folder, outside.case) as folder:
            hostile.alter_study(folder, random)
            said_by("study", "show", str(folder))
            said_by("study", "verify", str(folder))
            outside.check()

    repeated(examples, case)


@COMMANDS
def test_a_damaged_study_is_completed_as_it_was_or_refused(
    examples: int, study_folder: Path, outside: Outside
) -> None:
    digest = sim.open_study(study_folder).digest()

    def complete(folder: Path) -> bool:
        study = sim.run_study(folder, workers=1)
        return study.verify() == [] and study.digest() == digest

    def case(seed: int) -> None:
        with copied(study_folder, outside.case) as folder:
            way = hostile.damage(folder, Random(seed))
            found = outcome_of(lambda: complete(folder), StudyError)
            assert found in (None, True), way
            outside.check()

    repeated(examples, case)


@COMMANDS
def test_sealed_shards_are_merged_or_refused(
    examples: int, study_folder: Path, outside: Outside
) -> None:
    def case(seed: int) -> None:
        study = outside.case / "merged"
        study.mkdir()
        shard = Path(shutil.copytree(study_folder, study / "shard-1-of-1"))
        hostile.alter_study(shard, Random(seed))
        outcome_of(lambda: sim.merge_study(study), StudyError)
        outside.check()
        assert {path.name for path in study.iterdir() if path.is_dir()} <= {*TABLES, shard.name}
        shutil.rmtree(study)

    repeated(examples, case)


def test_a_folder_without_damage_is_read(run_folder: Path, study_folder: Path) -> None:
    """So that the properties above are not those of folders that are always refused."""
    assert hostile.use_run(run_folder).finished
    assert hostile.use_study(study_folder).complete
    untouched: dict[str, Any] = content_of_study(study_folder)
    assert len(untouched["results"]) == 4 * 6
