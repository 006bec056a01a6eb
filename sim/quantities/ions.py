"""The ions of the model, with the facts that define them."""

from typing import Final, NamedTuple


class Ion(NamedTuple):
    """One ion: its name in the input, symbol, valence and molar mass [g/mol]."""

    name: str
    symbol: str
    valence: int
    molar_mass: float


SODIUM: Final = Ion("sodium", "Na", 1, 22.990)
POTASSIUM: Final = Ion("potassium", "K", 1, 39.098)
MAGNESIUM: Final = Ion("magnesium", "Mg", 2, 24.305)
CALCIUM: Final = Ion("calcium", "Ca", 2, 40.078)
CHLORIDE: Final = Ion("chloride", "Cl", -1, 35.453)
BICARBONATE: Final = Ion("bicarbonate", "HCO3", -1, 61.017)

CATIONS: Final = (SODIUM, POTASSIUM, MAGNESIUM)
"""The cations that cells exchange."""

SUPPLIED: Final = (*CATIONS, CALCIUM)
"""Cations in diets and supplements, which are given as chlorides."""

BY_NAME: Final = {ion.name: ion for ion in (*SUPPLIED, CHLORIDE, BICARBONATE)}
"""Every ion by the word that users type."""
