"""Compiler pipelines made of Numba's private classes: the only module that imports ``numba.core``.

Each pipeline leaves out or adds something for which Numba has no public option. None of them changes a
result: they save a sixth of the time of compilation, and let loops over cells use the full width of the
processor's vector units. Private classes may change with any release, so :mod:`sim.numerics.jit`
imports this module only under the versions of Numba with which it was tested, and does without it
otherwise.
"""

from typing import Any

from llvmlite import ir
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler import Compiler
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import BaseNativeLowering, NativeLowering

VECTOR_WIDTH_BITS = 512
"""Widest vectors to use where a processor has them [bit]; LLVM by itself would choose half of that."""
INTERLEAVE_COUNT = 4
"""Vectors of cells in flight at once, so that one computes while another waits for a division."""


class KernelCompiler(Compiler):  # type: ignore[misc]
    """Pipeline for functions called from Python and from compiled code, but never from C."""

    def define_pipelines(self) -> list[PassManager]:
        """Return Numba's passes, with no wrapper for C."""
        self.state.flags.no_cfunc_wrapper = True
        pipelines: list[PassManager] = super().define_pipelines()
        return pipelines


class InternalCompiler(Compiler):  # type: ignore[misc]
    """Pipeline for functions called from compiled code only.

    Numba would give each of some two hundred functions a wrapper for Python and machine code of its
    own, which takes a sixth of the time of compilation.
    """

    def define_pipelines(self) -> list[PassManager]:
        """Return Numba's passes, with no wrappers and another pass that lowers to LLVM."""
        flags = self.state.flags
        flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        return _replace_pass(NativeLowering, _InternalLowering, super().define_pipelines())


class LoopCompiler(Compiler):  # type: ignore[misc]
    """Pipeline for loops over arrays that do not overlap.

    Numba has the flag ``noalias`` but no public option for it. Without it the vectoriser has to check
    every pair of arrays at run time, and gives up on the loop over cells, which has too many.
    """

    def define_pipelines(self) -> list[PassManager]:
        """Return Numba's passes, with another pass that lowers to LLVM."""
        self.state.flags.noalias = self.state.flags.no_cfunc_wrapper = True
        return _replace_pass(NativeLowering, _LoopLowering, super().define_pipelines())


class InternalLoopCompiler(Compiler):  # type: ignore[misc]
    """Pipeline for such loops that are called from compiled code only."""

    def define_pipelines(self) -> list[PassManager]:
        """Return Numba's passes, with no wrappers and another pass that lowers to LLVM."""
        flags = self.state.flags
        flags.noalias = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = flags.no_compile = True
        return _replace_pass(NativeLowering, _InternalLoopLowering, super().define_pipelines())


def _replace_pass(old: type, new: type, pipelines: list[PassManager]) -> list[PassManager]:
    """Replace one pass of pipelines by another."""
    for pipeline in pipelines:
        pipeline.passes = [(new if step is old else step, name) for step, name in pipeline.passes]
        pipeline._finalized = False  # A pipeline that is finalised ignores later changes.
        pipeline.finalize()
    return pipelines


class _LinkedLibrary(CPUCodeLibrary):  # type: ignore[misc]
    """LLVM code of a function that is only linked into others, without machine code of its own."""

    def _finalize_final_module(self) -> None:
        """Stop after optimisation; Numba goes on to machine code."""
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


class _UnoptimisedLibrary(_LinkedLibrary):
    """Such code as it was lowered.

    To optimise it here and again wherever it is linked would take a fifth of the time of compilation.
    """

    def _optimize_final_module(self) -> None:
        """Leave optimisation to the functions into which this one is linked."""


class _Internal:
    """Part of a pass that lowers a function which Python cannot call."""

    _library = _UnoptimisedLibrary

    def run_pass(self, state: Any) -> bool:
        """Lower the function, then register it, which Numba does only for functions with wrappers."""
        state.library = self._library(state.targetctx.codegen(), state.func_id.func_qualname)
        super().run_pass(state)  # type: ignore[misc]
        # Numba looks a compiled function up by its wrapper, which has to be a builtin: any method of a
        # new list is one, and unique.
        entry_point = list[Any]().append
        state.targetctx.insert_user_function(entry_point, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=entry_point)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class _InternalLowering(_Internal, NativeLowering):  # type: ignore[misc]
    """Lowering to LLVM of a function that Python cannot call."""

    _name = "internal_lowering"


class _LoopLower(Lower):  # type: ignore[misc]
    """Translator to LLVM that adds hints for the vectoriser to the loops of a function."""

    def post_lower(self) -> None:
        """Ask for wide, interleaved vectors; Numba calls this when all blocks are complete."""
        super().post_lower()
        # llvmlite writes any attribute but its own ``add`` accepts only those that it knows.
        set.add(self.function.attributes, f'"prefer-vector-width"="{VECTOR_WIDTH_BITS}"')
        visited = set()
        for block in self.function.blocks:
            visited.add(block)
            end = block.terminator
            # A branch back to a block that came before closes a loop.
            if end is not None and end.opname == "br" and not visited.isdisjoint(end.operands):
                end.set_metadata("llvm.loop", self._loop_hints())

    def _loop_hints(self) -> ir.MDValue:
        """Metadata of one loop; LLVM identifies a loop by a first entry that is the metadata itself."""
        count = ir.Constant(ir.IntType(32), INTERLEAVE_COUNT)
        hint = self.module.add_metadata(["llvm.loop.interleave.count", count])
        hints = ir.MDValue(self.module, [hint], name=str(len(self.module.metadata)))
        hints.operands = (hints, hint)
        return hints


@register_pass(mutates_CFG=True, analysis_only=False)
class _LoopLowering(BaseNativeLowering):  # type: ignore[misc]
    """Pass that lowers with :class:`_LoopLower`."""

    _name = "loop_lowering"

    @property
    def lowering_class(self) -> type[Lower]:
        """Class of the translator."""
        return _LoopLower


@register_pass(mutates_CFG=True, analysis_only=False)
class _InternalLoopLowering(_Internal, _LoopLowering):
    """Such a pass for loops that Python cannot call; they are vectorised before they are inlined."""

    _name = "internal_loop_lowering"
    _library = _LinkedLibrary
