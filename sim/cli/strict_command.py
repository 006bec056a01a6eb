"""Commands in which an option that takes one value is given once."""

from collections import Counter

import click

from sim.cli.console import refuse


class StrictCommand(click.Command):
    """A command that refuses an option given twice, of which Click takes the last without a word."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse arguments; see :class:`click.Command`."""
        order = self.make_parser(ctx).parse_args(list(args))[2]
        counts = Counter(param for param in order if isinstance(param, click.Option))
        repeated = [
            f"{'/'.join((*option.opts, *option.secondary_opts))} is given {count} times; give it once"
            for option, count in counts.items()
            if count > 1 and not option.multiple and not option.is_eager
        ]
        if repeated and not ctx.resilient_parsing:
            refuse(repeated)
        return super().parse_args(ctx, args)


class StrictGroup(click.Group):
    """A group of such commands."""

    command_class = StrictCommand
