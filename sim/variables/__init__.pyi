from .endpoints import Endpoint as Endpoint
from .table import PER_CELL as PER_CELL
from .table import VARIABLES as VARIABLES
from .variable import CellVariable as CellVariable
from .variable import RecordedVariable as RecordedVariable
from .variable import Variable as Variable
