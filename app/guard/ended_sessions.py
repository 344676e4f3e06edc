"""Frees sessions and their files soon after their page was closed.

Streamlit keeps sessions for pages that reconnect, and checks their age only when another session
ends. It keeps a file for ever if the upload ends after the session.
"""

import time
from contextlib import AbstractAsyncContextManager
from typing import Final

from streamlit.runtime import Runtime, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from app.guard.periodic import repeated

KEPT_SECONDS: Final = 30.0  # for pages that reconnect, as on a phone that changes networks
CHECK_SECONDS: Final = 5.0


def freed() -> AbstractAsyncContextManager[None]:
    """Frees ended sessions every CHECK_SECONDS as long as the context lasts."""
    sessions = EndedSessions(get_instance())

    async def free() -> None:
        sessions.free(time.monotonic())

    return repeated(free, CHECK_SECONDS)


class EndedSessions:
    """The sessions to which no page is connected."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._ended_at: dict[str, float] = {}  # seconds, when each was first seen without a page

    def free(self, now: float) -> None:
        """Closes the sessions that have had no page for KEPT_SECONDS; now: seconds."""
        sessions = {info.session.id for info in self._runtime._session_mgr.list_sessions()}
        ended = {name for name in sessions if not self._runtime.is_active_session(name)}
        self._ended_at = {name: self._ended_at.get(name, now) for name in ended}
        for name, ended_at in self._ended_at.items():
            if now - ended_at >= KEPT_SECONDS:
                self._runtime.close_session(name)
        manager = self._runtime.uploaded_file_mgr
        assert isinstance(manager, MemoryUploadedFileManager)
        for name in set(manager.file_storage) - sessions:
            manager.remove_session_files(name)
