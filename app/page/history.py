"""What the sheet has shown: each stroke, clear and sample can be undone and redone."""

from dataclasses import dataclass, field
from typing import Any, Final

import streamlit as st

MAX_CHANGES: Final = 200  # that can be undone

Objects = list[dict[str, Any]]  # a drawing, as Fabric objects


@dataclass
class History:
    """The drawing that is shown, those before it, and those that were undone, latest last."""

    shown: Objects = field(default_factory=list)
    past: list[Objects] = field(default_factory=list)
    undone: list[Objects] = field(default_factory=list)

    def note(self, objects: Objects) -> None:
        """Takes note of what the canvas shows: the drawing from before, with any new strokes."""
        for count in range(len(self.shown) + 1, len(objects) + 1):
            self.change(objects[:count])
        self.shown = objects

    def change(self, objects: Objects) -> None:
        """Shows another drawing; what was undone before cannot be redone any more."""
        self.past = [*self.past, self.shown][-MAX_CHANGES:]
        self.shown, self.undone = objects, []

    def restore(self, objects: Objects) -> None:
        """Shows what the browser has kept: a change, unless the canvas has shown it already."""
        if self.shown:
            self.shown = objects
        else:
            self.change(objects)

    def undo(self) -> None:
        """Shows the drawing before the last change, if there was one."""
        if self.past:
            self.undone.append(self.shown)
            self.shown = self.past.pop()

    def redo(self) -> None:
        """Shows the drawing that was undone last, if there is one."""
        if self.undone:
            self.past.append(self.shown)
            self.shown = self.undone.pop()


def current_history() -> History:
    """The history of whoever the page runs for."""
    history: History = st.session_state.setdefault("history", History())
    return history
