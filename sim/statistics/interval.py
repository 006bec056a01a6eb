"""Estimates with their intervals, and the checks and quantiles that all statistics share."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Interval(NamedTuple):
    """An estimate and its confidence interval.

    A bound is NaN where the replicates give none, infinite where they leave that side open.
    """

    estimate: float
    low: float
    high: float
    n: int
    """Replicates, or pairs of them, behind it."""
    level: float

    def text(self, unit: str = "", digits: int = 2) -> str:
        """Words for people, such as "0.31 mM (95 % interval 0.22 to 0.40, n 200)".

        Parameters
        ----------
        unit : str
            Unit of the estimate.
        digits : int
            Significant digits of the distance between the bounds, at least one. The three numbers have
            as many decimals as that takes.
        """
        estimate, low, high = _written((self.estimate, self.low, self.high), digits)
        unit = f" {unit}" if unit else ""
        told = "unknown" if math.isnan(self.estimate) else estimate + unit
        bounds = f"{100.0 * self.level:g} % interval {low} to {high}"
        if math.isnan(self.low) or math.isnan(self.high):
            bounds = "no interval"
        return f"{told} ({bounds}, n {self.n})"

    def brief(self, unit: str = "", digits: int = 1) -> str:
        """Fewer words, for sentences that say elsewhere what the brackets hold: "0.3 mM (0.2 to 0.4)".

        Parameters
        ----------
        unit, digits
            As in :meth:`text`.
        """
        estimate, low, high = _written((self.estimate, self.low, self.high), digits)
        told = "unknown" if math.isnan(self.estimate) else f"{estimate}{f' {unit}' if unit else ''}"
        known = not (math.isnan(self.low) or math.isnan(self.high))
        return (f"{told} ({low} to {high})" if known else told).replace("-", "−")


def _written(numbers: tuple[float, ...], digits: int) -> list[str]:
    """Write numbers with as many decimals as give their spread so many significant digits."""
    if digits < 1:
        raise ValueError(f"digits is {digits}; it must be at least 1")
    finite = [x for x in numbers if math.isfinite(x)] or [0.0]
    largest, spread = max(map(abs, finite)), max(finite) - min(finite)
    magnitude = math.floor(math.log10(largest)) if largest else 0
    if spread > 1e-9 * largest:  # Less is rounding and not worth writing out.
        decimals = digits - 1 - math.floor(math.log10(spread))
    else:
        decimals = digits - magnitude if largest else 0
    if -5 < magnitude < 7:
        return [f"{x:z.{max(decimals, 0)}f}" for x in numbers]
    return [f"{x:z.{max(decimals + magnitude, 0)}e}" for x in numbers]


def check_level(level: float) -> None:
    """Raise ValueError unless a level of confidence lies between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, as 0.95 does")


def row_of(name: str, values: ArrayLike, finite: bool = True) -> Array:
    """Values as one row of numbers; ValueError if they are not, or if they are infinite."""
    row = np.asarray(values, dtype=float)
    if row.ndim != 1 or row.size == 0:
        raise ValueError(f"{name} has shape {row.shape}; it must be one row of at least one number")
    if finite and np.isinf(row).any():
        raise ValueError(f"{name} has infinite values; they must be finite, or NaN where missing")
    return row


def there_of(values: ArrayLike, finite: bool = True) -> Array:
    """Values that are not NaN."""
    row = row_of("values", values, finite)
    return row[~np.isnan(row)]


def pairs_of(
    a: ArrayLike, b: ArrayLike, names: tuple[str, str] = ("a", "b"), finite: bool = True
) -> tuple[Array, Array]:
    """Both rows where neither is NaN; ValueError if one is longer."""
    first, second = row_of(names[0], a, finite), row_of(names[1], b, finite)
    if first.size != second.size:
        raise ValueError(
            f"{names[0]} has {first.size} values and {names[1]} {second.size}; "
            "pairs need as many of one as of the other"
        )
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def normal_quantile(level: float) -> float:
    """Standard errors to each side that hold a part ``level`` of a normal distribution."""
    from scipy import special  # Loaded only when asked for, as a run does not.

    return -float(special.ndtri(0.5 * (1.0 - level)))  # The lower tail keeps its digits near level 1.


def t_quantile(n: ArrayLike, level: float) -> Array:
    """Standard errors to each side of the mean of n values, by Student's t; n at least 2."""
    from scipy import special

    return -np.asarray(special.stdtrit(np.asarray(n) - 1.0, 0.5 * (1.0 - level)), dtype=float)
