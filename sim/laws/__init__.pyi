from .electrodiffusion import nernst_potential as nernst_potential
from .pump_expression import expression_rate as expression_rate
from .sodium_pump import mg_atp as mg_atp
from .sodium_pump import pump_rate as pump_rate
