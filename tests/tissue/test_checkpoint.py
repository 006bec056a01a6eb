"""Tissues on disk: one that is loaded goes on to the bit, and a file that is not whole is refused."""

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.conditions.condition import Condition, load, read
from sim.conditions.plan import RunPlan
from sim.errors import InputError
from sim.parameters import Entry, Parameters, describe
from sim.physiology.cell_state import CellTraits
from sim.physiology.virtual_persons import Person, apply_person
from sim.simulation.initial_tissue import make_tissue
from sim.simulation.resuming import resume
from sim.simulation.running import run
from sim.simulation.schedule import Schedule
from sim.tissue import checkpoint
from sim.tissue.checkpoint import load_tissue, save_tissue
from sim.tissue.tissue import Checkpoint, Tissue

BUSY = read(
    {
        "name": "busy",
        "duration": "3 day",
        "diet": [{"potassium": "20 mmol/day", "start": "100 min"}],
        "supplement": [{"ion": "magnesium", "dose": "9 mmol/day", "start": "1 day"}],
        "treatment": [{"kind": "thiazide", "effect": 0.5, "start": "10.5 hour"}],
        "without": ["romk-mg-block"],
    }
)
MEALS = load("daily-meals").revised(duration="2 day")
FLOWS = ("intake_", "urine_", "stool_")
"""Beginnings of variables that are means since the row before."""
PUMP, LEAK = CellTraits._fields.index("pump_capacity"), CellTraits._fields.index("na_leak")


def same(one: Checkpoint, other: Checkpoint) -> bool:
    """Whether two moments agree in every bit."""
    return all(a.tobytes() == b.tobytes() for a, b in zip(one, other, strict=True))


def at(hours: float, condition: Condition, **options: Any) -> Tissue:
    """Tissue that has lived under a condition until the end of a step [h]."""
    tissue = Tissue(6, seed=9, replicate=4, **options)
    Schedule(tissue, condition).advance_until(hours)
    return tissue


def stored(tissue: Tissue, folder: Path) -> Tissue:
    """The tissue that a file gives back."""
    return load_tissue(save_tissue(tissue, folder / "state.npz"))


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Columns that do not depend on the row before."""
    return table[[name for name in table if not str(name).startswith(FLOWS)]]


def assert_equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Two tables agree in every bit."""
    assert len(one) > 0
    pd.testing.assert_frame_equal(one, other, rtol=0, atol=0)


# To the bit


@pytest.mark.parametrize("noise", [True, False])
@pytest.mark.parametrize(
    ("condition", "moments"),
    [(BUSY, (0.0, 6.0, 12.0, 24.0, 66.0)), (MEALS, (0.0, 6.5, 7.5, 24.0, 47.5))],
    ids=["busy", "meals"],
)
def test_a_loaded_tissue_goes_on_to_the_bit(
    condition: Condition, moments: tuple[float, ...], noise: bool, tmp_path: Path
) -> None:
    """From any step's end: state, traits, evaluations, and all rows after the moment."""
    hours = 6.0 if condition is BUSY else 0.5
    straight = run(condition, 6, seed=9, replicate=4, noise=noise, record_hours=hours)
    end = straight.tissue.checkpoint()
    for moment in moments:
        file = save_tissue(at(moment, condition, noise=noise), tmp_path / "state.npz")
        resumed = resume(file, condition, record_hours=hours)
        assert same(resumed.tissue.checkpoint(), end)
        assert resumed.tissue.evaluations == straight.tissue.evaluations
        later = straight.table.index > moment / 24.0
        assert_equal(resumed.table[resumed.table.index > moment / 24.0], straight.table[later])
        assert_equal(plain(resumed.table), plain(straight.table[straight.table.index >= moment / 24.0]))
        assert_equal(resumed.cells(), straight.cells())


def test_between_rows_all_but_flows_go_on_to_the_bit(tmp_path: Path) -> None:
    """The first row after such a moment has flows of its own moment, for there is no row before."""
    straight = run(BUSY, 6, seed=9, replicate=4, record_hours=6.0).table
    resumed = resume(save_tissue(at(9.0, BUSY), tmp_path / "state.npz"), BUSY, record_hours=6.0).table
    assert resumed.index[0] == 0.5
    assert_equal(plain(resumed), plain(straight[straight.index >= 0.5]))
    assert_equal(resumed[resumed.index > 0.5], straight[straight.index > 0.5])


