"""Statistics of replicate studies, whose arms share their random numbers.

Replicates that share random numbers are paired across arms, so arms are compared by the differences
within pairs. NaN means missing: functions leave out the value, or its pair, and report how many remain.
That is unbiased only if values are missing for reasons unrelated to them. SciPy provides a method
wherever it has it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
