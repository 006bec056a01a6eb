"""Cell, fluid, gut, kidney and hormones: their state, rates and steady state."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
