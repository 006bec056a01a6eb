"""Mg first or together with KCl ends hypokalaemia sooner than KCl first, and wastes less K."""

from pathlib import Path

import pytest

from tests.experiments.small_run import small_run


def test_k_given_before_mg_is_wasted(tmp_path: Path) -> None:
    found = {
        name: of.interval for name, of in small_run("order_of_repletion", tmp_path).findings.items()
    }

    def value(name: str, arm: str) -> float:
        return found[f"{name}, {arm}"].estimate

    days = [value("days of low K", arm) for arm in ("both at once", "Mg, then KCl", "KCl, then Mg")]
    assert days == sorted(days)
    assert days[-1] > 2.0 * days[0]
    assert found["days gained over KCl first, both at once"].low > 0.0
    assert found["days gained over KCl first, Mg, then KCl"].low > 0.0
    assert value("days of low K", "KCl alone") > 20.0
    assert value("K in the end", "KCl alone") < 3.5 < value("K in the end", "Mg alone")
    assert value("part wasted", "KCl, then Mg") > 50.0
    alone = value("part wasted", "KCl alone")  # Its first two weeks are those of KCl, then Mg.
    assert value("part wasted", "KCl, then Mg") == pytest.approx(alone, rel=1e-6)
    # Cells that may pump again take K up, so Mg without KCl deepens the hypokalaemia at first.
    assert value("deepest change of K", "Mg alone") < value("deepest change of K", "both at once") < 0.0
