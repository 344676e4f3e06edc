"""Places for a page's pictures, as the server gives them; without it, there are no limits."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from app.ink.files.decoding import Decoding

# Holds a place for a client's picture, in a page's thread. Raises DecoderBusy or DecodingCancelled.
Hold = Callable[[str, Decoding], AbstractContextManager[None]]
_hold: Final[list[Hold]] = []


def serve_with(*hold: Hold) -> None:
    """Makes pages hold such places from now on; nothing ends that."""
    _hold[:] = hold


def held(client: str, decoding: Decoding) -> AbstractContextManager[None]:
    """A place for a client's picture while the context lasts; see `Hold`."""
    return _hold[0](client, decoding) if _hold else nullcontext()
