from .commands import main as main
from .console import FAILED as FAILED
from .console import INTERRUPTED as INTERRUPTED
from .console import INVALID_INPUT as INVALID_INPUT
from .console import announce_compilation as announce_compilation
from .console import new_console as new_console
from .console import refuse as refuse
from .options import place_problems as place_problems
