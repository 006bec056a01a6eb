"""Where numbers come from: one citation object a source.

A parameter names one of these. ``ASSUMED`` and ``FITTED`` stand where no readable source settles the
number; the program says so wherever it prints it.
"""

from typing import Final, NamedTuple


class Source(NamedTuple):
    """A publication, or the honest absence of one."""

    key: str
    citation: str


BORON_BOULPAEP: Final = Source("Boron & Boulpaep", "Boron & Boulpaep, Medical Physiology, 3rd ed.")
STADT_2022: Final = Source("Stadt 2022", "Stadt et al. 2022, model of human K balance")
RYSCHON_1996: Final = Source("Ryschon 1996", "Ryschon et al. 1996, J Lab Clin Med 127:207")
DORUP_1988: Final = Source("Dørup 1988", "Dørup et al. 1988, Clin Sci 74:241")
DORUP_RATS: Final = Source(
    "Dørup, rats", "Dørup & Clausen: Mg- and K-depleted rats, pump sites against muscle K, r 0.98"
)
DESPA_BERS_2003: Final = Source("Despa & Bers 2003", "Despa & Bers 2003, Na,K-pump in heart cells")
NAKAO_GADSBY: Final = Source("Nakao & Gadsby", "Nakao & Gadsby, pump current in heart cells")
FRIEDRICH: Final = Source("Friedrich", "Friedrich et al., pump rate against MgATP at 24 °C")
YAN_ISHIHARA_2005: Final = Source(
    "Yan & Ishihara 2005", "Yan & Ishihara 2005, Kir2.1 block by Mg, as used by Himeno et al. 2015"
)
DUTTA_LAYTON_2024: Final = Source(
    "Dutta & Layton 2024", "Dutta & Layton 2024, model of Mg and Ca balance (rat, nephron)"
)
TASHIRO_2005: Final = Source("Tashiro 2005", "Tashiro et al. 2005, Na/Mg exchange of rat myocytes")
MAGT1_2005: Final = Source("MagT1 2005", "BMC Genomics 2005, 6:48 (MagT1)")
CTAL_MG: Final = Source("PMID 1655827", "Free Mg of thick-limb cells, PMID 1655827")
COGSWELL_2018: Final = Source("Cogswell 2018", "Cogswell et al. 2018, 24-hour Na and K excretion")
FINE_1991: Final = Source("Fine 1991", "Fine et al. 1991, Mg absorption against the dose of a meal")
PEDIATR_NEPHROL_2009: Final = Source("Pediatr Nephrol 2009", "Pediatr Nephrol 2009, renal Mg")
AVIOLI_BERMAN_1966: Final = Source(
    "Avioli & Berman 1966", "Avioli & Berman 1966, 28Mg kinetics; Silver et al. 1960"
)
AHLEMEYER_1992: Final = Source("Ahlemeyer 1992", "Ahlemeyer et al. 1992, BBA 1137:135")
SIGAL_2006: Final = Source("Sigal 2006", "Sigal et al. 2006, variability of protein levels")
K_DEPLETED_RATS: Final = Source(
    "K-depleted rats", "Muscle of K-depleted rats: one Na gained for two K lost"
)
SQUIRES_HUTH_1959: Final = Source("Squires & Huth 1959", "Squires & Huth 1959, K-depletion of man")
FERDAUS_2019: Final = Source("Ferdaus 2019", "Ferdaus et al. 2019, Mg restriction and NCC (mice)")

FITTED: Final = Source("fitted", "Fitted here: no readable source settles it")
ASSUMED: Final = Source("assumed", "Textbook knowledge or convention, not verified in a source")
