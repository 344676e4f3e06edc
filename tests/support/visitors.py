"""Visitors of the page for the load test: some in a real browser, most by its protocol alone.

Twenty browsers would need all of a small machine for themselves. A visitor by protocol opens the
same WebSocket, sends what the canvas sends after a stroke, and waits for the reading that the
browser would show. Every visitor draws a number of its own, and must see that and nothing else.
"""

import asyncio
import html
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app.page.canvas import PAPER_COLOUR, fabric_objects
from tests.support.browser import (
    FLAGS,
    canvas,
    change_sheet,
    draw_with_mouse,
    find_chromium,
    number_on_sheet,
    open_page,
)
from tests.support.drawings import DIGITS, placed

ONE_STROKE: Final = [digit for digit in sorted(DIGITS) if len(DIGITS[digit]) == 1]
PATIENCE: Final = 15.0  # seconds for a reading
BEAT: Final = 1.0  # seconds from one stroke to the next
SENT: Final = 32 << 20  # bytes, of the largest message
# In the page: when the mouse went up last, and what was read when, in milliseconds after that.
WATCH: Final = """() => {
    window.seen = []
    let up = 0, last = ''
    for (const name of ['mouseup', 'pointerup'])
        document.addEventListener(name, () => { up = performance.now() }, true)
    new MutationObserver(() => {
        const text = document.querySelector('.st-key-reading [role=status]')?.textContent ?? ''
        if (text !== last) window.seen.push([last = text, performance.now() - up])
    }).observe(document.body, {subtree: true, childList: true, characterData: true})
}"""


@dataclass
class Seen:
    """What some visitors met with: seconds from each stroke to its reading, and what was wrong."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)  # a reading of somebody else, or a false one
    errors: list[str] = field(default_factory=list)


def number_of(visitor: int) -> str:
    """Two digits of one stroke each that only this one of 64 visitors draws."""
    first, second = divmod(visitor, len(ONE_STROKE))
    return f"{ONE_STROKE[first % len(ONE_STROKE)]}{ONE_STROKE[second]}"


async def by_protocol(address: str, visitor: int, seconds: float) -> Seen:
    """Draws its number again and again, a stroke a beat, for some seconds."""
    seen, number = Seen(), number_of(visitor)
    strokes = [
        stroke
        for place, digit in enumerate(number)
        for stroke in placed(int(digit), 200 + 210 * place, 140, 300)
    ]
    try:
        async with _connected(address) as socket:
            page = _Protocol(socket)
            await page.open()
            ends, beat = time.monotonic() + seconds, time.monotonic()
            while time.monotonic() < ends:
                for drawn in (1, 2):
                    started = time.perf_counter()
                    text = await page.draw(fabric_objects(strokes[:drawn], 28))
                    seen.seconds.append(time.perf_counter() - started)
                    if text != number[:drawn]:
                        seen.wrong.append(f"drew {number[:drawn]}, saw {text}")
                    beat += BEAT
                    await asyncio.sleep(max(beat - time.monotonic(), 0))
                if text := await page.draw([]):
                    seen.wrong.append(f"drew nothing, saw {text}")
    except Exception as error:  # whatever it is, it is counted
        seen.errors.append(f"{type(error).__name__}: {error}")
    return seen


async def first_page(address: str) -> None:
    """Opens the page and leaves when the server has sent all of it."""
    async with _connected(address) as socket:
        await _Protocol(socket).open()


def _connected(address: str) -> connect:
    where = address.replace("http", "ws") + "/_stcore/stream"
    return connect(where, origin=address, max_size=SENT, proxy=None)  # type: ignore[arg-type]


class _Protocol:
    """One open page, as its server sees it."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._canvas = self._fragment = ""

    async def open(self) -> None:
        """Asks for the page and waits until all of it is there."""
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

    async def _run(self, message: BackMsg) -> str:
        await self._socket.send(message.SerializeToString())
        text = ""
        async with asyncio.timeout(PATIENCE):
            while True:
                told = ForwardMsg()
                told.ParseFromString(await self._socket.recv(decode=False))
                if told.WhichOneof("type") == "script_finished":
                    return text
                element = told.delta.new_element
                if element.WhichOneof("type") == "bidi_component" and "sheet" in (
                    element.bidi_component.id
                ):
                    self._canvas = element.bidi_component.id
                    self._fragment = told.delta.fragment_id
                elif 'role="status"' in element.markdown.body:
                    text = _text_of(element.markdown.body)


def _text_of(headline: str) -> str:
    """The reading in a headline's HTML; "" for a hint."""
    found = re.search(r'class="read".*?(?=<span class="sure"|$)', headline, re.S)
    return html.unescape(re.sub(r"<[^>]*>", "", f"<{found[0]}")).strip() if found else ""


def in_browser(address: str, visitors: range, seconds: float) -> Seen:
    """The same by visitors of one Chromium, each in a context of its own, with the mouse."""
    seen = Seen()
    with sync_playwright() as playwright:
        chromium = find_chromium(playwright)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            pages = {visitor: open_page(browser, address) for visitor in visitors}
            for page in pages.values():
                page.evaluate(WATCH)
            ends, beat = time.monotonic() + seconds, time.monotonic()
            while time.monotonic() < ends:
                for drawn in (1, 2):
                    for visitor, page in pages.items():
                        _draw(page, number_of(visitor), drawn)
                    for visitor, page in pages.items():
                        _see(page, number_of(visitor)[:drawn], seen)
                    beat += BEAT
                    time.sleep(max(beat - time.monotonic(), 0))
                for page in pages.values():
                    change_sheet(page, "clear")
        except Exception as error:  # whatever it is, it is counted
            seen.errors.append(f"{type(error).__name__}: {error}")
        browser.close()
    return seen


def _draw(page: Page, number: str, drawn: int) -> None:
    canvas(page).wait_for()
    page.evaluate("() => { window.seen.length = 0 }")
    draw_with_mouse(page, number_on_sheet(page, number)[drawn - 1 : drawn])


def _see(page: Page, expected: str, seen: Seen) -> None:
    page.wait_for_function("() => window.seen.length", timeout=1000 * PATIENCE)
    text, after = page.evaluate("() => window.seen.at(-1)")
    seen.seconds.append(after / 1000)
    if not re.match(rf"\s*{expected}(?!\d)", text):
        seen.wrong.append(f"drew {expected}, saw {text}")
