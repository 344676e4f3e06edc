"""Visitors of the page for the load test: a few in a real browser, most using only its protocol.

Twenty browsers would occupy a small machine completely. A visitor by protocol opens the same
WebSocket, asks for live readings while it draws a stroke, then sends what the canvas would send,
and waits for the reading that the browser would show. Every visitor draws a number that no other
visitor draws, and must see only that number.
"""

import asyncio
import html
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app.page.canvas import PAPER_COLOUR, fabric_objects
from tests.support.browser import (
    FLAGS,
    canvas,
    change_sheet,
    draw_with_mouse,
    expect_read,
    find_chromium,
    number_on_sheet,
    open_page,
)
from tests.support.drawings import DIGITS, placed
from tests.support.http_connection import HttpConnection

ONE_STROKE_DIGITS: Final = [digit for digit in sorted(DIGITS) if len(DIGITS[digit]) == 1]
TIMEOUT_SECONDS: Final = 15.0  # for a reading
STROKE_SECONDS: Final = 1.0  # from one stroke to the next
LIVE_SECONDS: Final = 1 / 30  # from one live reading to the next
PEN_WIDTH: Final = 28  # canvas pixels
HINT: Final = "Draw a digit"
MAX_MESSAGE_BYTES: Final = 32 << 20
# Runs in the page: records each reading with the milliseconds since the mouse went up.
WATCH: Final = """() => {
    window.seen = []
    const read = () => document.querySelector('.st-key-reading [role=status]')?.textContent ?? ''
    let up = 0, last = read()
    for (const name of ['mouseup', 'pointerup'])
        document.addEventListener(name, () => { up = performance.now() }, true)
    new MutationObserver(() => {
        const text = read()
        if (text !== last) window.seen.push([last = text, performance.now() - up])
    }).observe(document.body, {subtree: true, childList: true, characterData: true})
}"""


@dataclass
class Observations:
    """What some visitors saw: the seconds from each stroke to its reading, and what went wrong.

    live_seconds: from each request for a live reading to its answer. num_not_live: strokes for
    which the page allowed no live reading.
    """

    seconds: list[float] = field(default_factory=list)
    live_seconds: list[float] = field(default_factory=list)
    num_not_live: int = 0
    wrong: list[str] = field(default_factory=list)  # another visitor's reading, or a misreading
    errors: list[str] = field(default_factory=list)


def number_of(visitor: int) -> str:
    """Two digits of one stroke each, which differ for each of 64 visitors."""
    first, second = divmod(visitor, len(ONE_STROKE_DIGITS))
    return f"{ONE_STROKE_DIGITS[first % len(ONE_STROKE_DIGITS)]}{ONE_STROKE_DIGITS[second]}"


async def by_protocol(address: str, visitor: int, seconds: float) -> Observations:
    """Draws its number again and again, a stroke every STROKE_SECONDS, for some seconds."""
    seen, number = Observations(), number_of(visitor)
    strokes = [
        stroke
        for index, digit in enumerate(number)
        for stroke in placed(int(digit), 200 + 210 * index, 140, 300)
    ]
    try:
        async with connected(address) as socket:
            page, service = PageClient(socket), await HttpConnection.open(address)
            await page.open()
            end, next_stroke = time.monotonic() + seconds, time.monotonic()
            while time.monotonic() < end:
                for count in (1, 2):
                    await _draw_live(page, service, strokes[count - 1], number[:count], seen)
                    started = time.perf_counter()
                    text = await page.draw(fabric_objects(strokes[:count], PEN_WIDTH))
                    seen.seconds.append(time.perf_counter() - started)
                    if text != number[:count]:
                        seen.wrong.append(f"drew {number[:count]}, saw {text}")
                    next_stroke += STROKE_SECONDS
                    await asyncio.sleep(max(next_stroke - time.monotonic(), 0))
                if text := await page.draw([]):
                    seen.wrong.append(f"drew nothing, saw {text}")
            service.close()
    except Exception as error:  # any error is counted
        seen.errors.append(f"{type(error).__name__}: {error}")
    return seen


async def _draw_live(
    page: "PageClient",
    service: HttpConnection,
    stroke: NDArray[np.float64],
    expected: str,
    seen: Observations,
) -> None:
    """Asks for live readings of more and more of a stroke, and finally of the whole."""
    if page.live is None:
        seen.num_not_live += 1
        return
    for count in range(2, len(stroke) + 1):
        started = time.perf_counter()
        question = {
            "token": page.live["token"],
            "base": page.live["run"],
            "number": count,
            "strokes": [stroke[:count].tolist()],
            "is_drawing": count < len(stroke),
        }
        status, answer = await service.post(page.live["url"], json.dumps(question).encode())
        seen.live_seconds.append(time.perf_counter() - started)
        if status != 200:
            seen.errors.append(f"live: {answer}")
            return
        if answer["number"] != count:
            seen.wrong.append(f"asked live {count}, was answered {answer['number']}")
        await asyncio.sleep(max(started + LIVE_SECONDS - time.perf_counter(), 0))
    if (text := _text_of(answer["html"])) != expected:
        seen.wrong.append(f"drew {expected}, saw live {text}")