def test_a_moment_within_a_step_keeps_the_noise(tmp_path: Path) -> None:
    """Cells go on towards the values that were drawn, and fluctuate when they would have."""
    straight, cut = at(24.0, BUSY), stored(at(13.7, BUSY), tmp_path)
    Schedule(cut, BUSY).advance_until(24.0)
    assert cut.draws == straight.draws
    for name, values in straight.traits_now().items():
        assert cut.traits_now()[name] == pytest.approx(values, rel=1e-12), name
    assert cut.y == pytest.approx(straight.y, rel=1e-4, abs=1e-4)


def test_edits_by_hand_are_kept(tmp_path: Path) -> None:
    """What agents change goes on as it would have, before and after the file; balances close."""

    def lived(keep: Callable[[Tissue], Tissue]) -> Tissue:
        tissue = at(6.0, BUSY)
        tissue.set_trait(2, PUMP, 0.7)
        tissue.add_to_fluid(1, 12.0)
        tissue = keep(tissue)
        tissue.add_to_cell(3, 0, 1.5)
        Schedule(tissue, BUSY).advance_until(15.0)
        tissue = keep(tissue)
        tissue.set_trait(0, LEAK, 1.1)
        Schedule(tissue, BUSY).advance_until(30.0)
        return keep(tissue)

    straight, loaded = lived(lambda tissue: tissue), lived(lambda tissue: stored(tissue, tmp_path))
    assert loaded.edits == 4
    assert same(straight.checkpoint(), loaded.checkpoint())
    assert straight.audit() == loaded.audit()
    assert max(map(abs, loaded.audit()[:-1])) < 1e-12
    Schedule(straight, BUSY).advance_until(40.0)
    Schedule(loaded, BUSY).advance_until(40.0)
    assert same(straight.checkpoint(), loaded.checkpoint())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"heterogeneous": False},
        {"noise": False},
        {"tolerance": 1e-7},
        {"parameters": Parameters().replace(pump_half_mg=0.1)},
        {"parameters": apply_person(Person(body_size=1.3, na_leak=0.8, cell_mg=1.1), Parameters())},
    ],
    ids=["plain", "alike", "quiet", "exact", "changed", "person"],
)
def test_a_loaded_tissue_is_the_one_that_was_saved(options: dict[str, Any], tmp_path: Path) -> None:
    """All that it was made from, and all that can be asked of it."""
    tissue = at(9.0, BUSY, **options)
    loaded = stored(tissue, tmp_path)
    assert same(tissue.checkpoint(), loaded.checkpoint())
    for name in (
        "n_cells", "seed", "replicate", "noise_replicate", "heterogeneous", "noise", "tolerance",
        "parameters", "time", "draws", "edits", "counts", "control", "body", "fluid",
        "fluctuates_until", "healthy_smooth_muscle_na", "evaluations",
    ):  # fmt: skip
        assert getattr(tissue, name) == getattr(loaded, name), name
    assert tissue.observe().tobytes() == loaded.observe().tobytes()
    assert tissue.audit() == loaded.audit()
    assert tissue.totals() == loaded.totals()
    assert tissue.body_rates() == loaded.body_rates()


def test_large_seeds_are_kept(tmp_path: Path) -> None:
    """No seed is cut to a machine word."""
    tissue = Tissue(5, seed=2**100, replicate=2**40)
    assert stored(tissue, tmp_path).seed == 2**100


def test_saving_changes_nothing(tmp_path: Path) -> None:
    """A tissue that was saved goes on as one that was not."""
    saved, straight = at(6.0, BUSY), at(6.0, BUSY)
    save_tissue(saved, tmp_path / "state.npz")
    for tissue in (saved, straight):
        Schedule(tissue, BUSY).advance_until(12.0)
    assert same(saved.checkpoint(), straight.checkpoint())


def test_a_loaded_tissue_may_have_threads(tmp_path: Path) -> None:
    """Results do not depend on them."""
    file = save_tissue(at(6.0, BUSY), tmp_path / "state.npz")
    one, many = load_tissue(file), load_tissue(file, threads=3)
    for tissue in (one, many):
        Schedule(tissue, BUSY).advance_until(9.0)
    assert same(one.checkpoint(), many.checkpoint())


# Branches


