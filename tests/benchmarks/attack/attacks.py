"""The attacks: what one attacker does in one turn, repeated until the attack is over."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Final, NamedTuple

import requests

from tests.benchmarks.attack.page_attacks import (
    Headers,
    connections,
    corrections,
    drawings,
    kept_uploads,
    kept_values,
    listen,
    nonsense,
    pictures_on_page,
    runs,
    stall,
    uploads,
    visits,
)
from tests.support.attacks import (
    FLOOD_MESSAGES,
    empty_lists,
    frame,
    inkml_of_signs,
    inkml_with_entities,
    many_parts,
    much_after_form,
    rerun,
    scribble,
    upright_strokes,
)
from tests.support.hostile_pictures import (
    jpeg_with_many_scans,
    png_with,
    png_with_broken_texts,
    text_bomb,
    tiff_with_a_large_tile,
    tiff_with_many_tiles,
    webp_with_many_codes,
)
from tests.support.pictures import large_photograph
from tests.support.visitors import connected


class Attack(NamedTuple):
    """One kind of attack.

    act: one turn, given the server's address and the attacker's headers. attackers: how many take
    part at the same time. clients: how many addresses they have.
    """

    act: Callable[[str, Headers], Awaitable[None]]
    attackers: int
    clients: int = 1


def sent_by_page(data: Callable[[], bytes]) -> Callable[[str, Headers], Awaitable[None]]:
    """Sends frames over a page's WebSocket, as many as the connection takes."""

    async def act(address: str, headers: Headers) -> None:
        async with connected(address, headers=headers) as connection:
            connection.transport.write(data())
            await listen(connection)

    return act


def message(content: Callable[[], bytes]) -> Callable[[str, Headers], Awaitable[None]]:
    """Sends one message of any size over a page's WebSocket."""

    async def act(address: str, headers: Headers) -> None:
        async with connected(address, headers=headers) as connection:
            await connection.send(content())
            await listen(connection)

    return act


def posted(body: Callable[[], bytes], media_type: str) -> Callable[[str, Headers], Awaitable[None]]:
    """Sends a request to the service."""

    async def act(address: str, headers: Headers) -> None:
        url, fields = f"{address}/api/read", {**headers, "Content-Type": media_type}
        await asyncio.to_thread(requests.post, url, body(), headers=fields, timeout=60)

    return act


async def bodies(address: str, headers: Headers) -> None:
    """Sends a picture of which only one byte arrives."""
    fields = "Content-Length: 1000000\r\nContent-Type: image/png\r\n"
    await stall(address, headers, "POST /api/read", fields, b"\x89")


def _ink(drawing: list[Any]) -> bytes:
    return json.dumps({"strokes": [stroke.tolist() for stroke in drawing]}).encode()


# Made once, before anything is measured.
FORM: Final = "multipart/form-data; boundary=x"
PICTURES: Final[dict[str, Callable[[], bytes]]] = {
    "JPEGs of many scans": cache(jpeg_with_many_scans),
    "TIFFs of a large tile": cache(tiff_with_a_large_tile),
    "TIFFs of many tiles": cache(tiff_with_many_tiles),
    "PNGs of broken texts": cache(png_with_broken_texts),
    "PNGs of much text": cache(lambda: png_with(text_bomb(megabytes=8) * 200)),
    "WebPs of many codes": cache(webp_with_many_codes),
    "large photographs": cache(lambda: large_photograph(["2026", "8135"])),
}
ATTACKS: Final[dict[str, Attack]] = {
    "flood of messages": Attack(
        sent_by_page(lambda: frame(rerun(widgets=0)) * (FLOOD_MESSAGES // 10)), 4
    ),
    "flood of pings": Attack(sent_by_page(lambda: frame(b"", 9) * 40_000), 4),
    "pages that run all the time": Attack(runs, 40),
    "pages with costly drawings": Attack(drawings, 40),
    "pages with nonsense": Attack(nonsense, 40),
    "pages that correct without end": Attack(corrections, 20),
    "pages with costly pictures": Attack(pictures_on_page(cache(jpeg_with_many_scans)), 8),
    "pages with large photographs": Attack(
        pictures_on_page(cache(lambda: large_photograph(["2026", "8135"]))), 8
    ),
    "messages full of lists": Attack(message(lambda: rerun(empty_lists(600_000))), 8),
    "messages of 19 MB": Attack(message(lambda: rerun(empty_lists(6_500_000))), 4),
    "pages that keep much": Attack(kept_values, 40),
    "pages that come and go": Attack(visits, 20),
    "uploads that stall": Attack(uploads, 20),
    "uploads that are kept": Attack(kept_uploads, 8),
    "bodies that stall": Attack(bodies, 16, clients=2),
    "connections that say little": Attack(connections, 10),
    "upright strokes": Attack(posted(lambda: _ink(upright_strokes()), "application/json"), 8),
    "scribbles": Attack(posted(lambda: _ink(scribble()), "application/json"), 8),
    "InkML of entities": Attack(posted(cache(inkml_with_entities), "application/xml"), 8),
    "InkML of signs": Attack(posted(cache(inkml_of_signs), "application/xml"), 8),
    "forms of many parts": Attack(posted(cache(many_parts), FORM), 8),
    "forms with much after them": Attack(posted(cache(much_after_form), FORM), 8),
    **{name: Attack(posted(make, "image/x"), 8) for name, make in PICTURES.items()},
}
