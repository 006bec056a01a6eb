"""The three linear equations of a step of Newton's method, whose errors only slow convergence."""

import numpy as np
import pytest

from sim.physiology.cell_steady_state import _solved


@pytest.mark.parametrize("seed", range(20))
def test_three_equations_are_solved(seed: int) -> None:
    """A wrong determinant would shorten or lengthen steps, which might still converge."""
    rng = np.random.default_rng(seed)
    a, wanted = rng.normal(size=(3, 3)), rng.normal(size=3)
    determinant, found = _solved(a, a @ wanted)
    assert determinant == pytest.approx(np.linalg.det(a), rel=1e-10)
    assert found == pytest.approx(wanted, rel=1e-10)
