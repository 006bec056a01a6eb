"""Whether two studies are one: differences between designs, versions and manifests, in words."""

import json
from collections.abc import Mapping
from typing import Any

PRESENTATION = ("name", "title", "description", "endpoints")
"""Keys of a design that change no result."""
MAX_TEXT = 60
"""Letters of a value that are shown."""


def design_differences(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Say in which keys two designs differ, and how; what changes no result is not compared."""
    found = []
    for key in dict.fromkeys([*old, *new]):
        a, b = old.get(key), new.get(key)
        if a == b or (not prefix and key in PRESENTATION):
            continue
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            found += design_differences(a, b, f"{prefix}{key}.")
        elif _by_name(a) and _by_name(b):
            found += design_differences(_by_name(a), _by_name(b), f"{prefix}{key} ")
            names = [[name for name in _by_name(x) if name in _by_name(y)] for x, y in ((a, b), (b, a))]
            if names[0] != names[1]:
                found.append(
                    f"order of {prefix}{key}: {_brief(names[0])} in the folder, {_brief(names[1])} given"
                )
        else:
            found.append(f"{prefix}{key}: {_brief(a)} in the folder, {_brief(b)} given")
    return found


def version_differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Say which versions differ that results may depend on; the kind of machine is none of them."""
    return [
        f"{name} {old.get(name)} in the folder, {version} here"
        for name, version in new.items()
        if name != "machine" and old.get(name) != version
    ]


def manifest_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Say why results of two manifests do not belong to one study."""
    names = {"bodies_per_part": "batches of another size", "points": "other parameter sets"}
    return [
        *design_differences(a["design"], b["design"]),
        *version_differences(a["versions"], b["versions"]),
        *(text for key, text in names.items() if a[key] != b[key]),
    ]


def _by_name(value: Any) -> dict[str, Any]:
    """Conditions by name; nothing for any other value."""
    if isinstance(value, list) and value and all(isinstance(v, dict) and "name" in v for v in value):
        return {item["name"]: item for item in value}
    return {}


def _brief(value: Any) -> str:
    """Write a value, shortened if it is long."""
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 3] + " …"
