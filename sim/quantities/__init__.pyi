from .ions import BY_NAME as BY_NAME
from .ions import CATIONS as CATIONS
from .ions import SUPPLIED as SUPPLIED
from .ions import Ion as Ion
from .parsing import parse as parse
from .parsing import written as written
from .units import HOURS_PER_DAY as HOURS_PER_DAY
from .units import THERMAL_VOLTAGE as THERMAL_VOLTAGE
