"""Number of processors."""

import os


def usable_processors() -> int:
    """Count the processors that this process may use.

    That may be fewer than the machine has: a batch queue or a container restricts a process to some.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
