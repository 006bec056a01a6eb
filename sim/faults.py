"""The error of input that cannot be: it lists every fault at once."""


class InputError(ValueError):
    """Input at fault. ``faults`` holds a sentence for each: what was given, what is allowed."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
