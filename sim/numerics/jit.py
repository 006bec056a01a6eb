"""Compilation: one implementation of a law serves people, agents and compiled loops.

:func:`law` leaves a function as it is, so that it runs on floats, on NumPy arrays and on quantities
with units, and also lets compiled code inline it. :func:`kernel` compiles a function that loops.
There is no fast-math anywhere: every operation keeps its IEEE 754 meaning, so all engines give the
same bits.

Two sets of compiler pipelines give the same bits. The ``tuned`` one uses private classes of Numba, in
:mod:`sim.numerics._numba_internals`, under versions of Numba with which it was tested. The ``plain``
one uses public options of Numba only and works under any version; it takes a sixth longer to compile,
and half as long again to run ten thousand cells. It is chosen under other versions, or by the
environment variable ``SIM_PLAIN_NUMBA=1``.
"""

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple, TypeVar

import numba
from numba.extending import register_jitable

from sim.numerics.kernel_cache import kernel_cache_folder
from sim.numerics.sealed_cache import seal_cache
from sim.system.interruption import deferred_interrupt

Function = TypeVar("Function", bound=Callable[..., object])

TESTED_NUMBA = ("0.61", "0.62", "0.63", "0.64", "0.65", "0.66", "0.67", "0.68")
"""Minor versions of Numba whose private classes :mod:`sim.numerics._numba_internals` is known to fit."""
TUNED, PLAIN = "tuned", "plain"
"""Names of the two sets of compiler pipelines."""


def compiler_for(numba_version: str, environment: Mapping[str, str] = os.environ) -> str:
    """Choose compiler pipelines.

    Parameters
    ----------
    numba_version : str
        Version of Numba, such as ``"0.68.1"``.
    environment : mapping
        Environment variables; ``SIM_PLAIN_NUMBA`` forces the plain pipelines unless it is 0 or empty.

    Returns
    -------
    str
        :data:`TUNED` or :data:`PLAIN`.
    """
    forced = environment.get("SIM_PLAIN_NUMBA", "") not in ("", "0")
    tested = ".".join(numba_version.split(".")[:2]) in TESTED_NUMBA
    return TUNED if tested and not forced else PLAIN


class _Pipelines(NamedTuple):
    """A set of compiler pipelines, as options of Numba's decorators.

    For kernels and loops, each as it is called from Python and from compiled code.
    """

    name: str
    kernel: dict[str, Any]
    internal: dict[str, Any]
    loop: dict[str, Any]
    internal_loop: dict[str, Any]


def _pipelines_of(compiler: str) -> _Pipelines:
    """Make a set of compiler pipelines; the plain set if the tuned one cannot be imported."""
    if compiler == TUNED:
        try:
            from sim.numerics import _numba_internals as ours
        except (ImportError, AttributeError):  # A patch release moved or renamed a private class.
            return _pipelines_of(PLAIN)
        return _Pipelines(
            name=TUNED,
            kernel={"pipeline_class": ours.KernelCompiler},
            internal={"pipeline_class": ours.InternalCompiler},
            loop={"pipeline_class": ours.LoopCompiler},
            internal_loop={"pipeline_class": ours.InternalLoopCompiler},
        )
    return _Pipelines(name=PLAIN, kernel={}, internal={}, loop={}, internal_loop={})


_PIPELINES = _pipelines_of(compiler_for(numba.__version__))
COMPILER = _PIPELINES.name
"""Compiler pipelines in use, :data:`TUNED` or :data:`PLAIN`."""
CACHE_FOLDER = kernel_cache_folder(COMPILER)
"""Folder of compiled kernels; None if nothing can be written, so that none are kept."""


def law(function: Function) -> Function:
    """Mark a scalar function as usable inside compiled code; it stays plain Python outside."""
    mark = register_jitable(error_model="numpy", forceinline=True, **_PIPELINES.internal)
    marked: Function = mark(function)
    return marked


def procedure(function: Function) -> Function:
    """Like :func:`law`, for longer code that compiled code calls rather than inlines."""
    mark = register_jitable(error_model="numpy", **_PIPELINES.internal)
    marked: Function = mark(function)
    return marked


def inlined(function: Function) -> Function:
    """Let compiled code contain the text of a function, which may then return records.

    Numba cannot return a record from a compiled function.
    """
    marked: Function = numba.njit(inline="always", error_model="numpy")(function)
    return marked


def kernel(function: Function) -> Function:
    """Compile a function that loops; it releases the interpreter lock and is cached on disk.

    The plain function stays reachable as ``kernel.py_func``.
    """
    return _compiled(function, _PIPELINES.kernel, _PIPELINES.internal)


def inline_kernel(function: Function) -> Function:
    """Like :func:`kernel`, but compiled code inlines it.

    A call hands over the context of a tissue, some hundred numbers and pointers, which takes longer than
    the rates of a body.
    """
    inline = {"forceinline": True}
    return _compiled(function, {**_PIPELINES.kernel, **inline}, {**_PIPELINES.internal, **inline})


def vector_kernel(function: Function) -> Function:
    """Compile a loop over arrays that, as the caller promises, do not overlap."""
    return _compiled(function, _PIPELINES.loop, _PIPELINES.internal_loop)


def _compiled(function: Function, options: dict[str, Any], internal: dict[str, Any]) -> Function:
    """Compile a function when it is first called, and keep what Python calls on disk.

    With the tuned pipelines compiled code calls a twin, which has no wrapper for Python and no machine
    code of its own: most kernels are called from there only, and these would take a sixth of the time
    of compilation.
    """
    with _cache_folder():
        keep = CACHE_FOLDER is not None
        compiled: Any = numba.njit(cache=keep, nogil=True, error_model="numpy", **options)(function)
    seal_cache(compiled)
    twin = numba.njit(error_model="numpy", **internal)(function) if COMPILER == TUNED else compiled
    compiled.__class__ = _guarded(compiled.__class__)
    compiled.for_compiled_code = twin
    result: Function = compiled
    return result


@cache
def _guarded(dispatcher: type[Any]) -> type[Any]:
    """Class of kernels that Ctrl-C does not interrupt on the way into compiled code or out of it.

    Numba runs some Python there, to find the address of a record or to make a named tuple. A signal
    handler that raises meanwhile would crash it. Compiled code that calls a kernel does not come by, it
    calls the twin.
    """

    def call(self: Any, *arguments: Any) -> Any:
        with deferred_interrupt():
            return dispatcher.__call__(self, *arguments)

    def compile_(self: Any, signature: Any) -> Any:
        with _paused_collector():
            return dispatcher.compile(self, signature)

    def numba_type(self: Any) -> Any:
        return numba.types.Dispatcher(self.for_compiled_code)

    attributes = {"__call__": call, "compile": compile_, "_numba_type_": property(numba_type)}
    return type(dispatcher.__name__, (dispatcher,), {**attributes, "__doc__": dispatcher.__doc__})


@contextmanager
def _paused_collector() -> Iterator[None]:
    """Let garbage wait while a kernel is compiled: collecting it takes a tenth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@contextmanager
def _cache_folder() -> Iterator[None]:
    """Set Numba's cache to :data:`CACHE_FOLDER` for one kernel, so that other programs keep theirs."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE_FOLDER or before)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