def test_a_branch_leaves_its_tissue_untouched() -> None:
    """Whatever is done to either, the other goes on as it would have."""
    tissue = at(6.0, BUSY)
    before = tissue.checkpoint()
    branch = tissue.branch()
    Schedule(branch, MEALS).advance_until(20.0)
    branch.set_trait(0, PUMP, 0.5)
    branch.add_to_fluid(1, 5.0)
    branch.fluctuate_as(77)
    assert same(tissue.checkpoint(), before)
    Schedule(tissue, BUSY).advance_until(20.0)
    assert same(tissue.checkpoint(), at(20.0, BUSY).checkpoint())
    other = at(6.0, BUSY).branch()
    Schedule(other, BUSY).advance_until(20.0)
    assert same(tissue.checkpoint(), other.checkpoint())


def test_resuming_leaves_the_tissue_untouched() -> None:
    """One past, many futures: each begins where the tissue is."""
    past = run(BUSY, 6, days=1.0, seed=9)
    before = past.tissue.checkpoint()
    futures = [resume(past.tissue, condition, days=2.0) for condition in (BUSY, "baseline", "thiazide")]
    assert same(past.tissue.checkpoint(), before)
    ends = {future.table["plasma_k"].iloc[-1] for future in futures}
    assert len(ends) == 3
    for future in futures:
        assert plain(future.table).iloc[0]["plasma_k"] == past.table["plasma_k"].iloc[-1]
        assert future.provenance["resumed_at"] == 1.0


def test_a_moment_can_be_returned_to() -> None:
    """As often as is wanted."""
    tissue = at(6.0, BUSY)
    start = tissue.checkpoint()
    ends = []
    for _ in range(2):
        tissue.restore(start)
        Schedule(tissue, BUSY).advance_until(12.0)
        ends.append(tissue.checkpoint())
    assert same(*ends)


def test_noise_of_another_replicate_begins_at_the_moment(tmp_path: Path) -> None:
    """Until then, and until the values that were drawn are reached, all is the same; then nothing is."""
    file = save_tissue(at(24.0, BUSY), tmp_path / "state.npz")
    own, other = resume(file, BUSY, record_hours=3.0), resume(file, BUSY, noise_of=5, record_hours=3.0)
    assert_equal(plain(own.table.iloc[:1]), plain(other.table.iloc[:1]))
    assert (own.table.iloc[1:]["plasma_k"] != other.table.iloc[1:]["plasma_k"]).all()
    first, second = own.cells(), other.cells()
    assert not np.isin(first["pump_capacity_trait"], second["pump_capacity_trait"]).any()
    assert first["size"].equals(second["size"])
    assert (own.provenance["replicate"], other.provenance["replicate"]) == (4, 5)


def test_the_noise_of_its_own_replicate_is_its_own(tmp_path: Path) -> None:
    """So is that of one that was lent it, when it is saved again."""
    file = save_tissue(at(24.0, BUSY), tmp_path / "state.npz")
    assert same(
        resume(file, BUSY).tissue.checkpoint(), resume(file, BUSY, noise_of=4).tissue.checkpoint()
    )
    lent = resume(file, BUSY, noise_of=5, days=2.0).tissue
    again = resume(save_tissue(lent, tmp_path / "again.npz"), BUSY)
    assert (again.tissue.replicate, again.tissue.noise_replicate) == (4, 5)
    assert same(again.tissue.checkpoint(), resume(file, BUSY, noise_of=5).tissue.checkpoint())


def test_a_run_keeps_its_tissue(tmp_path: Path) -> None:
    """With the tables, if that is asked for; what goes on from it is the longer run."""
    short = run(BUSY, 6, days=1.0, seed=9)
    files = short.save(tmp_path / "kept", state=True)
    names = ["cells.parquet", "overview.png", "provenance.json", "state.npz", "table.parquet"]
    assert [file.name for file in files] == names
    resumed = resume(tmp_path / "kept" / "state.npz", BUSY)
    assert same(resumed.tissue.checkpoint(), run(BUSY, 6, seed=9).tissue.checkpoint())
    without = short.save(tmp_path / "plain")
    assert [file.name for file in without] == [name for name in names if name != "state.npz"]


def test_whole_numbers_of_numpy_are_whole_numbers(tmp_path: Path) -> None:
    """A seed from an array can be written down."""
    numbers: dict[str, Any] = {
        "n_cells": np.int64(5), "seed": np.int64(3), "replicate": np.int32(2), "snapshots": np.int8(2),
    }  # fmt: skip
    result = run(BUSY, days=0.25, **numbers)
    loaded = load_tissue(result.save(tmp_path / "kept", state=True)[-2])
    assert (loaded.n_cells, loaded.seed, loaded.replicate) == (5, 3, 2)


