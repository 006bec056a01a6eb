"""Experiments: one question each, answered with numbers, intervals and a figure."""

import sys
from types import TracebackType


def _quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Tell of an interruption in one line, even while libraries are being loaded."""
    if issubclass(kind, KeyboardInterrupt):
        print("Interrupted; nothing was written.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


if sys.argv[:1] == ["-m"]:  # Run as a script, and only so.
    sys.excepthook = _quiet
