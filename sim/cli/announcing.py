"""What a command says before it starts: the plan, its size, and remarks; and progress in a log."""

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

TENTHS = 10


def announce(console: "Console", lines: Iterable[str], remarks: Iterable[str]) -> None:
    """Print a plan, and remarks on it.

    On a terminal, lines are broken between words and continue indented; a log has them whole.
    """
    for line in (*lines, *(f"Note: {remark}" for remark in remarks)):
        console.print(_wrapped(line, console.width) if console.is_terminal else line, soft_wrap=True)


def _wrapped(line: str, width: int) -> str:
    """Break a line between words; what follows is indented further than its beginning."""
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(
        line.lstrip(),
        max(width, 2 * len(indent) + 20),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


class ProgressLog:
    """Writes a line at every tenth, where no terminal can show a bar.

    Parameters
    ----------
    console : Console
        Where to write.
    name : str
        Of what is in progress.
    """

    def __init__(self, console: "Console", name: str) -> None:
        self._console, self._name, self._shown = console, name, 0

    def update(self, completed: float, total: float, details: str) -> None:
        """Say how far it is, if another tenth is completed."""
        share = min(1.0, completed / total) if total > 0.0 else 0.0
        tenth = int(TENTHS * share * (1.0 + 1e-12))
        if tenth > self._shown and not self._console.is_terminal:
            self._shown = tenth
            self._console.print(f"{self._name}: {100 * share:.0f} %, {details}", soft_wrap=True)
