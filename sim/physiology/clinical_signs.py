"""Clinical signs: arterial pressure, QTc and excitability, from plasma levels and cells.

They follow from the state and do not act back on it.
"""

from sim.laws.arterial_pressure import mean_arterial_pressure
from sim.laws.excitability import available_channels, threshold_potential
from sim.laws.qt_interval import corrected_qt
from sim.parameters import CELL_TYPES, Parameters

MIN_QTC = 200.0
"""Shortest QTc [ms]; those of the short-QT syndrome are 220 ms and more."""


def arterial_pressure(
    ecf_volume: float, smooth_muscle_na: float, healthy_na: float, p: Parameters
) -> float:
    """Mean arterial pressure [mmHg] from extracellular volume [L] and Na_i of smooth muscle [mM].

    ``healthy_na`` is that of the same cells in health [mM].
    """
    signs = p.signs
    return mean_arterial_pressure(
        signs.pressure,
        ecf_volume / p.body.ecf_volume,
        smooth_muscle_na / healthy_na,
        signs.pressure_volume_exponent,
        signs.pressure_na_exponent,
        signs.pressure_tone_ceiling,
    )


def qt_interval(k: float, mg: float, ca_ionised: float, p: Parameters) -> float:
    """QTc [ms] from plasma K, total plasma Mg and ionised plasma Ca [mM]."""
    signs, body = p.signs, p.body
    mg_normal = body.plasma_mg_ionised + body.plasma_mg_complexed + body.plasma_mg_bound
    return corrected_qt(
        signs.qtc,
        k,
        signs.qtc_k_from,
        signs.qtc_k,
        mg_normal - mg,
        signs.qtc_mg,
        body.plasma_ca_ionised - ca_ionised,
        signs.qtc_ca,
        MIN_QTC,
    )


def excitability(cell_type: str, potential: float, mg: float, ca: float, p: Parameters) -> float:
    """Distance from the membrane potential up to the threshold [mV]; less is more excitable.

    Parameters
    ----------
    cell_type : {"muscle", "heart"}
        Type of the cells.
    potential : float
        Their membrane potential [mV].
    mg, ca : float
        Ionised plasma Mg and Ca [mM].
    p : Parameters
        Parameters of the model.
    """
    signs, body = p.signs, p.body
    rest = p.of_types()[CELL_TYPES.index(cell_type)].rest_potential
    weight = signs.screening_mg_weight
    screening = (ca + weight * mg) / (body.plasma_ca_ionised + weight * body.plasma_mg_ionised)
    available = available_channels(potential, signs.inactivation_half, signs.inactivation_slope)
    normally = available_channels(rest, signs.inactivation_half, signs.inactivation_slope)
    thresholds = {"muscle": signs.threshold_muscle, "heart": signs.threshold_heart}
    threshold = threshold_potential(
        thresholds[cell_type],
        screening,
        available / normally,
        signs.screening_shift,
        signs.threshold_slope,
    )
    return threshold - potential
