"""Names that come out of files: of conditions, studies, shards and tables; each may name a file.

A name is never a path. What a file says is called so is written below the folder that the user chose,
whatever it says.
"""

from pathlib import PureWindowsPath

MAX_CHARACTERS, MAX_BYTES = 100, 200
"""Longest name; file systems count bytes, at most 255 with what is added to a name."""


def name_problem(name: str) -> str | None:
    """Say why a text is not a name, as the end of a sentence; None if it is one.

    Parameters
    ----------
    name : str
        What a file or a caller calls something.
    """
    if not name:
        return "is empty; give a name"
    if len(name) > MAX_CHARACTERS or len(name.encode("utf-8", "replace")) > MAX_BYTES:
        return f"is too long for a name; give at most {MAX_CHARACTERS} characters"
    if not name.isprintable() or name.strip() != name:
        return "is not a name; give printable characters, with no space at the ends"
    if name.startswith(".") or {"/", "\\"} & set(name) or PureWindowsPath(name).drive:
        return "is not a name but a path; give one without / or \\ that does not begin with a full stop"
    return None
