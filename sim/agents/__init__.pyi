from .cell import CellAgent as CellAgent
from .extracellular import ExtracellularAgent as ExtracellularAgent
from .model import REPORTERS as REPORTERS
from .model import TissueModel as TissueModel
from .renal import RenalAgent as RenalAgent