async def first_page(address: str) -> None:
    """Opens the page, and leaves once the server has sent all of it."""
    async with connected(address) as socket:
        await PageClient(socket).open()


def connected(
    address: str,
    origin: str | None = None,
    headers: Mapping[str, str] | None = None,
    client: str | None = None,
) -> connect:
    """The page's WebSocket, opened by a page of its own origin or of another.

    headers: further headers of the handshake. client: the local address that it comes from.
    """
    url = address.replace("http", "ws") + "/_stcore/stream"
    options: Any = {
        "origin": origin or address,
        "max_size": MAX_MESSAGE_BYTES,
        "proxy": None,
        "close_timeout": 2,
        "open_timeout": 60,  # a busy machine takes long to import the page
    }
    if client:
        options["local_addr"] = (client, 0)
    return connect(url, additional_headers=headers, **options)


class PageClient:
    """One open page, as its server sees it.

    live: where and how the page asks for live readings, see `DrawingRead.publish`; None if it may
    not.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.live: dict[str, Any] | None = None
        self._canvas = self._fragment = self._keeper = ""

    async def open(self) -> None:
        """Asks for the page and waits until all of it has arrived."""
        message = BackMsg()
        message.rerun_script.SetInParent()
        await self._run(message)

    async def draw(self, objects: list[dict[str, Any]]) -> str:
        """Puts a drawing, Fabric objects, on the canvas. Returns what is read."""
        message = BackMsg()
        message.rerun_script.fragment_id = self._fragment
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self._canvas
        drawing = {"raw": {"objects": objects, "background": PAPER_COLOUR}, "data": None}
        widget.json_value = json.dumps({"drawing": drawing})
        return await self._run(message)

    async def restore(self, objects: list[dict[str, Any]]) -> str:
        """Gives a new session the drawing that the browser has kept. Returns what is read."""
        message = BackMsg()
        message.rerun_script.fragment_id = self._fragment
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = _make_trigger_id(self._keeper, "events")
        kept = {"base": objects, "strokes": []}
        widget.json_trigger_value = json.dumps([{"event": "kept", "value": kept}])
        return await self._run(message)

    async def _run(self, request: BackMsg) -> str:
        await self._socket.send(request.SerializeToString())
        text = ""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                message = ForwardMsg()
                message.ParseFromString(await self._socket.recv(decode=False))
                if message.WhichOneof("type") == "script_finished":
                    return text
                element = message.delta.new_element
                if element.WhichOneof("type") != "bidi_component":
                    continue
                component = element.bidi_component
                if "sheet" in component.id:
                    self._canvas, self._fragment = component.id, message.delta.fragment_id
                elif component.component_name == "kept_drawing":
                    self._keeper = component.id
                elif component.component_name == "headline":
                    headline = json.loads(component.json)
                    text, self.live = _text_of(headline["html"]), headline["drawing"]["live"]


def _text_of(headline: str) -> str:
    """The reading in a headline's HTML; "" for a hint."""
    match = re.search(r'class="read".*?(?=<span class="sure"|$)', headline, re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", f"<{match[0]}")).strip() if match else ""


def in_browser(address: str, visitors: range, seconds: float) -> Observations:
    """Does the same with the mouse, for visitors in separate contexts of one Chromium."""
    seen = Observations()
    with sync_playwright() as playwright:
        chromium = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            pages = {visitor: open_page(browser, address) for visitor in visitors}
            for page in pages.values():
                page.evaluate(WATCH)
            end, next_stroke = time.monotonic() + seconds, time.monotonic()
            while time.monotonic() < end:
                for count in (1, 2):
                    for visitor, page in pages.items():
                        _draw(page, number_of(visitor), count)
                    for visitor, page in pages.items():
                        _see(page, number_of(visitor)[:count], seen)
                    next_stroke += STROKE_SECONDS
                    time.sleep(max(next_stroke - time.monotonic(), 0))
                for page in pages.values():
                    change_sheet(page, "clear")
                    expect_read(page, HINT)  # otherwise it would count as the next reading
        except Exception as error:  # any error is counted
            seen.errors.append(f"{type(error).__name__}: {error}")
        browser.close()
    return seen


def _draw(page: Page, number: str, count: int) -> None:
    canvas(page).wait_for()
    page.evaluate("() => { window.seen.length = 0 }")
    draw_with_mouse(page, number_on_sheet(page, number)[count - 1 : count])


def _see(page: Page, expected: str, seen: Observations) -> None:
    page.wait_for_function("() => window.seen.length", timeout=1000 * TIMEOUT_SECONDS)
    text, after = page.evaluate("() => window.seen.at(-1)")
    seen.seconds.append(after / 1000)
    if not re.match(rf"\s*{expected}(?!\d)", text):
        seen.wrong.append(f"drew {expected}, saw {text}")
