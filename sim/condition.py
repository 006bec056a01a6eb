"""Conditions: what is done to the body over time, as data.

A condition is written in Python or in a TOML file with units as text. It is checked as a whole before
anything runs; :class:`ConditionError` lists every fault. At any moment it yields a
:class:`~sim.control.Control`, constant between events.
"""

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from sim.control import KNOCK_OUTS, Control
from sim.faults import InputError
from sim.ions import BY_NAME, CATIONS
from sim.parameters import FACTS, BodyParameters, ParameterError, Parameters
from sim.quantity import RATE, TIME, QuantityError, parse
from sim.units import HOURS_PER_DAY

FOLDER = Path(__file__).parent / "conditions"
"""Where the named conditions are."""

LONGEST_DAYS = 3650.0
HIGHEST_RATE = 2000.0 / HOURS_PER_DAY
"""Supply above 2 mol/day [mmol/h] is a slip of the unit."""


class ConditionError(InputError):
    """A condition that cannot be."""


def _not_negative(value: float) -> float:
    if value < 0.0:
        raise ValueError("is negative; give zero or more")
    return value


def _hours(text: object) -> float:
    return parse(text, TIME, "30 day")


def _rate_of(name: str) -> BeforeValidator:
    """Read the supply of a named ion [mmol/h]."""
    return BeforeValidator(lambda text: parse(text, RATE, "40 mmol/day", BY_NAME[name]))


def _plausible_rate(value: float) -> float:
    if value > HIGHEST_RATE:
        raise ValueError("is more than 2000 mmol/day; check the unit")
    return value


def _plain_number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is not a number")
    return value


def _share(value: object) -> object:
    return parse(value, "1", "80 %") if isinstance(value, str) else _plain_number(value)


def _dose(text: object, info: ValidationInfo) -> float:
    """Read a dose [mmol/h] of the ion that was read before it, or of any if that is at fault."""
    return parse(text, RATE, "80 mmol/day", BY_NAME[info.data.get("ion", "potassium")])


def _order_fault(start: float, stop: float | None) -> str | None:
    """Say whether a span ends before it begins."""
    return "stop is not after start" if stop is not None and stop <= start else None


def _strength_fault(kind: str, effect: object, fold: object) -> str | None:
    """Say whether a treatment has the one strength it takes."""
    wanted, other = ("fold", "effect") if kind == "hyperaldosteronism" else ("effect", "fold")
    given = {"effect": effect, "fold": fold}
    if given[wanted] is None or given[other] is not None:
        return f"{kind} takes {wanted!r} and not {other!r}"
    return None


