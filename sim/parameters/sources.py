"""Where numbers come from: one citation object a source.

A parameter names one of these. ``ASSUMED`` and ``FITTED`` stand where no readable source settles the
value; the program says so wherever it prints it.
"""

from typing import Final, NamedTuple


class Source(NamedTuple):
    """A publication, or a statement that there is none."""

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

RED_CELL_MG: Final = Source("PMID 2621295", "Free Mg of red cells, PMID 2621295")
BLAUSTEIN_1977: Final = Source(
    "Blaustein 1977", "Blaustein 1977, Am J Physiol 232:C165, Na, Ca and tone of smooth muscle"
)
PIPETCPT_QSP: Final = Source("pipetcpt/qsp", "pipetcpt/qsp, model of serum Mg, renal K and QTc")
BRENT_1988: Final = Source(
    "Brent 1988", "Brent et al. 1988, J Clin Endocrinol Metab 67:944, PTH against ionised Ca in men"
)
SCHWARZ_1994: Final = Source(
    "Schwarz 1994", "Schwarz et al. 1994, Eur J Clin Invest 24:553, set point of PTH"
)
MAIER_1998: Final = Source(
    "Maier 1998", "Maier et al. 1998, J Clin Endocrinol Metab 83:3852, half-life of PTH"
)
OPEN_BONE_MIN: Final = Source(
    "OpenBoneMin", "OpenBoneMin, model of Peterson & Riggs of human Ca and bone"
)
ENDOTEXT: Final = Source("Endotext", "Endotext, chapter on hypercalcaemia, daily Ca balance")
GASTRIC_JUICE: Final = Source("surgstudent.org", "surgstudent.org, electrolytes of gastric juice")
CHOLERA_2012: Final = Source(
    "Cholera 2012", "Lancet 2012, PMC3761070, electrolytes of cholera and E. coli stools"
)
RUDE_1985: Final = Source(
    "Rude 1985", "Rude et al. 1985: 23 patients with hypomagnesaemic hypocalcaemia before and after Mg"
)
SUH_1973: Final = Source("Suh 1973", "Suh et al. 1973: a child with primary hypomagnesaemia")
SHILS_1969: Final = Source("Shils 1969", "Shils 1969: experimental human Mg depletion")
JANETT_2015: Final = Source(
    "Janett 2015", "Janett et al. 2015: 64 cases of hypomagnesaemia under proton-pump inhibitors"
)
DORUP_1993: Final = Source("Dørup 1993", "Dørup et al. 1993: Mg and K of muscle under diuretics")
HUANG_KUO_2007: Final = Source("Huang & Kuo 2007", "Huang & Kuo 2007, J Am Soc Nephrol: Mg and ROMK")
KAWANO_1998: Final = Source("Kawano 1998", "Kawano et al. 1998: oral Mg and blood pressure")
COCHRANE_MG: Final = Source("Cochrane", "Cochrane review of oral Mg in hypertension")
COHEN_2000: Final = Source("Cohen 2000", "Cohen et al. 2000: oral Mg and serum K")
MOTOYAMA_1989: Final = Source(
    "Motoyama 1989", "Motoyama et al. 1989, and PMID 3225892: oral Mg and Na of red cells"
)
NIELSEN_2007: Final = Source("Nielsen 2007", "Nielsen et al. 2007: a diet low in Mg and heart rhythm")
POTASSIUM_DEFICIT: Final = Source("K deficit", "Clinical rule of K deficit against plasma K (tertiary)")
PRESTON_2015: Final = Source(
    "Preston 2015", "Preston et al. 2015: plasma K and kaliuresis after 35 mmol of KCl and a meal"
)
TRANSPORT_DEFECTS: Final = Source(
    "Gitelman, Bartter", "Class-level plasma levels of transport defects, table of pipetcpt/qsp"
)
FATEMI_1991: Final = Source(
    "Fatemi 1991",
    "Fatemi et al. 1991, J Clin Endocrinol Metab 73:1067: 3 weeks of low Mg in 26 men and women",
)
LOADING_TEST_1994: Final = Source(
    "Loading test 1994", "Scand J Clin Lab Invest 1994 54:23: Mg loading test in 88 healthy adults"
)
CHOLST_1984: Final = Source(
    "Cholst 1984", "Cholst et al. 1984, N Engl J Med: Mg infusion lowers PTH and Ca"
)
CARAMELO_1994: Final = Source(
    "Caramelo 1994", "Caramelo et al. 1994, Nefrologia 14:72: plasma K after 75 g of glucose"
)
PPI_RECHALLENGE: Final = Source(
    "PPI rechallenge",
    "Endocrine Abstracts 21 P83: a woman of 65 with and without a proton-pump inhibitor",
)
LOW_SODIUM_1989: Final = Source(
    "Low sodium 1989", "Am J Physiol 1989 256:R1171: aldosterone at Na intakes of 10 to 350 mmol/day"
)

COGSWELL_2012: Final = Source(
    "Cogswell 2012", "Cogswell et al. 2012, Am J Clin Nutr 96:647: usual Na intake in the United States"
)
GREWAL_BLAKE_2005: Final = Source(
    "Grewal & Blake 2005",
    "Grewal & Blake 2005, Nucl Med Commun 26:61: GFR of 428 kidney donors; error of one "
    "measurement from PMC2866096",
)
IOM_1997: Final = Source("IOM 1997", "Institute of Medicine 1997, Mg intake of adults (CSFII 1994)")
SERUM_K_TRIAL: Final = Source(
    "Ali 2023, serum K",
    "Serum K of 318 healthy athletes (BMJ Open Sport Exerc Med), minus variation within persons "
    "(Ali et al. 2023, Cureus 15:e36242)",
)
HEALTHY_MG_2023: Final = Source(
    "Ali 2023, serum Mg",
    "Reference interval of serum Mg, healthy adults of NHANES 2021-23, minus variation within persons "
    "(Ali et al. 2023, Cureus 15:e36242)",
)
KJELDSEN_1990: Final = Source("Kjeldsen 1990", "Kjeldsen et al. 1990: pump sites of human muscle")
MILLAR_1984: Final = Source(
    "Millar 1984", "Millar et al. 1984, J Hypertens Suppl 2:S461: ouabain-insensitive Na of red cells"
)

FITTED: Final = Source("fitted", "Fitted here: no readable source settles it")
ASSUMED: Final = Source("assumed", "Textbook knowledge or convention, not verified in a source")
