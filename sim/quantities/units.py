"""Internal units of the program and the physical constants that relate them.

Internally, every number is in mmol, L, h, mM, mV and mosm. Text with other units is converted once,
on input, by :mod:`sim.quantities.parsing`; results are converted to days once, by
:mod:`sim.simulation.recorder`.
"""

from typing import Final

HOURS_PER_DAY: Final = 24.0
"""Hours in a day: results are in days, the model is in hours."""
MINUTES_PER_HOUR: Final = 60.0

GAS_CONSTANT: Final = 8.314462618
"""Molar gas constant [J/(mol K)], CODATA 2018."""
FARADAY_CONSTANT: Final = 96485.33212
"""Faraday constant [C/mol], CODATA 2018."""
BODY_TEMPERATURE: Final = 310.15
"""Core temperature [K], 37 °C."""

THERMAL_VOLTAGE: Final = 1e3 * GAS_CONSTANT * BODY_TEMPERATURE / FARADAY_CONSTANT
"""RT/F at 37 °C [mV]. A reduced potential is u = V / THERMAL_VOLTAGE, without unit."""
