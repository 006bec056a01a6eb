"""Ctrl-C in a notebook ends a cell with a KeyboardInterrupt; the kernel and its results survive."""

import random
import time
from collections.abc import Iterator

import pytest

from tests.cli.commands import child_environment

jupyter_client = pytest.importorskip("jupyter_client")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CELLS = {
    "steps of a model": "model = sim.TissueModel('baseline', 20)\nbegin()\nwhile True: model.step()",
    "runs in a loop": "begin()\nwhile True: results.append(sim.run('baseline', 20, days=2))",
    "a long run": "begin()\nsim.run('baseline', 1000, days=3000)",
    "a study": "begin()\nsim.run_study(design, folder, workers=1)",
}
"""What a cell runs until it is interrupted."""
SETUP = """
import sim, tempfile
def begin(): print("begun", end="", flush=True)
results = []
sim.run("baseline", 20, days=0.25)
sim.TissueModel("baseline", 20).step()
design = sim.Design(conditions=["baseline"], replicates=10_000, cells=20)
folder = tempfile.mkdtemp() + "/study"
"""


class Kernel:
    """A kernel of a notebook."""

    def __init__(self) -> None:
        self.manager, self.client = jupyter_client.manager.start_new_kernel(
            kernel_name="python3", env=child_environment() | {"PYTHONWARNINGS": "default"}
        )

    def answer(self, code: str) -> str:
        """Output of a cell, and the name of its error."""
        self.client.execute(code)
        return "".join(self.rest())

    def rest(self) -> tuple[str, str]:
        """What a cell prints until it ends, and the name of its error."""
        text, error = "", ""
        while True:
            message = self.client.get_iopub_msg(timeout=120)
            content = message["content"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return text, error
            if message["msg_type"] == "stream":
                text += content["text"]
            if message["msg_type"] == "error":
                error = content["ename"]

    def interrupted(self, code: str, after: float) -> str:
        """Name of the error of a cell that is interrupted some seconds after it has begun."""
        self.client.execute(code)
        while self.client.get_iopub_msg(timeout=120)["msg_type"] != "stream":
            pass
        time.sleep(after)
        self.manager.interrupt_kernel()
        return self.rest()[1]  # IPython itself may print when an interruption is hard to show.


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A kernel in which the package is imported and compiled."""
    started = Kernel()
    try:
        assert started.answer(SETUP) == ""
        yield started
    finally:
        started.client.stop_channels()
        started.manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("code", CELLS.values(), ids=CELLS.keys())
def test_an_interrupted_cell_leaves_a_living_kernel(kernel: Kernel, code: str) -> None:
    moments = random.Random(code)
    for _ in range(3):
        error = kernel.interrupted(code, moments.uniform(0.0, 0.3))
        assert error in ("KeyboardInterrupt", "SimulationInterrupted")
        assert kernel.answer("print(all(result.finished for result in results))") == "True\n"
    assert kernel.answer("print(sim.run('baseline', 5, days=0.5).finished)") == "True\n"