# Files that are refused


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good file."""
    return save_tissue(at(6.0, BUSY), tmp_path / "state.npz")


def refused(path: Path) -> str:
    """The one sentence with which a file is refused."""
    with pytest.raises(InputError) as refusal:
        load_tissue(path)
    (problem,) = refusal.value.problems
    assert str(path) in problem
    return problem


@pytest.mark.parametrize("change", [0x01, 0xFF, 0x20])
def test_a_flipped_byte_is_noticed_wherever_it_is(change: int, file: Path, tmp_path: Path) -> None:
    """The tissue is refused, or it is the same because the byte meant nothing (a date, say)."""
    whole, good = file.read_bytes(), load_tissue(file).checkpoint()
    damaged, harmless = tmp_path / "damaged.npz", 0
    places = np.linspace(0, len(whole) - 1, 400).astype(int).tolist()
    for place in places:
        content = bytearray(whole)
        content[place] ^= change
        damaged.write_bytes(content)
        loaded = unless_refused(damaged)
        if loaded is not None:
            assert same(loaded.checkpoint(), good)
            harmless += 1
    assert harmless < 0.1 * len(places)


def unless_refused(path: Path) -> Tissue | None:
    """A tissue from a file, or none if it is refused as an input that is invalid."""
    try:
        return load_tissue(path)
    except InputError:
        return None


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.7, 0.99, 0.9999])
def test_a_file_cut_short_is_refused(share: float, file: Path) -> None:
    """As a full disk or a broken transfer leaves it."""
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    assert refused(file).endswith("is damaged, or not the state of a tissue")


@pytest.mark.parametrize(
    "content",
    [b"time,plasma_k\n0,4.1\n", b"\x80\x04K\x01.", "npy", "other arrays", "no text", "a list"],
    ids=str,
)
def test_files_of_another_kind_are_refused(content: bytes | str, tmp_path: Path) -> None:
    """Text, a pickle, a single array, an archive of something else."""
    path, buffer = tmp_path / "state.npz", io.BytesIO()
    if content == "npy":
        np.save(buffer, np.arange(4.0))
    elif content == "other arrays":
        np.savez(buffer, x=np.arange(4.0))
    elif content == "no text":
        np.savez(buffer, about=np.arange(4.0), y=np.arange(3.0))
    elif content == "a list":
        np.savez(buffer, about=np.array("[1, 2]"), y=np.arange(3.0))
    path.write_bytes(content if isinstance(content, bytes) else buffer.getvalue())
    assert refused(path).endswith("is damaged, or not the state of a tissue")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """With what the system says."""
    assert refused(tmp_path / "none.npz").endswith("cannot be read: No such file or directory")
    assert refused(tmp_path).endswith("cannot be read: Is a directory")


class Trap:
    """Something that acts when it is unpickled."""

    sprung = False

    def __reduce__(self) -> tuple[Any, ...]:
        return setattr, (Trap, "sprung", True)


def test_nothing_is_unpickled(tmp_path: Path, file: Path) -> None:
    """A file with an object in place of an array is refused, and the object does not come to life."""
    with np.load(file) as good:
        arrays = {name: good[name] for name in good.files}
    assert all(array.dtype.kind in "fU" for array in arrays.values())
    for name in arrays:
        trap = np.empty(1, dtype=object)
        trap[0] = Trap()
        np.savez(tmp_path / "trap.npz", **(arrays | {name: trap}))
        assert refused(tmp_path / "trap.npz").endswith("is damaged, or not the state of a tissue")
    assert not Trap.sprung
    pickle.loads(pickle.dumps(Trap()))
    assert Trap.sprung


@pytest.mark.parametrize("name", ["y", "traits", "clock"])
def test_changed_numbers_are_refused(name: str, file: Path) -> None:
    """A file that is whole, but not with the contents it was written with."""
    with np.load(file) as good:
        arrays = {own: good[own] for own in good.files}
    arrays[name].flat[1] += 1e-6
    np.savez(file, **arrays)
    assert refused(file).endswith("is damaged: its contents do not fit their digest")


@pytest.mark.parametrize(
    ("old", "new"), [('"n_cells": 6', '"n_cells": 7'), ('"seed": 9', '"seed": 8'), ("140.0", "141.0")]
)
def test_a_changed_description_is_refused(old: str, new: str, file: Path) -> None:
    """What the tissue was made from is part of the contents."""
    with np.load(file) as good:
        arrays = {own: good[own] for own in good.files}
    about = str(arrays["about"])
    assert old in about
    np.savez(file, **(arrays | {"about": np.array(about.replace(old, new))}))
    assert refused(file).endswith("is damaged: its contents do not fit their digest")


def test_another_format_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever else such a file may hold."""
    monkeypatch.setattr(checkpoint, "FORMAT", 7)
    file = save_tissue(at(0.0, BUSY), tmp_path / "state.npz")
    monkeypatch.undo()
    assert refused(file).endswith("has format 7; this version reads 2")


