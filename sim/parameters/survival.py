"""Limits of survival: plasma levels and pressure beyond which a body does not live untreated.

They mark results, they do not act on the model: a simulation goes on beyond them, because what the
equations say there may still be of use, but its outcome is "not survivable". Each limit lies near the
most extreme value that is known to have been survived, so that it marks no body that could live.
"""

from typing import Final, NamedTuple

from sim.parameters.facts import Basis
from sim.parameters.sources import ASSUMED, Source

TRAN_2005: Final = Source(
    "Tran 2005",
    "Tran 2005, South Med J 98:729: plasma K above 10 mM is fatal unless treated at once; one survivor",
)
MAURYA_2010: Final = Source(
    "Maurya 2010",
    "Maurya et al. 2010, Postgrad Med J 86:692: 1.0 to 3.4 mM of K in 30 patients with paralysis; "
    "at 0.9 mM another had cardiac arrest (ten Bos et al. 2016, Neth J Med)",
)
CARLBERG_2013: Final = Source(
    "Carlberg 2013", "Carlberg et al. 2013, J Emerg Med 45:228: 196 mM of Na, the highest survived"
)
CHAWLA_2011: Final = Source(
    "Chawla 2011", "Chawla et al. 2011, Clin J Am Soc Nephrol 6:960: 32 survivors of Na below 110 mM"
)
LU_NIGHTINGALE_2000: Final = Source(
    "Lu & Nightingale 2000",
    "Lu & Nightingale 2000, Clin Pharmacokinet 38:305: breathing fails at 5 to 6.5 mM of Mg, the "
    "heart's conduction at 7.5 mM and more",
)
URBAN_1988: Final = Source(
    "Urban 1988",
    "Urban et al. 1988, Ann Intern Med 109:110: ionised Ca 0.26 to 0.89 mM in cardiac arrest",
)
EXTREME_ALKALOSIS_2016: Final = Source(
    "PMC5040772", "A man with 82 mM of HCO3 who survived with dialysis, 2016, PMC5040772"
)


class SurvivalLimit(NamedTuple):
    """A bound that a living body does not cross.

    Attributes
    ----------
    variable : str
        As in the table of a run.
    meaning : str
        In words.
    unit : str
        Of the bound.
    low, high : float
        Bounds; infinite where there is none.
    sources : tuple of Source
        Of the lower and of the upper bound.
    basis : Basis
        How well they are known.
    """

    variable: str
    meaning: str
    unit: str
    low: float
    high: float
    sources: tuple[Source, Source]
    basis: Basis = Basis.ASSUMED


SURVIVAL_LIMITS: Final = (
    SurvivalLimit("plasma_k", "plasma K", "mM", 1.0, 9.0, (MAURYA_2010, TRAN_2005)),
    SurvivalLimit("plasma_na", "plasma Na", "mM", 95.0, 200.0, (CHAWLA_2011, CARLBERG_2013)),
    SurvivalLimit("plasma_ca_ionised", "ionised plasma Ca", "mM", 0.4, 4.0, (URBAN_1988, ASSUMED)),
    SurvivalLimit(
        "plasma_mg", "total plasma Mg", "mM", -float("inf"), 7.5, (ASSUMED, LU_NIGHTINGALE_2000)
    ),
    SurvivalLimit("plasma_hco3", "plasma HCO3", "mM", 2.0, 90.0, (ASSUMED, EXTREME_ALKALOSIS_2016)),
    SurvivalLimit("osmolality", "osmolality", "mosm/L", 190.0, 450.0, (ASSUMED, ASSUMED)),
    SurvivalLimit("pressure", "mean arterial pressure", "mmHg", 35.0, float("inf"), (ASSUMED, ASSUMED)),
)
"""Limits, each set with a margin to the extreme cases in its sources; hence the basis."""
