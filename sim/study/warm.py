"""Imported by the server that workers are forked from, so that they start with everything loaded."""

from sim.study.batches import run_part as run_part
from sim.tissue.tissue import Tissue

_tissue = Tissue(5)
_tissue.fluctuate(1.0)
_tissue.advance_to(0.01)
_tissue.observe()
