"""Starting processes without running the user's script again in each of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def hidden_main_module() -> Iterator[None]:
    """Hide ``__main__`` from processes started meanwhile.

    Multiprocessing imports the main script in every new process, so that it knows what the script
    defines. Executors send nothing from it, and a script that runs a study without a guard would start
    that study again in each worker.
    """
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script
