from . import elementary as elementary
from . import significand as significand
from .chebyshev import Equations as Equations
from .chebyshev import Workspace as Workspace
from .elementary import quotient as quotient
from .random_streams import Purpose as Purpose
from .random_streams import stream as stream
from .significand import ROOT_OF_HALF as ROOT_OF_HALF
