"""Salts in which ions are given, as data: what a mass of each holds of its ion.

A mass of a salt is not a mass of its ion: 4 g of MgSO4·7H2O hold 16 mmol of Mg, 4 g of Mg are 165 mmol.
A name without its water of crystallisation means the form that is sold: MgSO4 is the heptahydrate of
ampoules. The model gives every supplement as the chloride of its ion; ``anion`` states which anion the
salt has, whose own effects are left out.
"""

import re
from typing import Final, NamedTuple

from sim.quantities.ions import CALCIUM, MAGNESIUM, POTASSIUM, SODIUM, SUPPLIED, Ion


class Salt(NamedTuple):
    """A substance that supplies an ion.

    Attributes
    ----------
    formula : str
        With its water of crystallisation.
    molar_mass : float
        Of that formula [g/mol].
    ion : Ion
        What it supplies.
    n_ions : int
        Ions in a formula unit.
    anion : str
        What comes with the ion; empty for the element itself.
    names : tuple of str
        Other spellings, of which capitals, spaces and punctuation do not matter.
    """

    formula: str
    molar_mass: float
    ion: Ion
    n_ions: int
    anion: str
    names: tuple[str, ...] = ()


SALTS: Final = (
    Salt("NaCl", 58.443, SODIUM, 1, "chloride", ("sodium chloride", "table salt", "salt")),
    Salt("NaHCO3", 84.007, SODIUM, 1, "bicarbonate", ("sodium bicarbonate",)),
    Salt("NaC3H5O3", 112.06, SODIUM, 1, "lactate", ("sodium lactate", "Na lactate")),
    Salt("Na3C6H5O7·2H2O", 294.10, SODIUM, 3, "citrate",
         ("sodium citrate", "Na3 citrate", "Na citrate")),
    Salt("KCl", 74.551, POTASSIUM, 1, "chloride", ("potassium chloride",)),
    Salt("KHCO3", 100.115, POTASSIUM, 1, "bicarbonate", ("potassium bicarbonate",)),
    Salt("K3C6H5O7·H2O", 324.41, POTASSIUM, 3, "citrate",
         ("potassium citrate", "K3 citrate", "K citrate")),
    Salt("KC6H11O7", 234.25, POTASSIUM, 1, "gluconate", ("potassium gluconate", "K gluconate")),
    Salt("KH2PO4", 136.086, POTASSIUM, 1, "phosphate",
         ("potassium dihydrogen phosphate", "monopotassium phosphate")),
    Salt("K2HPO4", 174.176, POTASSIUM, 2, "phosphate",
         ("dipotassium hydrogen phosphate", "dipotassium phosphate")),
    Salt("MgSO4·7H2O", 246.475, MAGNESIUM, 1, "sulphate",
         ("MgSO4", "magnesium sulphate", "magnesium sulfate", "magnesium sulphate heptahydrate",
          "magnesium sulfate heptahydrate")),
    Salt("anhydrous MgSO4", 120.368, MAGNESIUM, 1, "sulphate",
         ("MgSO4 anhydrous", "anhydrous magnesium sulphate", "anhydrous magnesium sulfate")),
    Salt("MgCl2·6H2O", 203.303, MAGNESIUM, 1, "chloride", ("MgCl2", "magnesium chloride")),
    Salt("anhydrous MgCl2", 95.211, MAGNESIUM, 1, "chloride", ("MgCl2 anhydrous",)),
    Salt("MgO", 40.304, MAGNESIUM, 1, "oxide", ("magnesium oxide",)),
    Salt("Mg(OH)2", 58.320, MAGNESIUM, 1, "hydroxide", ("magnesium hydroxide",)),
    Salt("MgCO3", 84.313, MAGNESIUM, 1, "carbonate", ("magnesium carbonate",)),
    Salt("Mg3(C6H5O7)2", 451.11, MAGNESIUM, 3, "citrate", ("magnesium citrate", "Mg citrate")),
    Salt("MgC12H22O14", 414.60, MAGNESIUM, 1, "gluconate", ("magnesium gluconate", "Mg gluconate")),
    Salt("MgC6H10O6·2H2O", 238.48, MAGNESIUM, 1, "lactate", ("magnesium lactate", "Mg lactate")),
    Salt("CaCO3", 100.086, CALCIUM, 1, "carbonate", ("calcium carbonate",)),
    Salt("CaCl2·2H2O", 147.014, CALCIUM, 1, "chloride", ("CaCl2", "calcium chloride")),
    Salt("anhydrous CaCl2", 110.984, CALCIUM, 1, "chloride", ("CaCl2 anhydrous",)),
    Salt("CaC12H22O14·H2O", 448.39, CALCIUM, 1, "gluconate", ("calcium gluconate", "Ca gluconate")),
    Salt("Ca3(C6H5O7)2·4H2O", 570.49, CALCIUM, 3, "citrate", ("calcium citrate", "Ca citrate")),
    Salt("Ca(C2H3O2)2", 158.17, CALCIUM, 1, "acetate", ("calcium acetate", "Ca acetate")),
)  # fmt: skip
"""Salts of medicines and foods. Molar masses follow from the IUPAC standard atomic weights."""

USUAL_SALT: Final = {
    SODIUM: "NaCl",
    POTASSIUM: "KCl",
    MAGNESIUM: "MgSO4·7H2O",
    CALCIUM: "CaCO3",
}
"""Formula of the salt in which each ion is given most often."""


def element(ion: Ion) -> Salt:
    """Return the ion by itself, as "300 mg Mg" means it."""
    return Salt(ion.symbol, ion.molar_mass, ion, 1, "", (ion.name, f"elemental {ion.name}"))


def usual_salt(ion: Ion) -> Salt | None:
    """Return the salt in which an ion is given most often; None if it is not given."""
    formula = USUAL_SALT.get(ion)
    return next((salt for salt in SALTS if salt.formula == formula), None)


def find_salt(name: str, ion: Ion) -> Salt | None:
    """Return the substance of a name, be it the ion itself; None if there is none.

    Parameters
    ----------
    name : str
        Such as "MgSO4", "magnesium sulphate", "Mg". Capitals matter for symbols of elements only:
        "mg" is a unit.
    ion : Ion
        Whose symbol and name are known too.
    """
    for own in (ion, *SUPPLIED):
        if name in (own.symbol, f"{own.symbol}{own.valence}+", f"{own.symbol}{'+' * own.valence}"):
            return element(own)
        if _key(name) in map(_key, element(own).names):
            return element(own)
    return _BY_KEY.get(_key(name))


def salts_of(ion: Ion) -> list[str]:
    """Return what can be written after a mass of an ion: its symbol, and its salts in short."""
    return [ion.symbol, *(_short(salt) for salt in SALTS if salt.ion == ion)]


def _short(salt: Salt) -> str:
    """Shortest clear way to write a salt: in words if its anion is organic, else without water."""
    if re.search(r"C\d", salt.formula):
        return salt.names[0]
    plain = salt.formula.split("·")[0]
    return plain if find_salt(plain, salt.ion) == salt else salt.formula


def _key(name: str) -> str:
    """A name without capitals, spaces and punctuation, its subscripts as plain digits."""
    return re.sub(r"[\s·•*.,_()-]", "", name.translate(_SUBSCRIPTS)).lower()


_SUBSCRIPTS: Final = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_BY_KEY: Final = {_key(name): salt for salt in SALTS for name in (salt.formula, *salt.names)}
