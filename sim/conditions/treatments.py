"""Treatments: drugs, disorders and losses, as a table in which each record carries its own rule.

A new drug on an existing target is one more record in :data:`TREATMENTS`. How it is checked, which
input of the model it sets, what ``sim describe --treatments`` prints and what ``sim init`` writes all
follow from the record.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, model_validator

from sim.conditions.events import Span
from sim.conditions.fields import EFFECT_RANGE, FOLD_RANGE, MAX_FLOW, Effect, Flow, Fold
from sim.errors import shown
from sim.quantities.units import HOURS_PER_DAY


@dataclass(frozen=True)
class StrengthKind:
    """How the strength of a treatment is measured.

    Attributes
    ----------
    name : str
        Key in a file, and field of :class:`Treatment`.
    meaning : str
        What it is, with its range.
    unit : str
        Unit in which it is shown.
    low, high : float
        Its range [unit].
    example : float or str
        As a file writes it.
    none : float
        Strength without any effect [unit of the model].
    combined : callable
        Strength of two treatments that act on one target at once.
    written : callable
        A few words for figures.
    scale : float
        Strength in ``unit`` over strength in the unit of the model.
    """

    name: str
    meaning: str
    unit: str
    low: float
    high: float
    example: float | str
    none: float
    combined: Callable[[float, float], float]
    written: Callable[[float], str]
    scale: float = 1.0


EFFECT = StrengthKind(
    name="effect",
    meaning="effect from 0 (none) to 1 (complete)",
    unit="1",
    low=EFFECT_RANGE[0],
    high=EFFECT_RANGE[1],
    example=0.5,
    none=0.0,
    # Two partial losses are independent: what is left is what neither takes away.
    combined=lambda first, second: 1.0 - (1.0 - first) * (1.0 - second),
    written=lambda strength: f"{100 * strength:.0f} %",
)
FOLD = StrengthKind(
    name="fold",
    meaning="fold of the normal level",
    unit="× normal",
    low=FOLD_RANGE[0],
    high=FOLD_RANGE[1],
    example=3.0,
    none=1.0,
    combined=lambda first, second: first * second,
    written=lambda strength: f"×{strength:g}",
)
RATE = StrengthKind(
    name="rate",
    meaning="rate of loss",
    unit="L/day",
    low=0.0,
    high=MAX_FLOW * HOURS_PER_DAY,
    example="2 L/day",
    none=0.0,
    combined=lambda first, second: first + second,
    written=lambda strength: f"{strength * HOURS_PER_DAY:g} L/day",
    scale=HOURS_PER_DAY,
)
STRENGTHS = {kind.name: kind for kind in (EFFECT, FOLD, RATE)}
"""Kinds of strength, by the key under which a file gives them."""


@dataclass(frozen=True)
class TreatmentRule:
    """What one treatment does.

    Attributes
    ----------
    name : str
        Value of ``kind`` in a file.
    meaning : str
        What its strength measures.
    target : str
        Field of :class:`~sim.parameters.inputs.Control` that it sets.
    strength : StrengthKind
        How its strength is measured, and how it combines with others on the same target.
    offset : float
        Part of the strength that the target does not count [unit of the model].
    max_strength : float, optional
        Largest strength, where that is below the range of the kind [its unit].
    max_reason : str
        What a greater strength would do, as the end of a sentence.
    """

    name: str
    meaning: str
    target: str
    strength: StrengthKind
    offset: float = 0.0
    max_strength: float | None = None
    max_reason: str = ""

    @property
    def high(self) -> float:
        """Largest strength that is allowed [unit of the kind]."""
        return self.strength.high if self.max_strength is None else self.max_strength


_RULES = (
    TreatmentRule(
        "mg-malabsorption",
        meaning="fraction of all Mg absorption that is lost",
        target="mg_malabsorption",
        strength=EFFECT,
    ),
    TreatmentRule(
        "proton-pump-inhibitor",
        meaning="fraction of the complete loss of Mg absorption",
        target="proton_pump_inhibitor",
        strength=EFFECT,
    ),
    TreatmentRule(
        "thiazide", meaning="fraction of NCC that is blocked", target="ncc_loss", strength=EFFECT
    ),
    TreatmentRule(
        "gitelman-defect", meaning="fraction of NCC that is missing", target="ncc_loss", strength=EFFECT
    ),
    TreatmentRule(
        "loop-diuretic",
        meaning="fraction of NKCC2 that is blocked",
        target="nkcc2_loss",
        strength=EFFECT,
    ),
    TreatmentRule(
        "bartter-defect",
        meaning="fraction of NKCC2 function that is missing",
        target="nkcc2_loss",
        strength=EFFECT,
    ),
    TreatmentRule(
        "nephron-loss",
        meaning="fraction of GFR and tubules that is lost",
        target="nephron_loss",
        strength=EFFECT,
        # Without a kidney there is no steady excretion.
        max_strength=0.98,
        max_reason="leaves no kidney",
    ),
    TreatmentRule(
        "pump-inhibitor",
        meaning="fraction of Na,K-pumps that are blocked, as by digoxin or ouabain",
        target="pump_inhibition",
        strength=EFFECT,
    ),
    TreatmentRule(
        "romk-blocker", meaning="fraction of ROMK that is blocked", target="romk_block", strength=EFFECT
    ),
    TreatmentRule(
        "hyperaldosteronism",
        meaning="aldosterone relative to what regulation demands",
        target="aldosterone_excess",
        strength=FOLD,
    ),
    TreatmentRule(
        "insulin",
        meaning="insulin relative to fasting",
        target="insulin_infused",
        strength=FOLD,
        # The body goes on secreting its fasting level; the target is what is infused in addition.
        offset=1.0,
    ),
    TreatmentRule("vomiting", meaning="gastric juice lost", target="vomiting", strength=RATE),
    TreatmentRule("diarrhoea", meaning="stool water lost", target="diarrhoea", strength=RATE),
)

TREATMENTS = {rule.name: rule for rule in _RULES}
"""Drugs, disorders and losses, by name."""


def _known_treatment(value: object) -> object:
    if not isinstance(value, str) or value not in TREATMENTS:
        near = difflib.get_close_matches(shown(value), TREATMENTS, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ValueError(f"is not a treatment; {hint}there are {', '.join(TREATMENTS)}")
    return value


class Treatment(Span):
    """A drug, a disorder or a loss.

    Strength is ``effect`` from 0 to 1, ``fold`` of a normal level, or ``rate`` of a loss; which one
    ``kind`` takes is in :data:`TREATMENTS`.
    """

    example: ClassVar[dict[str, object]] = {
        "kind": "thiazide",
        TREATMENTS["thiazide"].strength.name: TREATMENTS["thiazide"].strength.example,
        "start": "10 day",
    }

    kind: Annotated[str, BeforeValidator(_known_treatment)]
    effect: Effect | None = None
    fold: Fold | None = None
    rate: Flow | None = None

    @model_validator(mode="after")
    def _one_strength(self) -> "Treatment":
        if problem := strength_problem(self.kind, {name: getattr(self, name) for name in STRENGTHS}):
            raise ValueError(problem)
        return self

    @property
    def rule(self) -> TreatmentRule:
        """What the treatment does."""
        return TREATMENTS[self.kind]

    @property
    def strength(self) -> float:
        """Strength as it was given: effect, fold [1] or rate [L/h]."""
        return float(getattr(self, self.rule.strength.name))

    @property
    def label(self) -> str:
        """A few words for figures."""
        return f"{self.kind} {self.rule.strength.written(self.strength)}"


def strength_problem(kind: str, given: Mapping[str, object]) -> str | None:
    """Say whether a treatment lacks the one strength it takes, or has too much of it."""
    rule = TREATMENTS[kind]
    wanted = rule.strength.name
    if any((given[name] is not None) != (name == wanted) for name in STRENGTHS):
        others = " or ".join(repr(name) for name in STRENGTHS if name != wanted)
        return f"{kind} takes {wanted!r} and not {others}"
    strength = given[wanted]
    if rule.max_strength is None or not isinstance(strength, float):
        return None
    if (shown := strength * rule.strength.scale) > rule.max_strength:
        return f"{kind} {shown:g} {rule.max_reason}; give at most {rule.max_strength:g}"
    return None


def targets_of(treatments: Iterable[Treatment], hours: float) -> dict[str, float]:
    """Value of each field of the control that treatments set at a moment [h].

    Parameters
    ----------
    treatments : iterable of Treatment
        All treatments of a condition.
    hours : float
        The moment [h].

    Returns
    -------
    dict
        By name of the field; fields that no treatment sets are left out.
    """
    strengths: dict[str, float] = {}
    offsets: dict[str, float] = {}
    for treatment in (t for t in treatments if t.covers(hours)):
        rule = treatment.rule
        present = strengths.get(rule.target, rule.strength.none)
        strengths[rule.target] = rule.strength.combined(present, treatment.strength)
        offsets[rule.target] = rule.offset
    return {target: strength - offsets[target] for target, strength in strengths.items()}
