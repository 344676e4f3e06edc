"""The open pages whose drawings can be read while the pen moves, each named by a secret token.

Imported by the server before Streamlit runs, so it must import nothing that has a component.
"""

import secrets
from collections.abc import Callable, Sequence
from typing import Final
from weakref import WeakValueDictionary

import numpy as np
import streamlit as st
from numpy.typing import NDArray

MAX_RUNS: Final = 4  # kept of each page; a request that is under way may know an older one

# Gives the headline's HTML for a run's drawing with more strokes; see `LivePage.read`.
ReadOn = Callable[[Sequence[NDArray[np.float64]], bool], str]


class LivePage:
    """One visitor's page: its token, and what it knew in its latest runs.

    The page's own runs publish here in their thread, while another one reads.
    """

    def __init__(self) -> None:
        self.token: Final = secrets.token_urlsafe(16)
        self._runs: tuple[tuple[int, ReadOn], ...] = ()

    def publish(self, read_on: ReadOn) -> int:
        """Keeps how to read on from what a run has read. Returns the run's number, from 1 on."""
        number = self._runs[-1][0] + 1 if self._runs else 1
        self._runs = (*self._runs, (number, read_on))[-MAX_RUNS:]
        return number

    def read(
        self, run: int, strokes: Sequence[NDArray[np.float64]], is_drawing: bool
    ) -> str | None:
        """The headline for a run's drawing with the strokes after it; None for an unknown run.

        strokes: where the pen was, each (n, 2), n >= 1, canvas pixels. is_drawing: whether the
        last one goes on. Raises UnreadableInput and CostlyInk.
        """
        read_on = dict(self._runs).get(run)
        return read_on(strokes, is_drawing) if read_on else None


_pages: Final[WeakValueDictionary[str, LivePage]] = WeakValueDictionary()
_urls: Final[list[str]] = []  # of the service that reads; empty where none does


def serve_at(url: str) -> None:
    """Tells the pages from now on where the service reads for them; none asks it before."""
    _urls[:] = [url]


def url() -> str | None:
    """Where the service reads for pages; None where it does not."""
    return _urls[0] if _urls else None


def find(token: str) -> LivePage | None:
    """The open page that has this token."""
    return _pages.get(token)


def current_page() -> LivePage:
    """The page of whoever it runs for; forgotten with its session."""
    page: LivePage = st.session_state.setdefault("live_page", LivePage())
    _pages[page.token] = page
    return page
