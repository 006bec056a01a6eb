"""Mg first or together with KCl ends hypokalaemia sooner than KCl first, and wastes less K."""

from pathlib import Path

import pytest

from tests.experiments.small_run import small_run


def test_kcl_given_before_mg_is_wasted(tmp_path: Path) -> None:
    found = {
        name: of.interval for name, of in small_run("order_of_repletion", tmp_path).findings.items()
    }

    def value(name: str, arm: str) -> float:
        return found[f"{name}, {arm}"].estimate

    days = [value("days of low K", arm) for arm in ("both together", "Mg, then KCl", "KCl, then Mg")]
    assert days == sorted(days)
    assert days[-1] > 2.0 * days[0]
    assert found["days saved against KCl first, both together"].low > 0.0
    assert found["days saved against KCl first, Mg, then KCl"].low > 0.0
    assert value("days of low K", "KCl alone") > 20.0
    assert value("final K", "KCl alone") < 3.5 < value("final K", "Mg alone")
    assert value("fraction wasted", "KCl, then Mg") > 50.0
    alone = value("fraction wasted", "KCl alone")  # The first two weeks of both arms are the same.
    assert value("fraction wasted", "KCl, then Mg") == pytest.approx(alone, rel=1e-6)
    # Recovering pumps move K into cells, so that Mg without KCl deepens the hypokalaemia at first.
    nadir_of_both = value("nadir of K minus start", "both together")
    assert value("nadir of K minus start", "Mg alone") < nadir_of_both < 0.0
