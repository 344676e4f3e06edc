"""A page's WebSocket, which can give widgets any value: presses, ways to write, and files."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final

import requests
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection

PICTURE: Final = ":material/image: Picture"  # as app/main.py labels it
RUN_SECONDS: Final = 60.0  # allowed for a run, since a hostile visitor is served slowly


class HostilePage:
    """One open page. ids: those of its widgets, by kind or by the name of a component."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._values: dict[str, WidgetState] = {}
        self._fragments: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.session = ""
        self._num_presses = 0
        self.refusal = ""  # the text of the last error that the page showed

    async def open(self) -> None:
        """Asks for the page and waits until all of it has arrived."""
        await self.run()

    async def draw(self, objects: list[dict[str, Any]], background: str) -> None:
        """Puts Fabric objects on the canvas."""
        drawing = {"raw": {"objects": objects, "background": background}, "data": None}
        await self.put("sheet", json.dumps({"drawing": drawing}))

    async def put(self, component: str, value: str) -> None:
        """Gives a component any JSON as its value."""
        widget = self.ids[component]
        self._values[widget] = WidgetState(id=widget, json_value=value)
        await self.run(self._fragments[widget])

    async def press(self, component: str, name: str) -> None:
        """Presses a button of a panel, shown or not."""
        panel = self.ids[component]
        self._num_presses += 1
        event = json.dumps([{"event": "pressed", "value": [[self._num_presses, name]]}])
        trigger = WidgetState(id=_make_trigger_id(panel, "events"), json_trigger_value=event)
        await self.run(self._fragments[panel], trigger)

    async def choose_pictures(self) -> None:
        """Shows the uploader instead of the canvas."""
        way = WidgetState(id=self.ids["button_group"])
        way.string_array_value.data.append(PICTURE)
        self._values[way.id] = way
        await self.run()

    async def upload(self, address: str, headers: Mapping[str, str], content: bytes) -> None:
        """Chooses a picture, and waits until the page has read or refused it."""
        message = BackMsg()
        message.file_urls_request.request_id = "files"
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.append("picture")
        await self._connection.send(message.SerializeToString())
        (urls,) = (await self._next("file_urls_response")).file_urls_response.file_urls
        await asyncio.to_thread(
            requests.put,
            address + urls.upload_url,
            headers=headers,
            files={"file": ("picture", content)},
            timeout=RUN_SECONDS,
        )
        uploader = WidgetState(id=self.ids["file_uploader"])
        info = uploader.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = "picture", len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        self._values[uploader.id] = uploader
        await self.run(self._fragments[uploader.id])

    async def run(self, fragment: str = "", *triggers: WidgetState) -> None:
        """Runs the page, or a fragment of it, with the widgets' values and these presses."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        message.rerun_script.widget_states.widgets.extend([*self._values.values(), *triggers])
        self.refusal = ""
        await self._connection.send(message.SerializeToString())
        await self._next("script_finished")

    async def _next(self, kind: str) -> ForwardMsg:
        """The next message of a kind; what the page shows until then is remembered."""
        async with asyncio.timeout(RUN_SECONDS):
            while True:
                message = ForwardMsg()
                message.ParseFromString(await self._connection.recv(decode=False))
                self._remember(message)
                if message.WhichOneof("type") == kind:
                    return message

    def _remember(self, message: ForwardMsg) -> None:
        self.session = message.new_session.initialize.session_id or self.session
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "alert":
            self.refusal = element.alert.body
        if kind not in ("bidi_component", "button_group", "file_uploader"):
            return
        widget = getattr(element, kind)
        self._fragments[widget.id] = message.delta.fragment_id
        for name in ("sheet", "details") if kind == "bidi_component" else (kind,):
            if name == kind or name in widget.id:
                self.ids[name] = widget.id
