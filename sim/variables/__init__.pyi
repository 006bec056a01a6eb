from .endpoints import Question as Question
from .table import PER_CELL as PER_CELL
from .table import VARIABLES as VARIABLES
from .table import Variable as Variable