def test_other_parameters_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A model that had other numbers was another model."""

    def former(parameters: Parameters) -> list[Entry]:
        *others, last = describe(parameters)
        return [*others, last._replace(name="pump_half_zn")]

    *_, last = describe()
    monkeypatch.setattr(checkpoint, "describe", former)
    file = save_tissue(at(0.0, BUSY), tmp_path / "state.npz")
    monkeypatch.undo()
    names = ", ".join(sorted([last.name, "pump_half_zn"]))
    wanted = f"was written by another version of the model; they differ in {names}"
    assert refused(file).endswith(wanted)


# Writing


def test_a_write_that_fails_leaves_the_old_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk spoils nothing, and no draft stays behind."""
    before = file.read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_tissue(at(12.0, BUSY), file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_replaces_the_old_one_as_a_whole(file: Path, tmp_path: Path) -> None:
    """Under the same name, with nothing else beside it."""
    later = at(12.0, BUSY)
    assert save_tissue(later, str(file)) == file
    assert same(load_tissue(file).checkpoint(), later.checkpoint())
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    """None is made up."""
    with pytest.raises(FileNotFoundError):
        save_tissue(at(0.0, BUSY), tmp_path / "none" / "state.npz")
    assert list(tmp_path.iterdir()) == []


# Going on with what cannot be


def not_resumed(start: Any, condition: Any, **options: Any) -> list[str]:
    """Sentences with which going on is refused."""
    with pytest.raises(InputError) as refusal:
        resume(start, condition, **options)
    return refusal.value.problems


def test_a_condition_that_is_over_is_refused() -> None:
    """Its clock is the tissue's."""
    tissue = at(72.0, BUSY)
    wanted = ["the condition ends on day 3, the tissue is at day 3; give more days"]
    assert not_resumed(tissue, BUSY) == wanted
    assert not_resumed(tissue, "baseline", days=1.5) == [
        "the condition ends on day 1.5, the tissue is at day 3; give more days"
    ]
    assert resume(tissue, BUSY, days=3.25).finished


def test_a_tissue_that_lives_keeps_its_parameters() -> None:
    """A condition with others is refused, together with what else is wrong; with the same it is not."""
    other = BUSY.revised(parameters={"pump_half_mg": "0.2 mM"})
    own = Parameters().cell.pump_half_mg
    changed = f"pump_half_mg = 0.2 in the condition, {own:g} in the tissue, which keeps its own"
    assert not_resumed(at(6.0, BUSY), other) == [changed]
    assert not_resumed(at(72.0, BUSY), other) == [
        changed,
        "the condition ends on day 3, the tissue is at day 3; give more days",
    ]
    lived = make_tissue(RunPlan(other, 5))[0]
    assert resume(lived, other, days=0.5).tissue.parameters.cell.pump_half_mg == 0.2


def test_problems_of_the_arguments_are_told(tmp_path: Path) -> None:
    """As those of a run."""
    tissue = at(6.0, BUSY)
    assert "did you mean 'thiazide'" in not_resumed(tissue, "thiazid")[0]
    assert not_resumed(tissue, BUSY, noise_of=-1) == [
        "replicate = -1; give a whole number, zero or more"
    ]
    assert not_resumed(tissue, BUSY, snapshots=1, record_hours=0.0) == [
        "record_hours = 0; give 0.01 to 1000 hours",
        "snapshots = 1; give 2 or more; the start and the end have one each",
    ]
    assert "cannot be read" in not_resumed(tmp_path / "none.npz", BUSY)[0]


def test_all_of_it_is_reached_from_the_package() -> None:
    """Under the names that the README gives."""
    assert (sim.save_tissue, sim.load_tissue, sim.resume) == (save_tissue, load_tissue, resume)
