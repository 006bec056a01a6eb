"""Running studies: the same bits for every executor, cut and order; shards; extending; continuing."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError, StudyError
from sim.study.merging import merge_study
from sim.study.runner import Progress, run_study
from sim.study.shards import Shard
from sim.study.study import Study, open_study
from tests.study.study_tools import (
    ARMS,
    batches_in,
    bits,
    brief,
    brief_reference,
    change_manifest,
    check_resumes,
    check_whole,
    design,
    footprint,
    reference,
    run,
    run_or_die,
    run_or_fail,
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The design, done by two workers in batches of five replicates."""
    return run(design(), tmp_path_factory.mktemp("whole") / "study", workers=2)


# The same bits


def test_a_pool_gives_the_digest_of_one_piece_in_one_process(whole: Study) -> None:
    """Nor does it matter how many replicates a batch has."""
    assert len(batches_in(whole.folder)) == 13
    check_whole(whole.folder, reference())


def test_more_workers_than_processors_give_the_same(tmp_path: Path) -> None:
    """Four of them, and batches of another size."""
    check_whole(run(design(replicates=32), tmp_path, size=4, workers=4).folder, reference(32))


def test_threads_give_the_same(tmp_path: Path) -> None:
    """Cells of a replicate that are enough for all of four threads."""
    plan = brief(conditions=["baseline"], replicates=2, cells=12_000, snapshots=None)
    found = {
        run(plan, tmp_path / f"{workers}-{threads}", size=1, workers=workers, threads=threads).digest()
        for workers, threads in ((1, 1), (1, 4), (2, 4), (1, None))
    }
    assert len(found) == 1


@pytest.mark.parametrize("number", [0, 17, 63])
def test_a_replicate_is_the_same_alone_and_among_others(
    whole: Study, tmp_path: Path, number: int
) -> None:
    """Its digest, and every value of its tables."""
    alone = run(design(first_replicate=number, replicates=1), tmp_path)
    assert alone.digest() == alone.digest(number) == whole.digest(number)
    for name in ("courses", "cases", "cells"):
        mine, theirs = (getattr(study, name) for study in (alone, whole))
        assert bits(mine) == bits(theirs, replicates=range(number, number + 1))


def test_different_replicates_and_seeds_differ(whole: Study, tmp_path: Path) -> None:
    """The digest distinguishes them."""
    digests = {whole.digest(number) for number in range(64)}
    other = run(design(replicates=2, seed=1), tmp_path)
    assert len(digests | {other.digest(0), other.digest(1)}) == 66


@pytest.mark.parametrize(
    "conditions", [(*ARMS, "gitelman"), ("gitelman", *ARMS), (ARMS[0], "gitelman", ARMS[1]), ARMS[::-1]]
)
def test_other_arms_change_nothing_of_an_arm(
    whole: Study, tmp_path: Path, conditions: tuple[str, ...]
) -> None:
    """Wherever an arm is added, and in which order they are."""
    more = run(design(conditions=conditions, replicates=6), tmp_path)
    for arm in ARMS:
        for name in ("courses", "cells"):
            mine, theirs = (getattr(study, name) for study in (more, whole))
            assert bits(mine, arm) == bits(theirs, arm, range(6))


def test_another_variable_changes_nothing_of_the_others(whole: Study, tmp_path: Path) -> None:
    """Observers do not touch what they observe; nor do snapshots."""
    names = ["qtc", "plasma_k", "urine_k", "plasma_mg", "potential_mean"]
    more = run(design(variables=names, snapshots=None, replicates=6), tmp_path).courses
    columns = ["replicate", "sample", "condition", "day", "plasma_k", "plasma_mg", "potential_mean"]
    assert bits(more[columns]) == bits(whole.courses[columns], replicates=range(6))


def test_parameter_sets_give_the_same_for_every_cut(tmp_path: Path) -> None:
    """A member is a replicate with a set; batches and shards may separate them."""
    plan = brief(samples={"method": "sobol", "number": 4, "ranges": {"gfr": ["150 l/day", "190 l/day"]}})
    one = run(plan, tmp_path / "one", size=100)
    run(plan, tmp_path / "many", size=3, workers=2)
    for number in (1, 2, 3):
        run(plan, tmp_path / "shards", size=5, shard=Shard(number, 3))
    assert merge_study(tmp_path / "shards").digest() == one.digest() == Study(tmp_path / "many").digest()
    assert one.n_completed == 24


# Extending


