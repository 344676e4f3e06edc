"""What the fuzzer's cases are made of: choices, drawings, and spoilt values and bytes."""

from typing import Any, Final

import numpy as np

from tests.support.drawings import placed

Random = np.random.Generator
NUMBERS: Final = (
    *(0.0, -0.0, 1.0, -1.0, 1e-300, 5e-324, 999_999.0, 1e6, 1_000_001.0, 1e15, 1e300, -1e308),
    *(float("nan"), float("inf"), float("-inf"), 2**31, 2**63, -(2**63), 10**400),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, "", "1", b"1", "NaN", [], [[]], {}, (), {"x": 1}, 1j, object(), Ellipsis),
    *(range(3), np.float16(1), np.datetime64("2020"), np.ma.masked, np.array(1), np.zeros((0, 2))),
)


def pick(random: Random, choices: Any) -> Any:
    return choices[int(random.integers(len(choices)))]


def random_drawing(random: Random) -> list[Any]:
    """A few digits, with their strokes as lists."""
    size = 10 ** random.uniform(0, 3)
    digits = random.integers(0, 10, random.integers(0, 5)).tolist()
    strokes = [
        stroke for at, digit in enumerate(digits) for stroke in placed(digit, at * size, 0, size)
    ]
    return [np.round(stroke, int(random.integers(0, 9))).tolist() for stroke in strokes]


def spoil(random: Random, given: Any) -> Any:
    """The value with something else in one place, at any depth."""
    if not isinstance(given, list) or not given or random.random() < 0.1:
        return pick(random, NUMBERS) if random.random() < 0.5 else pick(random, VALUES)
    at = int(random.integers(len(given)))
    return [*given[:at], spoil(random, given[at]), *given[at + 1 :]]


def damage(random: Random, content: bytes) -> bytes:
    """The bytes with some changed, mostly at the start, where a file says what it is."""
    damaged = bytearray(content or b"\x00")
    for _ in range(int(random.integers(0, 6))):
        reach = len(damaged) if random.random() < 0.3 else min(len(damaged), 200)
        damaged[int(random.integers(reach))] = pick(
            random, (0, 1, 127, 128, 255, random.integers(256))
        )
    if random.random() < 0.25:
        del damaged[int(random.integers(len(damaged))) :]
    if random.random() < 0.1:
        damaged *= 2
    if random.random() < 0.1:
        at = int(random.integers(len(damaged) + 1))
        damaged[at:at] = random.bytes(int(random.integers(1, 30)))
    return bytes(damaged)
