"""Designs of studies in TOML files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.errors import DesignError, InputError
from sim.study.design import Design, read_design
from sim.system.data_files import read_toml


def load_design(path: str | Path) -> Design:
    """Read the design in a TOML file; files of conditions are looked for beside it.

    Raises
    ------
    DesignError
        If there is no such file, or it has problems; lists them all.
    """
    return read_design(_parsed(Path(path)))


def design_data(what: Sequence[str]) -> dict[str, Any]:
    """Design as data, not yet checked: from one study file, or with some conditions as arms.

    Parameters
    ----------
    what : sequence of str
        A TOML file with a key ``conditions``; or names and files of conditions.

    Raises
    ------
    DesignError
        If a study file cannot be read.
    """
    if len(what) == 1 and what[0].endswith(".toml"):
        data = _parsed(Path(what[0]))
        if "conditions" in data:
            return data
    return {"name": "-".join(Path(name).stem for name in what)[:80], "conditions": list(what)}


def _parsed(path: Path) -> dict[str, Any]:
    """Contents of a study file."""
    try:
        data = read_toml(path)
    except InputError as error:
        raise DesignError(error.problems) from None
    if isinstance(data.get("conditions"), list):
        data["conditions"] = [
            path.parent / item if isinstance(item, str) and item.endswith(".toml") else item
            for item in data["conditions"]
        ]
    return {"name": path.stem, **data}