Time = Annotated[float, BeforeValidator(_hours), AfterValidator(_not_negative)]
Checked = (AfterValidator(_not_negative), AfterValidator(_plausible_rate))
Sodium = Annotated[float, _rate_of("sodium"), *Checked]
Potassium = Annotated[float, _rate_of("potassium"), *Checked]
Magnesium = Annotated[float, _rate_of("magnesium"), *Checked]
Share = Annotated[float, BeforeValidator(_share), Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Fold = Annotated[float, BeforeValidator(_plain_number), Field(ge=1.0, le=100.0, allow_inf_nan=False)]


class _Data(BaseModel):
    """Data that knows its keys and does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class _Span(_Data):
    """Something that lasts from start to stop, in text such as "10 day"; without stop to the end."""

    start: Time = 0.0
    stop: Time | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "_Span":
        if fault := _order_fault(self.start, self.stop):
            raise ValueError(fault)
        return self

    def covers(self, hours: float) -> bool:
        """Say whether a moment lies in the span; the start does, the stop does not."""
        return self.start <= hours and (self.stop is None or hours < self.stop)

    def overlaps(self, other: "_Span") -> bool:
        """Say whether two spans share a moment."""
        return self.covers(other.start) or other.covers(self.start)


class Diet(_Span):
    """What is eaten in place of the usual diet; an ion that is not named stays as usual."""

    sodium: Sodium | None = None
    potassium: Potassium | None = None
    magnesium: Magnesium | None = None

    @model_validator(mode="after")
    def _sets_something(self) -> "Diet":
        if all(getattr(self, ion.name) is None for ion in CATIONS):
            raise ValueError("the diet sets nothing; name sodium, potassium or magnesium")
        return self

    @property
    def label(self) -> str:
        """A few words for figures."""
        parts = [
            f"{ion.symbol} {getattr(self, ion.name) * HOURS_PER_DAY:g}"
            for ion in CATIONS
            if getattr(self, ion.name) is not None
        ]
        return "diet " + ", ".join(parts) + " mmol/day"


class Supplement(_Span):
    """Chloride salt of an ion, swallowed or infused at a steady rate, in addition to the diet."""

    ion: Literal["sodium", "potassium", "magnesium"]
    dose: Annotated[float, BeforeValidator(_dose), *Checked]
    route: Literal["oral", "intravenous"] = "oral"

    @property
    def label(self) -> str:
        """A few words for figures."""
        way = "" if self.route == "oral" else " i.v."
        return f"{BY_NAME[self.ion].symbol}{way} {self.dose * HOURS_PER_DAY:g} mmol/day"


TREATMENTS = {
    "mg-malabsorption": ("mg_malabsorption", "part of all Mg absorption that is lost"),
    "proton-pump-inhibitor": ("proton_pump_inhibitor", "part of saturable Mg absorption lost"),
    "thiazide": ("thiazide", "part of the full effect"),
    "loop-diuretic": ("loop_diuretic", "part of the full effect"),
    "pump-inhibitor": ("pump_inhibition", "part of Na,K-pumps that is blocked"),
    "romk-blocker": ("romk_block", "part of ROMK that is blocked"),
    "hyperaldosteronism": ("aldosterone_excess", "fold of the aldosterone the body calls for"),
}
"""Drugs and disorders: the control that each sets, and what its strength means."""


class Treatment(_Span):
    """A drug or a disorder. Strength is ``effect`` from 0 to 1, or ``fold`` for a hormone."""

    kind: Literal[
        "mg-malabsorption",
        "proton-pump-inhibitor",
        "thiazide",
        "loop-diuretic",
        "pump-inhibitor",
        "romk-blocker",
        "hyperaldosteronism",
    ]
    effect: Share | None = None
    fold: Fold | None = None

    @model_validator(mode="after")
    def _one_strength(self) -> "Treatment":
        if fault := _strength_fault(self.kind, self.effect, self.fold):
            raise ValueError(fault)
        return self

    @property
    def strength(self) -> float:
        """Value of the control it sets [1]."""
        value = self.fold if self.effect is None else self.effect
        assert value is not None
        return value

    @property
    def label(self) -> str:
        """A few words for figures."""
        strength = f"×{self.fold:g}" if self.fold is not None else f"{100 * self.strength:.0f} %"
        return f"{self.kind} {strength}"


def _read_parameters(data: object) -> object:
    """Read parameter values, each in its own unit."""
    if not isinstance(data, Mapping):
        return data
    read: dict[str, Any] = {}
    faults = []
    for name, text in data.items():
        fact = FACTS.get(name)
        if fact is None or (fact.unit == "1" and not isinstance(text, str)):
            read[name] = text
            continue
        try:
            read[name] = parse(text, fact.unit, f"{fact.high:g} {fact.unit}")
        except QuantityError as error:
            faults.append(f"{name}: {error}")
    try:
        Parameters().replace(read)
    except ParameterError as error:
        faults += error.faults
    if faults:
        raise ValueError("\n".join(faults))
    return read


class Condition(_Data):
    """A course of events in a body that starts healthy.

    Parameters
    ----------
    name, title, description : str
        How it is called, in a word, a line and a paragraph.
    duration : str
        Such as "30 day".
    diet, supplement, treatment : sequences
        What is done, each with its span.
    without : sequence of str
        Mechanisms that are switched off, from :data:`sim.control.KNOCK_OUTS`.
    parameters : mapping
        Parameters that differ from the published ones, such as {"pump_half_mg": "0.1 mM"}.

    Raises
    ------
    pydantic.ValidationError
        From Python; lists every fault. :func:`read` and :func:`load` raise
        :class:`ConditionError` instead.
    """

    name: str
    title: str = ""
    description: str = ""
    duration: Annotated[float, BeforeValidator(_hours)]
    diet: tuple[Diet, ...] = ()
    supplement: tuple[Supplement, ...] = ()
    treatment: tuple[Treatment, ...] = ()
    without: tuple[str, ...] = ()
    parameters: Annotated[dict[str, float], BeforeValidator(_read_parameters)] = {}

    @model_validator(mode="after")
    def _consistent(self) -> "Condition":
        faults = [*_duration_faults(self.duration), *without_faults(self.without)]
        faults += _contradictions(self.diet, self.supplement, self.treatment)
        if faults:
            raise ValueError("\n".join(faults))
        return self

    def control_at(self, hours: float, p: BodyParameters) -> Control:
        """What is done to a body at a moment [h]."""
        supply = {f"oral_{ion.symbol.lower()}": self._eaten(ion.name, hours, p) for ion in CATIONS}
        for s in self.supplement:
            if s.covers(hours):
                way = "oral" if s.route == "oral" else "infused"
                key = f"{way}_{BY_NAME[s.ion].symbol.lower()}"
                supply[key] = supply.get(key, 0.0) + s.dose
        set_by = {TREATMENTS[t.kind][0]: t.strength for t in self.treatment if t.covers(hours)}
        gates = {name.replace("-", "_"): 0.0 for name in self.without}
        return Control(**supply, **set_by, **gates)

    def _eaten(self, name: str, hours: float, p: BodyParameters) -> float:
        """Dietary supply of an ion at a moment [mmol/h]."""
        usual = float(getattr(p, f"intake_{BY_NAME[name].symbol.lower()}")) / HOURS_PER_DAY
        for diet in self.diet:
            value: float | None = getattr(diet, name)
            if value is not None and diet.covers(hours):
                return value
        return usual

    def events(self) -> list[tuple[float, float, str]]:
        """Every span within the duration as (start [h], stop [h], label), in order of start."""
        spans: tuple[Diet | Supplement | Treatment, ...] = (
            *self.diet, *self.supplement, *self.treatment)  # fmt: skip
        rows = [
            (s.start, min(self.duration, self.duration if s.stop is None else s.stop), s.label)
            for s in spans
            if s.start < self.duration
        ]
        return sorted(rows)

    def times(self) -> list[float]:
        """Moments within the duration at which something starts or stops [h], in order."""
        edges = {edge for start, stop, _ in self.events() for edge in (start, stop)}
        return sorted(edge for edge in edges if 0.0 < edge < self.duration)

    def revised(self, **changes: Any) -> "Condition":
        """Return a copy with some fields replaced, checked again."""
        fields: dict[str, Any] = {
            name: getattr(self, name) for name in type(self).model_fields if name not in changes
        }
        fields["duration"] = f"{self.duration} hour"
        fields["parameters"] = {k: f"{v} {FACTS[k].unit}" for k, v in self.parameters.items()}
        return Condition(**{**fields, **changes})


def named() -> list[str]:
    """Return the names of the conditions that ship, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(name: str | Path | Condition) -> Condition:
    """Return a condition by name, from a TOML file, or as it is.

    Raises
    ------
    ConditionError
        If there is no such condition or file, or the file has faults; lists them all.
    """
    if isinstance(name, Condition):
        return name
    if not isinstance(name, (str, Path)):
        raise ConditionError([f"condition = {name!r}; give a name, a TOML file or a Condition"])
    path = Path(name)
    if path.suffix != ".toml":
        if str(name) not in named():
            near = difflib.get_close_matches(str(name), named(), n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise ConditionError(
                [
                    f"no condition is called {str(name)!r}; {hint}"
                    f"there are {', '.join(named())}; a file's name ends in .toml"
                ]
            )
        path = FOLDER / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConditionError([f"{path} cannot be read: {error.strerror}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConditionError([f"{path} is not valid TOML: {error}"]) from None
    return read({"name": path.stem, **data})


def read(data: Mapping[str, Any]) -> Condition:
    """Make a condition from nested data, such as a parsed TOML file.

    Raises
    ------
    ConditionError
        Lists every fault: unknown keys with the nearest known one, units, signs, contradictions.
    """
    try:
        return Condition.model_validate(data)
    except ValidationError as error:
        told = [*faults_of(error), *_faults_behind(data, error)]
        raise ConditionError(list(dict.fromkeys(told))) from None


def faults_of(error: ValidationError) -> list[str]:
    """Turn pydantic's errors into sentences."""
    return [fault for detail in error.errors() for fault in _sentences(detail)]


PARTS: dict[str, type[_Span]] = {"diet": Diet, "supplement": Supplement, "treatment": Treatment}
"""What each list of events in a file holds."""


def _faults_behind(data: Mapping[str, Any], error: ValidationError) -> Iterator[str]:
    """Faults that pydantic does not look for once it has found another in the same place."""
    if any(detail["loc"] == () for detail in error.errors()):
        return
    valid: dict[str, list[Any]] = {key: [] for key in PARTS}
    for key, kind in PARTS.items():
        items = data.get(key, ())
        for number, item in enumerate(items if isinstance(items, (list, tuple)) else (), start=1):
            try:
                valid[key].append(kind.model_validate(item))
            except ValidationError:
                yield from (f"{key} no. {number}: {fault}" for fault in _cross_faults(item))
    yield from _contradictions(valid["diet"], valid["supplement"], valid["treatment"])
    without = data.get("without", ())
    if isinstance(without, (list, tuple)):
        yield from without_faults([name for name in without if isinstance(name, str)])
    try:
        yield from _duration_faults(_hours(data.get("duration")))
    except QuantityError:
        return


def _cross_faults(item: Any) -> Iterator[str]:
    """Faults between the keys of one event, some of which may be at fault themselves."""
    if not isinstance(item, Mapping):
        return
    try:
        stop = _hours(item["stop"]) if "stop" in item else None
        if fault := _order_fault(_hours(item.get("start", "0 day")), stop):
            yield fault
    except QuantityError:
        pass
    kind = item.get("kind")
    misspelt = not set(item) <= set(Treatment.model_fields)
    if isinstance(kind, str) and kind in TREATMENTS and not misspelt:
        fault = _strength_fault(kind, item.get("effect"), item.get("fold"))
        if fault:
            yield fault


def _duration_faults(hours: float) -> Iterator[str]:
    """Say what is wrong with a duration."""
    if not 0.0 < hours <= LONGEST_DAYS * HOURS_PER_DAY:
        days = hours / HOURS_PER_DAY
        yield f"duration is {days:g} days; give more than 0 and at most {LONGEST_DAYS:g} days"


def without_faults(names: Any) -> Iterator[str]:
    """Say which switched-off mechanisms do not exist."""
    for name in names:
        if name not in KNOCK_OUTS:
            near = difflib.get_close_matches(name, KNOCK_OUTS, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            yield f"without: no mechanism is called {name!r}; {hint}there are " + ", ".join(
                KNOCK_OUTS)  # fmt: skip


def _contradictions(diets: Any, supplements: Any, treatments: Any) -> Iterator[str]:
    """Say which events overlap and cannot both hold."""
    for a, b in combinations(diets, 2):
        both = [
            ion.name for ion in CATIONS
            if None not in (getattr(a, ion.name), getattr(b, ion.name))
        ]  # fmt: skip
        if both and a.overlaps(b):
            yield f"two diets set {' and '.join(both)} at once ({a.label}; {b.label})"
    for a, b in combinations(supplements, 2):
        if (a.ion, a.route) == (b.ion, b.route) and a.overlaps(b):
            yield (
                f"two {a.route} supplements of {a.ion} overlap ({a.label}; {b.label}); "
                "give one with the sum of the doses"
            )
    for a, b in combinations(treatments, 2):
        if a.kind == b.kind and a.overlaps(b):
            yield f"two treatments {a.kind} overlap ({a.label}; {b.label})"


WRONG_SHAPE = {
    "tuple_type": 'a list: [[{name}]] for events, ["…"] for names',
    "model_type": "a table under [[{name}]]",
    "dict_type": "a table under [{name}]",
    "string_type": "text in quotes",
}
"""What to do about a value of another shape, by pydantic's name of the error."""


def _sentences(detail: Any) -> list[str]:
    """Turn one of pydantic's errors into sentences that say where, what and what is allowed."""
    where = " ".join(f"no. {part + 1}" if isinstance(part, int) else str(part) for part in detail["loc"])
    prefix = f"{where}: " if where else ""
    if detail["type"] == "extra_forbidden":
        known = _known_keys(detail["loc"][:-1])
        near = difflib.get_close_matches(str(detail["loc"][-1]), known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return [f"{prefix}unknown key; {hint}allowed are {', '.join(known)}"]
    if detail["type"] in WRONG_SHAPE:
        name = str(detail["loc"][0]) if detail["loc"] else "the file"
        return [f"{prefix}{detail['input']!r}: write {WRONG_SHAPE[detail['type']].format(name=name)}"]
    if detail["type"] == "missing":
        return [f"{prefix}is missing"]
    message = detail["msg"].removeprefix("Value error, ")
    given = detail["input"]
    if detail["type"] != "value_error" or message.startswith("is "):
        message = f"{given!r}: {message[0].lower()}{message[1:]}"
    return [prefix + line for line in message.split("\n")]


def _known_keys(location: tuple[Any, ...]) -> list[str]:
    """Keys that are allowed at a place in a condition."""
    kind: type[_Data] = PARTS.get(location[0], Condition) if location else Condition
    return list(kind.model_fields)
