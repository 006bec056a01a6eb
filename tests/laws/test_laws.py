"""Every sentence under *Limits* in the docstring of a law is a test.

The docstring of such a test quotes the law and the sentence. The laws of cells, of the kidney, of the
rest of the body and of clinical signs have one test file each.
"""

import ast
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.laws.law_tests import public_laws


def limits(law: Callable[..., Any]) -> list[str]:
    """Sentences under *Limits* in the docstring of a law."""
    section = (inspect.getdoc(law) or "").partition("Limits\n------\n")[2].split("\n\n")[0]
    return re.split(r"(?<=\.) ", " ".join(section.split())) if section else []


def quoted() -> set[str]:
    """Docstrings of all unit tests, each on one line."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    return {
        " ".join((ast.get_docstring(node) or "").split())
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("law", public_laws(), ids=lambda law: law.__name__)
def test_every_limit_is_a_test(law: Callable[..., Any]) -> None:
    """Every sentence under *Limits* is the docstring of a test, after the name of the law."""
    wanted = {f"{law.__name__}: {sentence}" for sentence in limits(law)}
    assert wanted - quoted() == set()


@pytest.mark.parametrize("law", public_laws(), ids=lambda law: law.__name__)
def test_every_law_states_its_limits(law: Callable[..., Any]) -> None:
    """Every law has a limit, and each limit is a sentence."""
    assert limits(law) != []
    assert [sentence for sentence in limits(law) if not sentence.endswith(".")] == []


def test_every_quoted_limit_exists() -> None:
    """No test quotes a sentence that is no longer in the docstring of a law."""
    laws = {law.__name__: law for law in public_laws()}
    quotes = [quote.split(": ", 1) for quote in quoted() if quote.split(": ", 1)[0] in laws]
    assert [(name, said) for name, said in quotes if said not in limits(laws[name])] == []
