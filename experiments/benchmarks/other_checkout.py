"""The same measurements in another checkout of the program, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

SERVE = """import runpy, sys, sim
sys.path.insert(0, sys.argv[1])
runpy.run_path(sys.argv[2])["serve"]()
"""
"""The program of the other checkout is imported before this one's measurements are found."""


@contextmanager
def served_by(checkout: Path, script: str) -> Iterator[Callable[[Any], Any]]:
    """Answer questions by a script's ``serve()`` with the program of another checkout.

    Parameters
    ----------
    checkout : path
        The checkout; its program is imported.
    script : str
        File whose function ``serve`` calls :func:`answer_lines`.

    Yields
    ------
    callable
        Takes a question as JSON holds it, returns the answer.
    """
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(Path(__file__).parents[2]), script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    ) as process:
        questions: IO[str] = process.stdin  # type: ignore[assignment]
        answers: IO[str] = process.stdout  # type: ignore[assignment]

        def ask(question: Any) -> Any:
            questions.write(json.dumps(question) + "\n")
            questions.flush()
            return json.loads(answers.readline())

        yield ask
        questions.close()


def answer_lines(answer: Callable[[Any], Any]) -> None:
    """Answer questions that are read from standard input, a line each."""
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
