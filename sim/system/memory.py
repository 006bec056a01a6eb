"""How much memory there is."""

import os


def memory_bytes() -> int:
    """Memory of this machine [B]."""
    return int(os.sysconf("SC_PAGE_SIZE")) * int(os.sysconf("SC_PHYS_PAGES"))
