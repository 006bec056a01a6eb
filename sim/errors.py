"""The error of input that cannot be: it lists every fault at once."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Input at fault. ``faults`` holds a sentence for each: what was given, what is allowed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def unknown_names(names: Iterable[str], known: Iterable[str], what: str) -> Iterable[str]:
    """Say which names do not exist, with the nearest one that does."""
    known = list(known)
    for name in (name for name in names if name not in known):
        near = difflib.get_close_matches(str(name), known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield f"no {what} is called {name!r}{hint}"
