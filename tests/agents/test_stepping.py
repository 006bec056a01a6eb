"""The end of a model, steps that fail, and one step at a time."""

import threading

import mesa
import numpy as np
import pytest

import sim


def test_a_model_runs_until_the_end_of_its_condition() -> None:
    model = sim.TissueModel("baseline", 4, rng=1, days=1)
    model.run_model()
    assert (model.day, model.steps, model.running) == (1.0, 8, False)
    assert model.datacollector.model_vars["day"][-1] == 1.0


@pytest.mark.parametrize("condition", ["severe-magnesium-loss", "daily-meals"])
def test_a_model_that_ran_has_the_bits_of_a_run(condition: str) -> None:
    """The last step is cut at the end, as that of a run is."""
    model = sim.TissueModel(condition, 12, rng=3, days=1.3)
    model.run_model()
    result = sim.run(condition, 12, seed=3, days=1.3)
    assert model.day == pytest.approx(1.3, rel=1e-15)
    assert np.array_equal(model.tissue.y, result.tissue.y)


def test_steps_beyond_the_end_are_allowed() -> None:
    model = sim.TissueModel("baseline", 4, rng=1, days=0.2)
    model.run_model()
    model.step()
    assert (model.day, model.running) == (0.25, False)
    assert model.tissue.audit().worst <= 1e-12


def test_a_model_that_its_user_stopped_stays_stopped() -> None:
    model = sim.TissueModel("baseline", 4, rng=1)
    model.running = False
    model.step()
    assert not model.running


class Failing(sim.CellAgent):
    """A cell whose rule fails as long as ``fails`` is set."""

    fails = False

    def step(self) -> None:
        if Failing.fails:
            self.pump_capacity = np.nan


def test_a_model_goes_on_after_a_step_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mesa 3.5 by itself would take no further step, and say nothing."""
    model = sim.TissueModel("baseline", 4, rng=1, days=0.5, cell_class=Failing)
    monkeypatch.setattr(Failing, "fails", True)
    for _ in range(2):
        with pytest.raises(sim.InputError, match="pump_capacity of cell"):
            model.step()
    assert model.day == 0.0
    monkeypatch.setattr(Failing, "fails", False)
    model.run_model()
    untroubled = sim.TissueModel("baseline", 4, rng=1, days=0.5)
    untroubled.run_model()
    assert np.array_equal(model.tissue.y, untroubled.tissue.y)


@pytest.mark.skipif(not hasattr(mesa.Model, "run_for"), reason="needs Mesa 3.5")
def test_a_schedule_of_mesa_runs_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sim.TissueModel("baseline", 4, rng=1, cell_class=Failing)
    model.run_for(2)
    assert (model.day, model.steps) == (0.25, 2)
    model.run_until(3)
    assert (model.day, model.steps) == (0.375, 3)
    monkeypatch.setattr(Failing, "fails", True)
    with pytest.raises(sim.InputError, match="pump_capacity of cell"):
        model.run_for(1)


def test_an_own_step_of_a_subclass_is_taken() -> None:
    class Dosed(sim.TissueModel):
        def step(self) -> None:
            self.extracellular.inject("potassium", 1.0)
            super().step()

    model = Dosed("baseline", 4, rng=1, days=0.5)
    model.run_model()
    assert (model.tissue.edits, model.steps) == (4, 4)


def test_a_rule_cannot_take_a_step() -> None:
    class Impatient(sim.CellAgent):
        def step(self) -> None:
            self.model.step()

    model = sim.TissueModel("baseline", 3, rng=1, cell_class=Impatient)
    with pytest.raises(sim.InputError, match="a rule or a reporter called it again"):
        model.step()
    assert model.day == 0.0


def test_rates_cannot_edit_the_state() -> None:
    class Meddling(sim.CellAgent):
        def fluxes(self, fluid):  # type: ignore[no-untyped-def]
            self.k_in = 120.0
            return super().fluxes(fluid)

    model = sim.TissueModel("baseline", 3, rng=1, engine="agents", cell_class=Meddling)
    with pytest.raises(sim.InputError, match="while rates are evaluated"):
        model.step()
    model.cells[0].k_in = 130.0
    assert model.tissue.edits == 1


def test_one_model_in_two_threads_is_refused() -> None:
    """Steps and edits from another thread are, and the step that is taken is not disturbed."""

    class Waiting(sim.CellAgent):
        def step(self) -> None:
            if self.column == 0 and threading.current_thread() is not threading.main_thread():
                inside.set()
                assert may_go_on.wait(60)

    inside, may_go_on = threading.Event(), threading.Event()
    model = sim.TissueModel("baseline", 3, rng=1, cell_class=Waiting)
    other = threading.Thread(target=model.step)
    other.start()
    assert inside.wait(60)
    try:
        with pytest.raises(sim.InputError, match="another thread is in it; use one model per thread"):
            model.step()
        with pytest.raises(sim.InputError, match="another thread takes a step"):
            model.extracellular.inject("potassium", 1.0)
        with pytest.raises(sim.InputError, match="another thread takes a step"):
            model.cells[1].pump_capacity = 0.5
    finally:
        may_go_on.set()
        other.join()
    assert (model.steps, model.tissue.edits) == (1, 0)
    alone = sim.TissueModel("baseline", 3, rng=1)
    alone.step()
    assert np.array_equal(model.tissue.y, alone.tissue.y)
    model.step()
    assert model.steps == 2


def test_a_model_may_pass_from_thread_to_thread() -> None:
    model = sim.TissueModel("baseline", 3, rng=1)
    for _ in range(2):
        thread = threading.Thread(target=model.step)
        thread.start()
        thread.join()
    assert model.steps == 2
    assert model.day == 0.25


def test_a_model_warns_of_what_is_given_and_never_done() -> None:
    late = sim.Condition(
        name="late",
        duration="2 day",
        supplement=[sim.Supplement(ion="potassium", dose="80 mmol/day", start="3 day")],
    )
    with pytest.warns(sim.InputWarning, match="day 3"):
        sim.TissueModel(late, 3, rng=1)
