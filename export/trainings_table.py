"""The Markdown table of the time that trainings took."""

from collections.abc import Mapping, Sequence
from typing import Any

from train.evaluate.text_table import to_markdown


def trainings(entries: Sequence[Mapping[str, Any]]) -> str:
    """The trainings that led to the weights of one network, in order (trainings.json)."""
    if not entries:
        return "Not measured yet: a training notes its minutes at its end."
    rows = [["", "on", "minutes"]]
    for entry in entries:
        command = f"`{entry['command']}`"
        name = f"{command}: {entry['step']}" if entry["step"] else command
        rows.append([name, _machine(entry["machine"]), f"{entry['minutes']:.0f}"])
    return to_markdown(rows)


def _machine(machine: Mapping[str, Any]) -> str:
    """A machine in a few words."""
    cores = machine["cores"]
    parts = [f"{cores} core" if cores == 1 else f"{cores} cores"]
    parts += [str(machine[key]) for key in ("cpu", "precision") if machine.get(key)]
    if machine.get("device", "cpu") != "cpu":
        parts.append(machine["device"])
    return ", ".join(parts)