def test_more_replicates_leave_the_earlier_ones_alone(whole: Study, tmp_path: Path) -> None:
    """Only the last batch, which was not full, is done anew; the end is that of one run."""
    run(design(replicates=8), tmp_path)
    before, courses = footprint(tmp_path, {0}), open_study(tmp_path).courses
    assert run(design(replicates=13), tmp_path, extend=True, workers=2).n_completed == 13
    assert footprint(tmp_path, {0}) == before
    assert bits(open_study(tmp_path).courses, replicates=range(8)) == bits(courses)
    assert bits(open_study(tmp_path).courses) == bits(whole.courses, replicates=range(13))
    check_whole(tmp_path, reference(13))


def test_a_study_grows_only_when_asked_and_never_shrinks(tmp_path: Path) -> None:
    """Otherwise the number of replicates is a difference like any other."""
    run(brief(), tmp_path)
    before = footprint(tmp_path)
    with pytest.raises(InputError, match="with --extend, replicates are added to those that are there"):
        run(brief(replicates=7), tmp_path)
    for changes in ({"replicates": 5}, {"replicates": 7, "seed": 1}):
        with pytest.raises(InputError, match="holds another study"):
            run(brief(**changes), tmp_path, extend=True)
    run(brief(), tmp_path, extend=True)
    assert footprint(tmp_path) == before


def test_a_damaged_last_batch_does_not_hinder_growing(tmp_path: Path) -> None:
    """It is outdated and damaged at once."""
    run(brief(replicates=5), tmp_path, size=2)
    (tmp_path / "courses" / "part-00002.parquet").write_bytes(b"")
    run(brief(), tmp_path, extend=True)
    check_whole(tmp_path, brief_reference())


# Continuing


@pytest.mark.parametrize("workers", [1, 2])
def test_a_finished_study_is_left_as_it_is(tmp_path: Path, workers: int) -> None:
    """No file is written, however it is run again."""
    run(brief(), tmp_path, size=1, workers=2)
    before = footprint(tmp_path)
    for plan, folder in ((brief(), tmp_path), (tmp_path, None)):
        assert run(plan, folder, workers=workers).digest() == brief_reference()
        assert footprint(tmp_path) == before


