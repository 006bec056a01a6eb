"""Build steps of the site: files from elsewhere in the repository, and tables from the program."""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from pkgutil import iter_modules
from posixpath import normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
PAGES = ".docs/pages/"
MOVED = {
    "README.md": "index.md",
    "experiments/results/README.md": "experiments/results/answers.md",
}
"""Pages that have another place in the site than in the repository."""
COPIED = (
    "README.md",
    ".github/*.md",
    "experiments/*.py",
    "experiments/results/README.md",
    "experiments/results/*/*.png",
    "experiments/results/*/*.csv",
    "notebooks/*.ipynb",
)
"""Files that the pages show or link to; each is read where it stands."""
NOT_PAGES = {"PULL_REQUEST_TEMPLATE.md"}
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")
"""Target of a relative link or picture, without the anchor."""
TABLE = re.compile(r"<!-- table: ([a-z ]+) -->")
"""Where a page wants a table that is made from the program."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files that stand outside the folder of pages."""
    for pattern in COPIED:
        for path in sorted(ROOT.glob(pattern)):
            if path.name not in NOT_PAGES:
                source = path.relative_to(ROOT).as_posix()
                files.append(File.generated(config, place_in_site(source), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Point links into the site, and fill in tables."""
    source = Path(page.file.abs_src_path).relative_to(ROOT).as_posix()
    home, here = Path(source).parent.as_posix(), Path(page.file.src_uri).parent.as_posix()

    def moved(match: re.Match[str]) -> str:
        return relpath(place_in_site(normpath(f"{home}/{match[1]}")), here)

    return TABLE.sub(lambda match: TABLES[match[1]](), LINK.sub(moved, markdown))


def place_in_site(source: str) -> str:
    """Path in the site of a file of the repository."""
    return MOVED.get(source, source.removeprefix(PAGES).removeprefix(".github/"))


def table(headings: str, rows: Iterable[Iterable[str]]) -> str:
    """Write a Markdown table; its headings are separated by bars."""
    titles = headings.split("|")
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _treatments() -> str:
    from sim.conditions import TREATMENTS

    def rows() -> Iterator[list[str]]:
        for rule in TREATMENTS.values():
            kind = rule.strength
            unit = "" if kind.unit == "1" else f" {kind.unit}"
            limits = f"{kind.low:g} to {rule.high:g}{unit}"
            yield [f"`{rule.name}`", f"`{kind.name}`", limits, rule.meaning]

    return table("treatment|strength|range|meaning", rows())


def _mechanisms() -> str:
    from sim.parameters import KNOCK_OUTS

    rows = ([f"`{name}`", meaning] for name, meaning in KNOCK_OUTS.items())
    return table("mechanism|when it is switched off", rows)


def _conditions() -> str:
    from sim.conditions import built_in_conditions, load
    from sim.quantities import HOURS_PER_DAY

    loaded = map(load, built_in_conditions())
    rows = ([f"`{c.name}`", f"{c.duration / HOURS_PER_DAY:g}", c.title] for c in loaded)
    return table("condition|days|title", rows)


def _variables() -> str:
    from sim.variables import VARIABLES

    def rows() -> Iterator[list[str]]:
        for name, variable in VARIABLES.items():
            known = variable.low == variable.low
            limits = f"{variable.low:g} to {variable.high:g}" if known else ""
            yield [f"`{name}`", variable.unit, limits, variable.meaning]

    return table("variable|unit|reference|meaning", rows())


def _measures() -> str:
    from sim.validation import MEASURES

    def rows() -> Iterator[list[str]]:
        for name, measure in MEASURES.items():
            yield [f"`{name}`", first_line(measure)]

    return table("measure|what it is", rows())


def _parameters() -> str:
    from sim.parameters import markdown_table

    return markdown_table()


def _bases() -> str:
    from collections import Counter

    from sim.parameters import Basis, describe

    counts = Counter(entry.fact.basis for entry in describe())
    meanings = {
        Basis.MEASURED: "printed in a source",
        Basis.DERIVED: "follows from printed numbers",
        Basis.FITTED: "chosen within its range so that published findings are met",
        Basis.ASSUMED: "chosen within its range; no readable source settles it",
    }
    rows = ([basis.value, meaning, str(counts[basis])] for basis, meaning in meanings.items())
    return table("basis|what it means|parameters", rows)


def _figures() -> str:
    from sim.figures import FIGURES

    def rows() -> Iterator[list[str]]:
        for name, draw in FIGURES.items():
            # Each entry passes parts of a run to one function, whose docstring says what it draws.
            function = draw.__globals__[draw.__code__.co_names[0]]
            yield [f"`{name}`", first_line(function)]

    return table("name|what it shows", rows())


def _laws() -> str:
    import sim.laws

    names = sorted(module.name for module in iter_modules(sim.laws.__path__))
    return "\n\n".join(f"::: sim.laws.{name}" for name in names)


def first_line(described: object) -> str:
    """Summary of a docstring, on one line."""
    return " ".join((described.__doc__ or "").split("\n\n")[0].split())


TABLES: dict[str, Callable[[], str]] = {
    "bases": _bases,
    "conditions": _conditions,
    "figures": _figures,
    "laws": _laws,
    "measures": _measures,
    "mechanisms": _mechanisms,
    "parameters": _parameters,
    "treatments": _treatments,
    "variables": _variables,
}
"""Tables by the name under which a page wants them."""
