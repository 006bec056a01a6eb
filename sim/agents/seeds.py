"""Seeds in all forms that Mesa and NumPy accept, as the whole number that every random stream needs."""

import secrets
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import numpy as np

from sim.errors import InputError

SEED_BITS = 53
"""Length of a seed that is drawn: it stays exact in a floating-point column of a table."""

SeedLike = (
    int
    | np.integer[Any]
    | Sequence[int]
    | np.random.SeedSequence
    | np.random.BitGenerator
    | np.random.Generator
    | None
)
"""What a model takes as a seed."""

_FORMS = (
    "give None, a whole number from zero, a sequence of such numbers, or a SeedSequence, BitGenerator "
    "or Generator of NumPy"
)


def seed_of(rng: object, seed: object = None) -> Any:
    """Return the seed that a model's ``rng`` or ``seed`` stands for.

    Parameters
    ----------
    rng, seed : object
        Either may be given. A whole number is returned as it is, however large, and so is the entropy
        of a SeedSequence without a spawn key. From a generator a seed is drawn, which advances it. If
        both are None, a seed is drawn from the operating system.

    Raises
    ------
    InputError
        If both are given, or one in a form that is no seed. The sign of a number is not checked.
    """
    if rng is not None and seed is not None:
        raise InputError([f"rng = {rng!r} and seed = {seed!r} are given; give one of them"])
    name, given = ("seed", seed) if rng is None else ("rng", rng)
    match given:
        case None:
            return secrets.randbits(SEED_BITS)
        case Integral():
            return given
        case np.random.SeedSequence(entropy=int(entropy), spawn_key=()):
            return entropy
        case (
            np.random.Generator()
            | np.random.BitGenerator()
            | np.random.RandomState()
            | np.random.SeedSequence()
        ):
            return _drawn(given)
        case list() | tuple() | range() | np.ndarray() if _are_whole(given):
            return _drawn(given)
    # Text too: NumPy would read "12" in a sequence, but refuses it alone.
    raise InputError([f"{name} = {given!r} is no seed; {_FORMS}"])


def _are_whole(numbers: Any) -> bool:
    """Say whether all are whole numbers from zero; there must be one."""
    flat = np.ravel(np.asarray(numbers, dtype=object)).tolist()
    return bool(flat) and all(
        isinstance(number, Integral) and not isinstance(number, bool | np.bool_) and int(number) >= 0
        for number in flat
    )


def _drawn(source: Any) -> int:
    """Draw a seed as NumPy would seed a generator with the source."""
    return int(np.random.default_rng(source).integers(2**SEED_BITS))
