"""One WebSocket, whose messages are counted and checked before the page gets them.

A client that sends faster than a hand can draw is slowed down first: its messages wait in the
network, so that its browser only sees a slow connection. If it goes on, it is disconnected with a
reason.
"""

import contextlib
import logging
from asyncio import TimerHandle, get_running_loop, sleep
from collections.abc import Callable
from typing import Final

from google.protobuf.message import DecodeError
from starlette.types import Message, Receive, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app.api.fair_places import FairPlaces
from app.guard.messages import UnacceptableMessage, is_for_visitors, parse
from app.guard.token_bucket import TokenBucket

LOG: Final = logging.getLogger("app.guard")
MESSAGES: Final = (10.0, 40.0)  # messages a second, and in a burst; a stroke sends one
BYTES: Final = (1e6, 4e6)  # bytes a second, and in a burst
PATIENCE: Final = (0.1, 4.0)  # seconds of delay allowed a second, and in a burst
MAX_RUN_SECONDS: Final = 10.0  # after which a run loses its place
MAX_REASON_BYTES: Final = 120  # of the reason in a close frame, which holds 123
MAX_FINISH_BYTES: Final = 256  # of the message which says that a run has finished
POLICY_VIOLATION: Final = 1008  # close codes of RFC 6455
UNSUPPORTED_DATA: Final = 1003


class Connection:
    """Passes messages between the server and the page, within limits.

    client: see `client_of`. buckets: for the messages and the bytes of all the client's
    connections. places: for runs of the page. fit: whether the memory that the page keeps after a
    message is within bounds.
    """

    def __init__(
        self,
        client: str,
        receive: Receive,
        send: Send,
        buckets: tuple[TokenBucket, TokenBucket],
        places: FairPlaces,
        fit: Callable[[BackMsg], bool] = lambda _: True,
    ) -> None:
        self._client, self._receive, self._send = client, receive, send
        self._client_messages, self._client_bytes = buckets
        self._messages, self._bytes = TokenBucket(*MESSAGES), TokenBucket(*BYTES)
        self._patience = TokenBucket(*PATIENCE)
        self._places, self._fit = places, fit
        self._run: TimerHandle | None = None  # gives a run's place back in time
        self._is_closed = False
        self.is_abusive = False  # it was closed for what the client sent

    async def receive(self) -> Message:
        """The next message that the page may receive."""
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                # With this code, `uvicorn_settings` closes connections that send too many frames.
                self.is_abusive |= message.get("code") == POLICY_VIOLATION
                return message
            data = message.get("bytes")
            if data is None:
                return await self._close(UNSUPPORTED_DATA, "expected binary messages, got text")
            if not await self._is_in_time(len(data)):
                return await self._close(POLICY_VIOLATION, "too many messages; reload the page")
            try:
                parsed = parse(data)
            except UnacceptableMessage as error:
                return await self._close(POLICY_VIOLATION, str(error))
            if not self._fit(parsed):
                return await self._close(POLICY_VIOLATION, "too much on your pages; close some")
            if is_for_visitors(parsed):
                if parsed.HasField("rerun_script"):
                    await self._start_run()
                return message

    async def send(self, message: Message) -> None:
        """Passes the page's messages on, until the connection is closed here."""
        if _is_end_of_run(message):
            self.end()
        if self._is_closed:
            return
        try:
            await self._send(message)
        except OSError:
            # The client has disconnected, as `receive` says next. Streamlit would take the error
            # for a fault of its own, and log it at length.
            self._is_closed = True

    def end(self) -> None:
        """Gives the place of a run back, if there is one."""
        if self._run is not None:
            self._run.cancel()
            self._run = None
            self._places.give_back(self._client)

    async def _is_in_time(self, num_bytes: int) -> bool:
        """Delays a message as the limits demand; False if they were exceeded for too long."""
        connection_delay = max(self._messages.spend(1), self._bytes.spend(num_bytes))
        client_delay = max(self._client_messages.spend(1), self._client_bytes.spend(num_bytes))
        if self._patience.spend(connection_delay):
            return False
        if delay := max(connection_delay, client_delay):
            await sleep(delay)
        return True

    async def _start_run(self) -> None:
        """Waits for a place, unless the page has one because it runs already."""
        if self._run is None:
            await self._places.take(self._client)
            loop = get_running_loop()
            self._run = loop.call_later(MAX_RUN_SECONDS, self.end)

    async def _close(self, code: int, reason: str) -> Message:
        """Closes the connection; returns the message that tells the page so."""
        LOG.warning("closed a page's connection: %s", reason)
        self._is_closed = self.is_abusive = True
        with contextlib.suppress(OSError):  # the client has disconnected
            reason = reason[:MAX_REASON_BYTES]
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        return {"type": "websocket.disconnect", "code": code, "reason": reason}


def _is_end_of_run(message: Message) -> bool:
    """Whether the page says that its run has finished, and that none follows at once."""
    data = message.get("bytes") or b""
    if not 0 < len(data) <= MAX_FINISH_BYTES:
        return False
    parsed = ForwardMsg()
    try:
        parsed.ParseFromString(data)
    except DecodeError:
        return False
    is_last = parsed.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
    return parsed.WhichOneof("type") == "script_finished" and is_last
