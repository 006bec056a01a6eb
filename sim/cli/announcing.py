"""What a command says before it starts: the plan, its size, and remarks; and progress in a log."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

TENTHS = 10


def announce(console: "Console", lines: Iterable[str], remarks: Iterable[str]) -> None:
    """Print a plan, and remarks on it."""
    for line in (*lines, *(f"Note: {remark}" for remark in remarks)):
        console.print(line, soft_wrap=True)


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
        tenth = int(TENTHS * completed / total * (1.0 + 1e-12)) if total > 0.0 else 0
        if tenth > self._shown and not self._console.is_terminal:
            self._shown = tenth
            line = f"{self._name}: {100 * tenth // TENTHS} %, {details}"
            self._console.print(line, soft_wrap=True)
