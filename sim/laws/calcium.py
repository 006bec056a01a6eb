"""Extracellular calcium: bone defends a level set by PTH; gut and kidney follow PTH."""

from sim.numerics.elementary import power
from sim.numerics.jit import law


@law
def bone_calcium_release(
    ca: float, normal: float, volume: float, effect: float, floor: float, rate: float
) -> float:
    """Ca released by bone; negative when bone takes it up.

    Parameters
    ----------
    ca, normal : float or array
        Ionised Ca, now and normally [mM].
    volume : float or array
        Extracellular volume [L].
    effect : float or array
        Effect of PTH on bone over normal, from 0 to 2 [1].
    floor : float
        Level over normal that bone defends without PTH [1].
    rate : float
        Exchange per difference of concentration [1/h].

    Returns
    -------
    float or array
        Release [mmol/h].

    Limits
    ------
    Zero at normal Ca and normal PTH. Without PTH it is zero at floor · normal.
    """
    defended = normal * (floor + (1.0 - floor) * effect)
    return rate * volume * (defended - ca)


@law
def calcium_absorption(supply: float, fraction: float, effect: float, independent: float) -> float:
    """Net Ca absorbed by the gut [mmol/h].

    Parameters
    ----------
    supply : float or array
        Ca swallowed [mmol/h].
    fraction : float
        Part absorbed at normal PTH [1].
    effect : float or array
        Effect of PTH, through calcitriol, over normal [1].
    independent : float
        Part of absorption that needs no PTH [1].

    Limits
    ------
    fraction · supply at normal PTH. independent · fraction · supply without PTH.
    """
    return supply * fraction * (independent + (1.0 - independent) * effect)


@law
def calcium_excretion(
    normal: float, ca_relative: float, action: float, exponent: float, saving: float
) -> float:
    """Urinary Ca [mmol/h].

    Parameters
    ----------
    normal : float or array
        Excretion at the normal state [mmol/h].
    ca_relative, action : float or array
        Ionised Ca and PTH action over normal [1].
    exponent : float
        How steeply excretion follows Ca [1].
    saving : float
        Rise of excretion when PTH no longer saves Ca [1].

    Limits
    ------
    Normal at the normal state. 1 + saving times as much without PTH. Rises with Ca.
    """
    return normal * power(ca_relative, exponent) * (1.0 + saving) / (1.0 + saving * action)
