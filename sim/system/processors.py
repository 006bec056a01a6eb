"""How many processors there are to use."""

import os


def usable_processors() -> int:
    """Processors that this process may use, which a batch queue may have narrowed down."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
