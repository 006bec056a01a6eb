"""Docstrings of the program in Markdown: roles become links to what the site documents."""

import re
from typing import Any

from griffe import Extension, Object

ROLE = re.compile(r":(?:func|meth|class|mod|data|attr|exc|obj):`(~?)([\w.]+)`")


def linked(match: re.Match[str]) -> str:
    """Link to a documented name; plain code if the site does not document it."""
    short, name = match.groups()
    shown = name.rsplit(".", 1)[-1] if short else name
    return f'<autoref identifier="{name}" optional><code>{shown}</code></autoref>'


class Docstrings(Extension):
    """Prepares every docstring for the NumPy parser and for Markdown."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Rewrite the docstring of an object."""
        if obj.docstring is not None:
            text = obj.docstring.value
            obj.docstring.value = ROLE.sub(linked, text).replace("::\n\n    ", ":\n\n    ")
