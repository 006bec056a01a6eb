"""What the arguments of ``sim study run`` ask for: a design and a folder, or every problem at once."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.console import echo, refuse
from sim.cli.options import place_problems, read_changes, whole
from sim.quantities.units import HOURS_PER_DAY

if TYPE_CHECKING:
    from rich.console import Console

    from sim.study.design import Design


def requested_design(
    what: tuple[str, ...], out: Path | None, changes: tuple[str, ...], options: dict[str, Any]
) -> tuple["Design", Path]:
    """Design and folder that the arguments ask for, or exit with every problem."""
    from sim.errors import InputError
    from sim.study.design import read_design

    problems, parameters = _option_problems(changes, options)
    if out is not None:
        problems += _folder_problems(out, options["shard"])
    try:
        data, folder = _data_of(what)
    except InputError as error:
        refuse(error.problems + problems)
    _override(data, options)
    try:
        design = read_design(data)
    except InputError as error:
        refuse(error.problems + problems)
    home = out or folder or Path("results") / design.name
    problems += _folder_problems(home, options["shard"])
    if problems := list(dict.fromkeys(problems)) or _wait_problems(design, options):
        refuse(problems)
    if parameters:
        for name in (name for name in design.parameters if name in parameters):
            echo(f"Note: {name} of the design is replaced by that of --set")
        design = _with_parameters(design, parameters)
    return design, home


def _wait_problems(design: "Design", options: Mapping[str, Any]) -> list[str]:
    """Say whether a study takes longer than anyone can wait; the options have no problems."""
    from sim.study.executors.registry import ExecutorRequest
    from sim.study.run_options import wait_problems
    from sim.study.shards import Shard

    request = ExecutorRequest(options["executor"], options["workers"], options["dask"])
    shard = Shard.read(options["shard"]) if options["shard"] else None
    return list(wait_problems(design, request, shard))


def _folder_problems(folder: Path, shard: str | None) -> list[str]:
    """Say why a study cannot be in a folder; shards have folders of their own in it."""
    from sim.study.folder import occupied

    return place_problems(folder) or ([] if shard else occupied(folder))


def _with_parameters(design: "Design", parameters: Mapping[str, float]) -> "Design":
    """Design with more parameters changed, or exit with every problem."""
    from sim.errors import InputError

    try:
        return design.with_parameters(parameters)
    except InputError as error:
        refuse(error.problems)


def announce_design(
    console: "Console", design: "Design", folder: Path, workers: int | None, shard: str | None
) -> None:
    """Print what a study gives in each arm, how large it is, and remarks on it."""
    from sim.cli.announcing import announce
    from sim.conditions.summary import interventions_in_words
    from sim.study.executors.registry import ExecutorRequest
    from sim.study.size import machine_remarks, study_in_words
    from sim.system.files import free_space
    from sim.system.memory import memory_bytes

    plans, workers = design.plans(), ExecutorRequest(workers=workers).n_workers(design.n_members)
    lines = study_in_words(design, plans, workers)
    if shard is not None:
        lines.append(f"shard {shard} does its part of it")
    for plan in plans:
        days = plan.condition.duration / HOURS_PER_DAY
        lines += [f"  {plan.condition.name}, {days:g} days"]
        lines += [f"    {line}" for line in interventions_in_words(plan.condition)]
    limits = machine_remarks(design.size, workers, memory_bytes(), free_space(folder))
    announce(console, lines, [*design.remarks, *limits])


def _option_problems(
    changes: tuple[str, ...], options: Mapping[str, Any]
) -> tuple[list[str], dict[str, float]]:
    """Problems of options that are not part of a design, and parameters to change."""
    from sim.errors import InputError
    from sim.parameters import Parameters
    from sim.study.executors.registry import ExecutorRequest
    from sim.study.run_options import run_option_problems
    from sim.study.shards import Shard

    problems, parameters = read_changes(changes)
    request = ExecutorRequest(options["executor"], options["workers"], options["dask"])
    problems += run_option_problems(request, options["threads"])
    for check in (
        lambda: Shard.read(options["shard"] or "1/1"),
        lambda: Parameters().replace(parameters),
    ):
        try:
            check()
        except InputError as error:
            problems += error.problems
    return problems, parameters


def _data_of(what: tuple[str, ...]) -> tuple[dict[str, Any], Path | None]:
    """Design as data, not yet checked, and its folder if it has begun."""
    from sim.study.design import with_present_keys
    from sim.study.design_files import design_data
    from sim.study.manifest import is_study, read_manifest

    folder = Path(what[0])
    if len(what) == 1 and is_study(folder):
        return read_manifest(folder)["design"], folder
    return with_present_keys(design_data(what)), None


def _override(data: dict[str, Any], options: Mapping[str, Any]) -> None:
    """Put options in place of what a design says, and add endpoints."""
    numbers = {
        "replicates": options["replicates"],
        "first_replicate": options["first"],
        "cells": options["cells"],
        "seed": options["seed"],
    }
    data |= {key: whole(text) for key, text in numbers.items() if text is not None}
    data |= {key: options[key] for key in ("persons", "noise") if options[key] is not None}
    if options["days"] is not None:
        data["duration"] = f"{options['days']} day"
    if options["endpoints"]:
        data["endpoints"] = [*data.get("endpoints", ()), *options["endpoints"]]
