"""Verdicts: every target measured on the model, and whether it lies in its band."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sim.validation.targets import TARGETS, Target
from sim.validation.trials import Trials


@dataclass(frozen=True)
class Verdict:
    """A target and the value of the model [unit of the target]."""

    target: Target
    model: float

    @property
    def met(self) -> bool:
        """Whether the model lies in the accepted band."""
        return self.target.low <= self.model <= self.target.high

    @property
    def distance(self) -> float:
        """Distance from the published value, in half bands of that side [1]; at most 1 if met."""
        t = self.target
        side = t.high - t.value if self.model >= t.value else t.value - t.low
        return (self.model - t.value) / side if side > 0.0 else float("inf")

    def record(self) -> dict[str, Any]:
        """Everything as plain data, for tables and JSON."""
        t = self.target
        return {
            "name": t.name,
            "what": t.what,
            "unit": t.unit,
            "published": t.published,
            "source": t.source.citation,
            "value": t.value,
            "low": t.low,
            "high": t.high,
            "band": t.band,
            "group": t.group,
            "model": self.model,
            "met": self.met,
            "reason": "" if self.met else t.miss,
        }


def validate(
    trials: Trials | None = None,
    targets: Iterable[Target] | None = None,
    on_target: Callable[[Target], None] | None = None,
) -> list[Verdict]:
    """Measure targets on the model.

    Parameters
    ----------
    trials : Trials, optional
        The virtual body; by default the mean-field twin with the default parameters.
    targets : iterable of Target, optional
        By default all.
    on_target : callable, optional
        Called with each target before it is measured.

    Returns
    -------
    list of Verdict
        In the order of the targets.
    """
    trials, verdicts = trials or Trials(), []
    for target in TARGETS if targets is None else targets:
        if on_target is not None:
            on_target(target)
        verdicts.append(Verdict(target, target.evaluate(trials)))
    return verdicts
