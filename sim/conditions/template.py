"""The commented example of a condition that ``sim init`` writes.

It is made from the models of the events, the table of treatments and the parameters, so that it cannot
disagree with them.
"""

import json
import textwrap

from sim.conditions.diagnostics import EVENTS
from sim.conditions.treatments import STRENGTHS, TREATMENTS
from sim.parameters import FACTS, BodyParameters
from sim.quantities.ions import SUPPLIED

WIDTH = 100
NOTE_COLUMN = 34
"""Layout: longest line of a comment, and column where remarks begin."""
MECHANISM, PARAMETER = "romk-mg-block", "pump_half_mg"
"""Examples of a mechanism to switch off and of a parameter to change."""
WRITTEN = ("diet", "supplement")
"""Events that the example contains; the others stand in it as comments."""


def condition_template() -> str:
    """Write the example.

    Returns
    -------
    str
        TOML in which ``{file}`` stands for the name of the file.
    """
    fact = FACTS[PARAMETER]
    blocks = [
        [
            "# A condition: interventions on a body that starts healthy. Lines behind # are comments.",
            "# Run it with:  sim run {file}",
            _line("title", "My condition"),
            _line("description", "The interventions, and why."),
            _line("duration", "60 day", "any unit of time: hour, day, week"),
        ],
        [
            *_comment("Mechanisms to switch off (names: sim describe --mechanisms)."),
            f"# {_line('without', [MECHANISM])}",
        ],
        *(_event_block(key) for key in EVENTS),
        [
            *_comment("Parameters to change (names, units and ranges: sim describe)."),
            "# [parameters]",
            f"# {_line(PARAMETER, f'{fact.low:g} {fact.unit}')}",
        ],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _event_block(key: str) -> list[str]:
    """Explain a list of events, and write one of them."""
    event = EVENTS[key]
    explanation = (event.__doc__ or "").split("\n\n")[0]
    if key == "diet":
        explanation += f" Usual diet: {_usual_diet()}."
    if key == "treatment":
        explanation += f" {_treatments()}"
    lines = [f"[[{key}]]"]
    lines += [_line(name, value, event.notes.get(name)) for name, value in event.example.items()]
    mark = "" if key in WRITTEN else "# "
    return [*_comment(explanation), *(mark + line for line in lines)]


def _usual_diet() -> str:
    """Usual intakes of the typical body."""
    body = BodyParameters()
    intakes = [f"{i.symbol} {getattr(body, f'intake_{i.symbol.lower()}'):g}" for i in SUPPLIED]
    return f"{', '.join(intakes)} mmol/day"


def _treatments() -> str:
    """Every treatment, under the strength that it takes."""
    sentences = []
    for strength in STRENGTHS.values():
        names = [rule.name for rule in TREATMENTS.values() if rule.strength is strength]
        example = _line(strength.name, strength.example)
        sentences.append(f"{strength.meaning.capitalize()}, {example}: {', '.join(names)}.")
    return " ".join(sentences)


def _line(key: str, value: object, note: str | None = None) -> str:
    """Write a key, its value and a remark; text, numbers and lists are in TOML as in JSON."""
    text = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    return f"{text:<{NOTE_COLUMN}}# {note}" if note else text


def _comment(text: str) -> list[str]:
    """Wrap a text into lines of a comment."""
    return textwrap.wrap(
        text, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )
