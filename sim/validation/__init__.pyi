from .forest import forest_plot as forest_plot
from .targets import CALIBRATION as CALIBRATION
from .targets import HELD_OUT as HELD_OUT
from .targets import TARGETS as TARGETS
from .targets import Target as Target
from .trials import Trials as Trials
from .verdicts import Verdict as Verdict
from .verdicts import validate as validate
