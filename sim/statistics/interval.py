"""Interval estimates, and what all statistics share: checks of input and critical values."""

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
    """Number of replicates or pairs that are not missing."""
    level: float

    def text(self, unit: str = "", digits: int = 2) -> str:
        """Full sentence part, such as "0.31 mM (95 % interval 0.22 to 0.40, n 200)".

        Parameters
        ----------
        unit : str
            Unit of the estimate.
        digits : int
            Significant digits of the distance between the bounds, at least one. The three numbers have
            as many decimals as that takes.
        """
        estimate, low, high = _formatted((self.estimate, self.low, self.high), digits)
        unit = f" {unit}" if unit else ""
        point = "unknown" if math.isnan(self.estimate) else estimate + unit
        bounds = f"{100.0 * self.level:g} % interval {low} to {high}"
        if math.isnan(self.low) or math.isnan(self.high):
            bounds = "no interval"
        return f"{point} ({bounds}, n {self.n})"

    def brief(self, unit: str = "", digits: int = 1) -> str:
        """Short form for sentences that explain the brackets elsewhere: "0.3 mM (0.2 to 0.4)".

        Parameters
        ----------
        unit, digits
            As in :meth:`text`.
        """
        estimate, low, high = _formatted((self.estimate, self.low, self.high), digits)
        point = "unknown" if math.isnan(self.estimate) else f"{estimate}{f' {unit}' if unit else ''}"
        bounded = not (math.isnan(self.low) or math.isnan(self.high))
        return (f"{point} ({low} to {high})" if bounded else point).replace("-", "−")


def _formatted(numbers: tuple[float, ...], digits: int) -> list[str]:
    """Format numbers alike, with the decimals that give their spread ``digits`` significant digits."""
    if digits < 1:
        raise ValueError(f"digits is {digits}; it must be at least 1")
    finite = [x for x in numbers if math.isfinite(x)] or [0.0]
    largest, spread = max(map(abs, finite)), max(finite) - min(finite)
    magnitude = math.floor(math.log10(largest)) if largest else 0
    if spread > 1e-9 * largest:  # A smaller spread is rounding error.
        decimals = digits - 1 - math.floor(math.log10(spread))
    else:
        decimals = digits - magnitude if largest else 0
    if -5 < magnitude < 7:
        return [f"{x:z.{max(decimals, 0)}f}" for x in numbers]
    return [f"{x:z.{max(decimals + magnitude, 0)}e}" for x in numbers]


def check_level(level: float) -> None:
    """Raise ValueError unless a confidence level lies between 0 and 1."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level is {level}; it must lie between 0 and 1, as 0.95 does")


def as_vector(name: str, values: ArrayLike, finite: bool = True) -> Array:
    """Values as a vector; ValueError if they are not one, or infinite where they must be finite."""
    vector = np.asarray(values, dtype=float)
    if vector.ndim != 1 or vector.size == 0:
        raise ValueError(f"{name} has shape {vector.shape}; it must be one row of at least one number")
    if finite and np.isinf(vector).any():
        raise ValueError(f"{name} has infinite values; they must be finite, or NaN where missing")
    return vector


def observed(values: ArrayLike, finite: bool = True) -> Array:
    """Values that are not missing."""
    vector = as_vector("values", values, finite)
    return vector[~np.isnan(vector)]


def complete_pairs(
    a: ArrayLike, b: ArrayLike, names: tuple[str, str] = ("a", "b"), finite: bool = True
) -> tuple[Array, Array]:
    """Both vectors without the pairs in which a value is missing; ValueError if one is longer."""
    first, second = as_vector(names[0], a, finite), as_vector(names[1], b, finite)
    if first.size != second.size:
        raise ValueError(
            f"{names[0]} has {first.size} values and {names[1]} {second.size}; "
            "pairs need as many of one as of the other"
        )
    complete = ~(np.isnan(first) | np.isnan(second))
    return first[complete], second[complete]


def z_quantile(level: float) -> float:
    """Two-sided critical value of the standard normal distribution [standard errors]."""
    from scipy import special  # Imported here, so that a run does not load it.

    return -float(special.ndtri(0.5 * (1.0 - level)))  # The lower tail keeps its digits near level 1.


def t_quantile(n: ArrayLike, level: float) -> Array:
    """Two-sided critical value of Student's t for the mean of n ≥ 2 values [standard errors]."""
    from scipy import special

    return -np.asarray(special.stdtrit(np.asarray(n) - 1.0, 0.5 * (1.0 - level)), dtype=float)
