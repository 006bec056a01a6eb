from .endpoints import Endpoint as Endpoint
from .table import PER_CELL as PER_CELL
from .table import VARIABLES as VARIABLES
from .table import Variable as Variable
