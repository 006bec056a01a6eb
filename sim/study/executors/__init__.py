"""Executors: ways to carry out many independent tasks, behind one protocol and in one table.

They know nothing of studies. A new executor is a module of its own and a line in
:data:`sim.study.executors.registry.EXECUTORS`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
