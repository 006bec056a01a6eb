"""Command line: ``sim run``, ``sim compare``, ``sim study``, ``sim list``, ``sim describe`` …

Other programs with a command line, such as those in ``experiments``, share its console and exit codes.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
