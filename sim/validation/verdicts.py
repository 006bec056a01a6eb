"""Validation: every target measured on the virtual body, with a verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sim.validation.targets import TARGETS, Target
from sim.validation.trials import Trials


@dataclass(frozen=True)
class Verdict:
    """A target and what the model gives."""

    target: Target
    model: float

    @property
    def met(self) -> bool:
        """Whether the model lies in the accepted band."""
        return self.target.low <= self.model <= self.target.high

    @property
    def distance(self) -> float:
        """Distance from the published value, in half bands on that side [1]; at most 1 if met."""
        t = self.target
        side = t.high - t.value if self.model >= t.value else t.value - t.low
        return (self.model - t.value) / side if side > 0.0 else float("inf")

    def record(self) -> dict[str, Any]:
        """Everything as plain data."""
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
            "band": t.why,
            "group": t.group,
            "model": self.model,
            "met": self.met,
            "reason": "" if self.met else MISSED.get(t.name, ""),
        }


MISSED: dict[str, str] = {
    "rats-mg-sites": "Pump sites follow plasma K here, not muscle K; see K depletion.",
    "rats-k-sites": "Cells here lose pump sites with plasma K, by one law for Mg and K depletion. When "
    "sites have halved, human muscle has lost a tenth of its K; rats had lost a third.",
    "cholst-ca": "Urinary Ca does not see Mg here, so a Mg infusion lowers Ca only through PTH, slowly.",
    "ppi-treated": "The inhibitor takes away a part of passive absorption that is the same in all; this "
    "woman absorbed even less of 38 mmol/day.",
    "aldosterone-na": "Aldosterone follows renin by a fixed exponent; between 10 and 350 mmol/day of Na "
    "renin moves sevenfold and aldosterone fourfold.",
}
"""Why the model misses a target that it is known to miss."""


def validate(
    trials: Trials | None = None,
    targets: Iterable[Target] | None = None,
    on_target: Callable[[Target], None] | None = None,
) -> list[Verdict]:
    """Measure every target.

    Parameters
    ----------
    trials : Trials, optional
        The virtual body; by default the mean-field twin with the shipped parameters.
    targets : iterable of Target
        What to measure; by default everything.
    on_target : callable, optional
        Called with each target before it is measured.
    """
    trials, verdicts = trials or Trials(), []
    for target in TARGETS if targets is None else targets:
        if on_target is not None:
            on_target(target)
        verdicts.append(Verdict(target, float(target.measure(trials))))
    return verdicts
