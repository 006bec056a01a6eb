"""Imported by the server from which workers are forked, so that they start with everything loaded."""

from sim.parameters import ONE_OF_EACH
from sim.study.batches import run_batch as run_batch
from sim.tissue.tissue import Tissue

# One short simulation of a few cells compiles or loads every kernel, once for all workers.
_tissue = Tissue(ONE_OF_EACH)
_tissue.fluctuate(1.0)
_tissue.advance_to(0.01)
_tissue.observe()
