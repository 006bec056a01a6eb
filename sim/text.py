"""Text from files and commands, made safe to show on a terminal."""

import unicodedata

KEPT = "\n\t"
"""Control characters that only lay out text."""


def printable(text: str) -> str:
    r"""Return text in which what a terminal would obey is escaped, such as ``\u001b`` for escape.

    Control characters, marks that reverse the direction of writing and undecodable bytes are escaped;
    line feeds, tabs and spaces of any width stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in KEPT or _is_space(c) else _escaped(c) for c in text)


def _is_space(character: str) -> bool:
    return unicodedata.category(character) == "Zs"


def _escaped(character: str) -> str:
    """Write a character by its number, in a form that JSON and Python read."""
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
