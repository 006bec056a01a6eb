"""Compilation: how one telling of a law serves people, agents and compiled loops.

:func:`law` leaves a function as it is, so it runs on floats, on NumPy arrays and on quantities with
units, and also lets compiled code inline it. :func:`kernel` compiles a function that loops.
No fast-math anywhere: every operation keeps its IEEE meaning, so all engines give the same bits.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numba
from llvmlite import ir
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import BaseNativeLowering, NativeLowering
from numba.extending import register_jitable

Function = TypeVar("Function", bound=Callable[..., object])

_PACKAGE = Path(__file__).parents[1]


def _exchange(old: type, new: type, pipelines: list[PassManager]) -> list[PassManager]:
    """Exchange one pass of pipelines for another."""
    for pipeline in pipelines:
        pipeline.passes = [(new if step is old else step, name) for step, name in pipeline.passes]
        pipeline._finalized = False
        pipeline.finalize()
    return pipelines


class _InnerLibrary(CPUCodeLibrary):  # type: ignore[misc]
    """LLVM's code of a function that is only linked into kernels: no machine code of its own."""

    def _finalize_final_module(self) -> None:
        """End with the optimised code."""
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class _InnerLowering(NativeLowering):  # type: ignore[misc]
    """Numba's translation to LLVM of a function that has no way in from Python."""

    _name = "inner_lowering"

    def run_pass(self, state: Any) -> bool:
        """Translate; then do what Numba does only for functions that have one."""
        state.library = _InnerLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        super().run_pass(state)
        # Numba knows a function by its way in and takes a builtin only: a method of a new list is one.
        way_in = list[Any]().append
        state.targetctx.insert_user_function(way_in, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=way_in)
        return True


class _InnerCompiler(Compiler):  # type: ignore[misc]
    """Numba's compiler, for functions that only compiled code calls: no way in from Python.

    Numba would make one for each of some two hundred functions, which takes as long as the rest.
    """

    def define_pipelines(self) -> list[PassManager]:
        """Numba's passes, the one for LLVM exchanged."""
        flags = self.state.flags
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        return _exchange(NativeLowering, _InnerLowering, super().define_pipelines())


def law(function: Function) -> Function:
    """Mark a scalar function as usable inside compiled code; it stays plain Python outside."""
    marked: Function = register_jitable(
        error_model="numpy", forceinline=True, pipeline_class=_InnerCompiler
    )(function)
    return marked


def procedure(function: Function) -> Function:
    """Like :func:`law` for longer code that compiled code calls rather than inlines."""
    marked: Function = register_jitable(error_model="numpy", pipeline_class=_InnerCompiler)(function)
    return marked


class _KernelCompiler(Compiler):  # type: ignore[misc]
    """Numba's compiler, for functions that Python and compiled code call, but no C library."""

    def define_pipelines(self) -> list[PassManager]:
        """Numba's passes, without a way in from C."""
        self.state.flags.no_cfunc_wrapper = True
        pipelines: list[PassManager] = super().define_pipelines()
        return pipelines


def kernel(function: Function) -> Function:
    """Compile a function that loops; it releases the interpreter lock and is cached on disk.

    The plain function stays reachable as ``kernel.py_func``.
    """
    return _kept(function, _KernelCompiler)


VECTOR_BITS = 512
"""Widest vectors to use where a processor has them: LLVM would choose half of that."""
INTERLEAVED = 4
"""Vectors of cells that advance side by side in a loop, so that one fills the other's waits."""


class _VectorLower(Lower):  # type: ignore[misc]
    """Numba's translator to LLVM, which adds hints to the loops of a function."""

    def post_lower(self) -> None:
        """Ask for wide, interleaved vectors; called when the function's blocks are complete."""
        super().post_lower()
        # llvmlite writes any attribute out but lets ``add`` take only those that it knows.
        set.add(self.function.attributes, f'"prefer-vector-width"="{VECTOR_BITS}"')
        met = set()
        for block in self.function.blocks:
            met.add(block)
            end = block.terminator
            if end is not None and end.opname == "br" and not met.isdisjoint(end.operands):
                end.set_metadata("llvm.loop", self._loop_hints())

    def _loop_hints(self) -> ir.MDValue:
        """Metadata of one loop; LLVM knows a loop by its first entry, which is the metadata itself."""
        count = ir.Constant(ir.IntType(32), INTERLEAVED)
        hint = self.module.add_metadata(["llvm.loop.interleave.count", count])
        hints = ir.MDValue(self.module, [hint], name=str(len(self.module.metadata)))
        hints.operands = (hints, hint)
        return hints


@register_pass(mutates_CFG=True, analysis_only=False)
class _VectorLowering(BaseNativeLowering):  # type: ignore[misc]
    """Pass that uses :class:`_VectorLower`."""

    _name = "vector_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        """Class of the translator."""
        return _VectorLower


class _VectorCompiler(Compiler):  # type: ignore[misc]
    """Numba's compiler, for loops over cells: no two array arguments overlap, vectors are wide.

    Numba knows the flag but has no public option for it; without it the loop over cells has too
    many arrays for the vectoriser to check.
    """

    def define_pipelines(self) -> list[PassManager]:
        """Numba's passes, the one for LLVM exchanged."""
        self.state.flags.noalias = self.state.flags.no_cfunc_wrapper = True
        return _exchange(NativeLowering, _VectorLowering, super().define_pipelines())


def vector_kernel(function: Function) -> Function:
    """Compile a loop over arrays that the caller promises do not overlap."""
    return _kept(function, _VectorCompiler)


def _kept(function: Function, compiler: type[Compiler]) -> Function:
    """Compile a function when it is first called, and keep it on disk."""
    with _cache_folder():
        compiled: Function = numba.njit(
            cache=True, nogil=True, error_model="numpy", pipeline_class=compiler
        )(function)
    return compiled


def _source_digest() -> str:
    """Digest of all source that ends up in kernels: they inline many files, numba watches one.

    Those are the files that use this module, and the numbers that kernels take.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_PACKAGE.rglob("*.py")):
        text = path.read_bytes()
        if b"sim.numerics.jit" in text or path.parent.name == "parameters" or path.name == "inputs.py":
            digest.update(text)
    return digest.hexdigest()[:16]


def _choose_cache_folder() -> Path:
    """Folder of compiled kernels: beside the package if that can be written, else the user's."""
    beside = _PACKAGE / "__pycache__"
    beside.mkdir(exist_ok=True) if os.access(_PACKAGE, os.W_OK) else None
    user = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "sim-kernels"
    parent = beside if os.access(beside, os.W_OK) else user
    folder = parent / f"kernels-{_source_digest()}"
    if parent == beside and not folder.exists():
        for outdated in parent.glob("kernels-*"):
            shutil.rmtree(outdated, ignore_errors=True)
    return folder


CACHE_FOLDER = _choose_cache_folder()


@contextmanager
def _cache_folder() -> Iterator[None]:
    """Point numba at :data:`CACHE_FOLDER` while one kernel is made, then restore its setting."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(CACHE_FOLDER)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
