"""Experiments: one question each, answered with numbers, intervals and a figure."""

import sys
from types import TracebackType


def _quiet(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report an interruption in one line, even while libraries are being imported."""
    if issubclass(kind, KeyboardInterrupt):
        print("Interrupted; nothing was written.", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


if sys.argv[:1] == ["-m"]:  # Only if run as a script: the hook belongs to the whole process.
    sys.excepthook = _quiet
