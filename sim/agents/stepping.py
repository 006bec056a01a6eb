"""One step of a model at a time, also when a step fails."""

import threading
from types import TracebackType
from typing import Any

import mesa

from sim.errors import InputError


class StepLock:
    """Admits one step of a model at a time; a second one is refused at once, not kept waiting.

    Two steps at once would integrate one state vector twice. A copy of a model gets a lock of its own.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: int | None = None

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            own = self._thread == threading.get_ident()
            where = "a rule or a reporter called it again" if own else "another thread is in it"
            raise InputError(
                [
                    f"a step of this model has not ended, {where}; use one model per thread, "
                    "and call step from outside a step"
                ]
            )
        self._thread = threading.get_ident()

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread = None
        self._lock.release()

    def __reduce__(self) -> tuple[type["StepLock"], tuple[()]]:
        return StepLock, ()

    def check_edit(self) -> None:
        """Refuse an edit while another thread takes a step.

        Raises
        ------
        InputError
            If another thread takes one.
        """
        if self._thread not in (None, threading.get_ident()):
            raise InputError(
                ["another thread takes a step of this model; edit it between steps or in a rule"]
            )


class SteppedModel(mesa.Model):  # type: ignore[misc]
    """A model of which one step is taken at a time, and which can go on after a step that failed.

    Mesa wraps ``step``, to count steps and, since 3.5, to run its schedule. This class puts a guard
    on either side of that wrapper.

    Parameters
    ----------
    seed : int
        Seed of ``model.random`` and ``model.rng``.

    Attributes
    ----------
    step_lock : StepLock
        Held during a step.
    """

    def __init__(self, seed: int) -> None:
        self.step_lock = StepLock()
        self._failure: BaseException | None = None
        self.step = self._caught_step  # What Mesa is to wrap.
        super().__init__(rng=seed)
        self._step_of_mesa, self.step = self.step, self._exclusive_step

    def run_for(self, duration: float) -> None:
        """Run Mesa's schedule for some steps; needs Mesa 3.5."""
        with self.step_lock:
            super().run_for(duration)
            self._raise_failure()

    def run_until(self, end_time: float) -> None:
        """Run Mesa's schedule until a step; needs Mesa 3.5."""
        with self.step_lock:
            super().run_until(end_time)
            self._raise_failure()

    def _exclusive_step(self, *arguments: Any, **options: Any) -> None:
        with self.step_lock:
            self._step_of_mesa(*arguments, **options)
            self._raise_failure()

    def _caught_step(self, *arguments: Any, **options: Any) -> None:
        """Take a step; keep an exception back until Mesa has done with its schedule.

        An exception that went through Mesa 3.5 would end its schedule: later steps would do nothing.
        """
        model_class: Any = type(self)
        if self._failure is None:
            try:
                model_class.step(self, *arguments, **options)
            except BaseException as failure:
                self._failure = failure

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
