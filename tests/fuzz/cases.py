"""The cases of `tests.fuzz`: broken strokes, arrays, picture files and requests.

A case is made from a seed and its number alone, so that it can be made again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from tests.fuzz.messages import canvas_value, page_messages, socket_bytes
from tests.fuzz.pictures import lying_picture, random_file, random_pattern
from tests.fuzz.random_values import Random, damage, pick, random_drawing, spoil
from tests.fuzz.requests import (
    ink_request,
    inkml_request,
    odd_request,
    optional_file,
    pad_request,
    picture_request,
    url_request,
)
from tests.fuzz.structures import composed, rebuilt


@dataclass(frozen=True)
class Case:
    """An input for one door.

    door: "ink" or "image" of the recogniser, "file" of picture_file, "request" of the service, or
    one of the page's, see `tests.fuzz.page_doors`. given: strokes, an array or bytes; (method,
    path, headers, body) for the service; what the door takes for the page.
    """

    maker: str
    door: str
    given: Any
    single: bool = False


def make(seed: int, number: int) -> Case:
    """The case of this number."""
    random = np.random.default_rng((seed, number))
    maker = pick(random, MAKERS)
    door, given = maker(random)
    return Case(maker.__name__, door, given, single=bool(random.random() < 0.1))


def wrong_strokes(random: Random) -> tuple[str, Any]:
    """A drawing in which some value is not a number, or not a list."""
    return "ink", spoil(random, random_drawing(random))


def many_strokes(random: Random) -> tuple[str, Any]:
    """Scribbles: more and more strokes on top of each other, or far too many points."""
    count, points = int(10 ** random.uniform(0, 2.9)), int(10 ** random.uniform(0, 2.5))
    spread = 10 ** random.uniform(0, 4)
    if random.random() < 0.03:
        count, points = 1, 1_000_000
    wander = random.normal(0, 10 ** random.uniform(-1, 2), (count, points, 2)).cumsum(axis=1)
    return "ink", list(wander + random.uniform(0, spread, (count, 1, 2)))


def odd_array(random: Random) -> tuple[str, Any]:
    """An array of some type and shape, which in most cases is not a picture."""
    dtype = pick(random, [*["uint8"] * 6, "uint16", "int8", "float32", "bool", "object", "U1"])
    sides = [0, 1, 2, 3, 7, 28, 30_000, int(random.integers(1, 300))]
    shape = [pick(random, sides) for _ in range(random.integers(0, 3))]
    shape += [pick(random, [1, 2, 3, 3, 4, 4, 5])] if random.random() < 0.7 else []
    if np.prod(shape, dtype=np.int64) > 4_000_000:
        return "image", np.broadcast_to(np.uint8(7), shape)
    array = random.integers(0, 256, shape).astype(dtype)
    return "image", array[tuple(slice(None, None, -1) for _ in array.shape)]


def pattern(random: Random) -> tuple[str, Any]:
    """A picture full of marks that are not writing."""
    image = random_pattern(random, int(random.integers(1, 900)), int(random.integers(1, 900)))
    tint = random.integers(0, 256, pick(random, [3, 4])).astype(np.uint8)
    tinted = np.dstack([image & colour for colour in tint])
    return "image", image if random.random() < 0.6 else tinted


def broken_file(random: Random) -> tuple[str, Any]:
    """A picture file with some bytes changed, left out or doubled."""
    return "file", damage(random, random_file(random))


def lying_file(random: Random) -> tuple[str, Any]:
    """A picture file that declares a size it does not have, small or huge."""
    return "file", lying_picture(random)


def restructured_file(random: Random) -> tuple[str, Any]:
    """A picture file with its structure changed, decoded in this process or in a decoder's."""
    content = rebuilt(random, random_file(random))
    if random.random() < 0.5:
        return "file", content
    return "request", ("POST", "/api/read", [("content-type", "image/x")], content)


def composed_file(random: Random) -> tuple[str, Any]:
    """A picture file with a structure that no program writes."""
    content = composed(random)
    if random.random() < 0.3:
        content = rebuilt(random, content)
    return "request", ("POST", "/api/read", [("content-type", "image/x")], content)


def large_file(random: Random) -> tuple[str, Any]:
    """A picture of up to very many pixels, but rarely: one takes as long as fifty other cases."""
    side = 200 if random.random() < 0.8 else 3_000
    height, width = (int(side * random.uniform(0.2, 1.3)) for _ in range(2))
    pixels = random_pattern(random, height, width)
    if random.random() < 0.5:
        cv2.add(pixels, random.integers(0, 30, pixels.shape).astype(np.uint8), pixels)
    image = np.dstack([pixels] * pick(random, [1, 3, 4]))
    coded = cv2.imencode(pick(random, [".png", ".jpg", ".webp", ".tiff"]), image)[1].tobytes()
    if random.random() < 0.5:
        return "file", coded
    return "request", ("POST", "/api/read", [("content-type", "image/x")], coded)


Maker = Callable[[Random], tuple[str, Any]]
MAKERS: Final[list[Maker]] = [
    *(wrong_strokes, many_strokes, odd_array, pattern, broken_file, broken_file, lying_file),
    *(restructured_file, restructured_file),
    *(picture_request, picture_request, ink_request, ink_request, odd_request, large_file),
    *(optional_file, inkml_request, url_request, pad_request),
    *(composed_file, page_messages, page_messages, canvas_value, socket_bytes),
]
