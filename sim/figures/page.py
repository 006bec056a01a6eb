"""A page, which notebooks show as it is, and writing it to a file."""

from io import BytesIO
from pathlib import Path
from typing import Any, Final

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from sim.figures.style import STYLE
from sim.system.files import write_reserved

DPI: Final = 150
"""Resolution of saved pictures [dots per inch]."""
UNDATED: Final[dict[str, dict[str, Any]]] = {
    ".png": {},
    ".pdf": {"CreationDate": None},
    ".svg": {"Date": None},
}
"""File formats, each with the metadata that keeps the date out of the file: equal runs, equal bytes."""


class Page(Figure):
    """A figure that notebooks display, whether or not :mod:`matplotlib.pyplot` is loaded."""

    def _repr_png_(self) -> bytes:
        return _rendered(self, ".png")

    def settle(self) -> None:
        """Compute ticks and layout now, within the style, and keep them; drawing again moves nothing."""
        engine = self.get_layout_engine()
        if engine is not None:
            engine.execute(self)  # Drawing would do that too, and more that is not needed.
        self.set_layout_engine("none")


def save(figure: Figure, path: Path) -> None:
    """Write a figure, whole or not at all.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    path : pathlib.Path
        The file. Its suffix sets the format: .png, or vectors in .pdf or .svg.

    Raises
    ------
    ValueError
        If the suffix is another one.
    OSError
        If the file cannot be written.
    """
    write_reserved(path, _rendered(figure, path.suffix))


def _rendered(figure: Figure, suffix: str) -> bytes:
    """Render a figure in the format of a suffix."""
    if suffix not in UNDATED:
        raise ValueError(f"a figure cannot be written as {suffix!r}; choose {', '.join(UNDATED)}")
    buffer = BytesIO()
    with rc_context(STYLE):
        if suffix == ".png":  # What savefig does, which would draw twice.
            figure.set_dpi(DPI)
            canvas: Any = FigureCanvasAgg(figure)
            canvas.print_png(buffer, metadata=UNDATED[suffix])
        else:
            figure.savefig(buffer, format=suffix[1:], dpi=DPI, metadata=UNDATED[suffix])
    return buffer.getvalue()
