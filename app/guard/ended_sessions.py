"""Frees what sessions leave behind soon after their page was closed.

Streamlit keeps them for a page that reconnects, and looks at their age only when another session
ends; a file whose upload ends after its session is kept for ever.
"""

import time
from contextlib import AbstractAsyncContextManager
from typing import Final

from streamlit.runtime import Runtime, get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from app.guard.periodic import repeated

KEPT_SECONDS: Final = 30.0  # a phone that changes its network takes some
CHECK_SECONDS: Final = 5.0


def freed() -> AbstractAsyncContextManager[None]:
    """Frees them from time to time as long as the context lasts."""
    sessions = EndedSessions(get_instance())

    async def free() -> None:
        sessions.free(time.monotonic())

    return repeated(free, CHECK_SECONDS)


class EndedSessions:
    """Those that no page is connected to."""

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
