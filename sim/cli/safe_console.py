"""The console on which commands print: text from files reaches the terminal as text only."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from sim.text import printable


class SafeConsole(Console):
    """A console that escapes what a terminal would obey, whatever it is asked to show.

    Rich adds colours and movements of the cursor after this, so they keep working.
    """

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render an object; see :class:`rich.console.Console`."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield segment._replace(text=printable(segment.text))