def test_a_folder_is_enough_to_continue(tmp_path: Path) -> None:
    """The design is in it."""
    run(brief(), tmp_path, size=2)
    lines = (tmp_path / "parts.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "parts.jsonl").write_bytes(b"".join(lines[:1]))
    check_resumes(tmp_path, brief_reference(), plan=tmp_path)


def test_a_file_is_enough_to_begin(tmp_path: Path) -> None:
    """Running it again continues it."""
    file = tmp_path / "mine.toml"
    file.write_text('conditions = ["baseline"]\nreplicates = 2\ncells = 5\nduration = "6 hour"\n')
    for _ in range(2):
        study = run_study(file, tmp_path / "study", workers=1)
        assert (study.design.name, study.n_completed) == ("mine", 2)


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    """It can be neither continued nor opened."""
    for action in (run_study, open_study):
        with pytest.raises(InputError, match="holds no study"):
            action(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_results_go_to_a_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless another one is given."""
    monkeypatch.chdir(tmp_path)
    assert run(brief(name="mine")).folder == Path("results/mine")
    check_whole(tmp_path / "results" / "mine", brief_reference())


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_reported(tmp_path: Path, workers: int) -> None:
    """From nothing to everything, after each batch at least; in this process after each replicate."""
    seen: list[Progress] = []
    run(brief(), tmp_path, size=2, workers=workers, on_progress=seen.append)
    done = [progress.completed for progress in seen]
    assert done == sorted(done)
    assert set(done) == ({0, 1, 2, 3, 4, 5, 6} if workers == 1 else {0, 2, 4, 6})
    assert {progress[1:] for progress in seen} == {(6, 0, 0)}
    seen.clear()
    run(brief(), tmp_path, on_progress=seen.append)
    assert seen == [Progress(6, 6, 0, 0)]


def test_an_error_of_the_caller_goes_through(tmp_path: Path) -> None:
    """Finished batches are kept, and nobody else holds the folder."""

    def stop(progress: Progress) -> None:
        if progress.completed >= 2:
            raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        run(brief(), tmp_path, size=2, workers=2, on_progress=stop)
    check_resumes(tmp_path, brief_reference(), plan=brief())


@pytest.mark.parametrize(
    ("function", "workers", "message"),
    [
        (run_or_fail, 1, "ArithmeticError: no such replicate"),
        (run_or_fail, 2, "ArithmeticError: no such replicate"),
        (run_or_die, 2, "the worker process died, 2 times with no other task in it"),
    ],
)
def test_a_batch_that_cannot_be_done_is_reported_and_the_others_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Any, workers: int, message: str
) -> None:
    """The error names the replicates, how many are kept and how to continue."""
    with monkeypatch.context() as patch:
        patch.setattr("sim.study.runner.run_batch", function)
        with pytest.raises(StudyError) as failure:
            run(brief(), tmp_path, size=2, workers=workers)
    assert str(failure.value) == (
        f"batch 1 (replicates 2 to 3): {message}\n"
        f"4 of 6 members are kept in {tmp_path}; to try the rest again: sim study run {tmp_path}"
    )
    assert sorted(batches_in(tmp_path)) == [0, 2]
    check_resumes(tmp_path, brief_reference(), plan=tmp_path)


def test_a_replicate_that_cannot_be_is_a_result(tmp_path: Path) -> None:
    """Correlations that exclude each other fail their replicates and nothing else."""
    ranges = {"correlation_pump_k_leak": ["0", "0.95"], "correlation_pump_na_leak": ["0.95"]}
    plan = brief(parameters={"correlation_leaks": "0"}, samples={"method": "grid", "ranges": ranges})
    seen: list[Progress] = []
    study = run(plan, tmp_path, size=5, workers=2, on_progress=seen.append)
    assert seen[-1] == Progress(12, 12, 12, 0)
    assert (study.complete, study.verify(), len(study.failures)) == (True, [], 12)
    failed = study.cases["outcome"].str.startswith("failed: ")
    assert set(study.cases.loc[failed, "sample"]) == {1}
    assert set(study.courses["sample"]) == set(study.cells["sample"]) == {0}
    assert run(plan, tmp_path / "one", size=100).digest() == study.digest()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"workers": 0}, "workers = 0; give a whole number, 1 to 256"),
        ({"workers": 2.0}, "workers = 2.0"),
        ({"workers": 1000}, "workers = 1000"),
        ({"threads": 0}, "threads = 0"),
        ({"dask": "localhost"}, "dask = 'localhost'; give \"local\" or an address"),
        ({"shard": "3"}, "shard '3': write it like 3/40"),
        ({"shard": "0/3"}, "shard '0/3'"),
        ({"shard": "4/3"}, "shard '4/3'"),
        ({"shard": "1/100001"}, "shard '1/100001'"),
        ({"shard": "1/1000000"}, "shard '1/1000000'"),
        ({"shard": "a/b"}, "shard 'a/b'"),
    ],
    ids=str,
)
def test_invalid_options_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """Before anything is written."""
    with pytest.raises(InputError) as refusal:
        run_study(brief(), tmp_path / "study", **options)
    assert [message in problem for problem in refusal.value.problems] == [True]
    assert list(tmp_path.iterdir()) == []


# Shards


def test_a_study_has_a_hundred_thousand_shards_at_most() -> None:
    assert Shard.read("100000/100000") == Shard(100_000, 100_000)
    with pytest.raises(InputError, match="write it like 3/40"):
        Shard.read("100001/100001")


def run_shards(folder: Path, of: int, **options: Any) -> None:
    """Run all shards of the brief design, six batches of one replicate."""
    for number in range(1, of + 1):
        run(brief(), folder, size=1, shard=f"{number}/{of}", **options)


@pytest.mark.parametrize("of", [1, 2, 7])
def test_shards_that_are_merged_are_the_study(tmp_path: Path, of: int) -> None:
    """Even if there are more shards than batches; to merge again changes nothing."""
    run_shards(tmp_path, of)
    assert merge_study(tmp_path).digest() == brief_reference()
    check_whole(tmp_path, brief_reference())
    before = footprint(tmp_path)
    merge_study(tmp_path)
    run(brief(), tmp_path)
    assert footprint(tmp_path) == before


def test_seven_shards_of_the_design_are_the_study(tmp_path: Path) -> None:
    """Run by pools and in process by turns."""
    for number in range(1, 8):
        run(design(), tmp_path, shard=Shard(number, 7), workers=1 + number % 2)
    merge_study(tmp_path)
    check_whole(tmp_path, reference())


def test_a_shard_that_is_continued_by_its_folder_stays_a_shard(tmp_path: Path) -> None:
    """Only its own batches are run, whether the shard is given again or not."""
    run_shards(tmp_path, 2)
    shard = tmp_path / "shard-2-of-2"
    for options in ({}, {"shard": "2/2"}):
        (shard / "parts.jsonl").unlink()
        run(shard, **options)
        assert sorted(batches_in(shard)) == [1, 3, 5]
    (shard / "parts.jsonl").unlink()
    run(brief(), shard)
    assert sorted(batches_in(shard)) == [1, 3, 5]
    assert sorted(path.name for path in shard.iterdir()) == [
        ".lock", "cases", "cells", "courses", "manifest.json", "parts.jsonl"
    ]  # fmt: skip
    assert merge_study(tmp_path).digest() == brief_reference()


def test_missing_shards_are_reported_and_the_rest_can_be_done(tmp_path: Path) -> None:
    """What is there is merged."""
    run_shards(tmp_path, 3)
    shutil.rmtree(tmp_path / "shard-2-of-3")
    with pytest.raises(StudyError) as failure:
        merge_study(tmp_path)
    assert str(failure.value) == (
        "2 batches are missing or damaged: 1, 4. What is there is merged; "
        f"to run the rest here: sim study run {tmp_path}"
    )
    check_resumes(tmp_path, brief_reference(), plan=tmp_path)


def test_damaged_batches_of_shards_are_not_merged(tmp_path: Path) -> None:
    """They are reported, computed again in their shard, and merged then."""
    run_shards(tmp_path, 2)
    (tmp_path / "shard-1-of-2" / "cases" / "part-00002.parquet").write_bytes(b"")
    with pytest.raises(StudyError, match=r"1 batches are missing or damaged: 2\."):
        merge_study(tmp_path)
    run_shards(tmp_path, 2)
    merge_study(tmp_path)
    check_whole(tmp_path, brief_reference())


def test_damaged_batches_of_a_merged_study_are_taken_from_the_shards(tmp_path: Path) -> None:
    """Nothing needs to be computed."""
    run_shards(tmp_path, 2)
    merge_study(tmp_path)
    (tmp_path / "cases" / "part-00002.parquet").unlink()
    merge_study(tmp_path)
    check_whole(tmp_path, brief_reference())


def test_a_batch_that_was_outgrown_is_not_merged(tmp_path: Path) -> None:
    """A shard that was to grow and was stopped still has its last batch as it was."""
    for number, size in ((1, 5), (2, 5)):
        run(brief(replicates=size), tmp_path, size=2, shard=f"{number}/2")
    grown = run(brief(), tmp_path / "other", size=2).design.model_dump(mode="json")
    for number in (1, 2):
        change_manifest(
            tmp_path / f"shard-{number}-of-2", lambda manifest: manifest.update(design=grown)
        )
    with pytest.raises(StudyError, match=r"1 batches are missing or damaged: 2\."):
        merge_study(tmp_path)
    check_resumes(tmp_path, brief_reference(), plan=tmp_path)


def test_shards_of_different_studies_are_not_merged(tmp_path: Path) -> None:
    """Other designs, other cuts, other parameter sets or other versions; nothing is written."""
    run_shards(tmp_path, 2)
    shard = tmp_path / "shard-2-of-2"
    changes: dict[str, tuple[dict[str, Any], str]] = {
        "bodies_per_part": ({"bodies_per_part": 2}, "batches of another size"),
        "points": ({"points": [{"gfr": 1.0}]}, "the parameter sets are not those of the design"),
        "design": ({"design": brief(seed=1).model_dump(mode="json")}, "seed: 0 in the folder, 1 given"),
    }
    kept = (shard / "manifest.json").read_bytes()
    for change, message in changes.values():
        change_manifest(shard, lambda manifest, change=change: manifest.update(change))
        with pytest.raises(InputError, match=message):
            merge_study(tmp_path)
        (shard / "manifest.json").write_bytes(kept)
    change_manifest(shard, lambda manifest: manifest["versions"].update(numpy="0.0.1"))
    with pytest.raises(InputError, match=r"numpy .* in the folder, 0\.0\.1 here"):
        merge_study(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shard-1-of-2", "shard-2-of-2"]


def test_shards_of_another_study_than_the_folder_are_refused(tmp_path: Path) -> None:
    """The folder stays what it is."""
    run_shards(tmp_path, 2)
    merge_study(tmp_path)
    for path in tmp_path.glob("shard-*"):
        shutil.rmtree(path)
    run(brief(seed=1), tmp_path, size=1, shard="1/1")
    with pytest.raises(InputError, match="holds another study than its shards; seed: 0 in the folder"):
        merge_study(tmp_path)
    check_whole(tmp_path, brief_reference())


def test_a_folder_without_shards_cannot_be_merged(tmp_path: Path) -> None:
    """Nor one with shards that never began."""
    (tmp_path / "shard-1-of-2").mkdir()
    with pytest.raises(InputError, match="holds no shards; run some with --shard 1/N"):
        merge_study(tmp_path)
    assert os.listdir(tmp_path) == ["shard-1-of-2"]
