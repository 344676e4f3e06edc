"""Small pictures and marks that people draw instead of a digit.

Each function draws one, in pixels of a square about 100 wide, y down. None draws only a ring, an
upright bar or a steep stroke, because these are digits.
"""

from typing import Final

import numpy as np

from train.augment.strokes import rotation
from train.negatives.curves import FULL, Drawing, Strokes, arc, dense, lines, ring, smooth


def _jitter(strokes: Strokes, random: np.random.Generator) -> Strokes:
    """Shifts and resizes each stroke a little."""
    return [s * random.normal(1, 0.06, 2) + random.normal(0, 2.5, 2) for s in strokes]


def face(random: np.random.Generator) -> Strokes:
    mouth = arc(50, 50 + random.uniform(-5, 15), 24, 0.5, np.pi - 0.5)
    if random.random() < 0.3:
        mouth[:, 1] = 140 - mouth[:, 1]
    size = random.uniform(1, 5)
    eyes = [ring(x, 36, size, size * random.uniform(1, 2)) for x in (33, 67)]
    nose = [lines((50, 45), (46, 58), (52, 58))] if random.random() < 0.3 else []
    return [*_jitter([*eyes, mouth, *nose], random), ring(50, 50, 50, 50)]


def star(random: np.random.Generator) -> Strokes:
    """A star of five points, drawn without lifting the pen."""
    angle = random.uniform(0, FULL) + np.arange(6) * FULL * 2 / 5
    corners = np.stack([np.cos(angle), np.sin(angle)], 1) * 50
    return [dense(corners + random.normal(0, 3, corners.shape))]


def heart(random: np.random.Generator) -> Strokes:
    t = np.linspace(0, FULL, 60) + random.uniform(0, 0.2)
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return [np.stack([16 * np.sin(t) ** 3, y * random.uniform(0.8, 1.2)], axis=1) * 3]


def house(random: np.random.Generator) -> Strokes:
    tall = random.uniform(0.7, 1.2) * 60
    walls = lines((0, 40), (0, 40 + tall), (80, 40 + tall), (80, 40), (0, 40))
    strokes = [walls, lines((-5, 42), (40, 0), (85, 42))]
    if random.random() < 0.6:
        foot = 40 + tall
        strokes.append(lines((30, foot), (30, foot - 30), (50, foot - 30), (50, foot)))
    return _jitter(strokes, random)


def polygon(random: np.random.Generator) -> Strokes:
    """A triangle, turned by any angle."""
    angle = random.uniform(0, FULL) + np.arange(3) * FULL / 3 + random.normal(0, 0.15, 3)
    corners = np.stack([np.cos(angle), np.sin(angle)], 1) * 50
    return [dense(np.concatenate([corners, corners[:1] + random.normal(0, 3, 2)]))]


def box(random: np.random.Generator) -> Strokes:
    """A square with something in it, or a box that is far wider than high."""
    kind = random.integers(3)
    if kind == 0:
        return [lines((0, 0), (100, 0), (100, random.uniform(25, 45)), (0, 35), (0, 0))]
    square = lines((0, 0), (90, 0), (90, 90), (0, 90), (0, 0))
    if kind == 1:
        return [square, lines((0, 0), (90, 90)), lines((90, 0), (0, 90))]
    return [square, lines((45, 0), (45, 90)), lines((0, 45), (90, 45))]


def arrow(random: np.random.Generator) -> Strokes:
    barb = random.uniform(22, 40)
    shaft, head = (
        [[0.0, 0.0], [100.0, 0.0]],
        [[100 - barb, -barb], [100.0, 0.0], [100 - barb, barb]],
    )
    angle = random.uniform(0, FULL)
    turn = rotation(angle)
    paths = [shaft, head]
    if random.random() < 0.2:
        paths.append([[barb, -barb], [0.0, 0.0], [barb, barb]])
    return [dense(np.array(path) @ turn.T) for path in paths]


def tick(random: np.random.Generator) -> Strokes:
    return [lines((0, random.uniform(40, 60)), (25, 80), (random.uniform(75, 110), 0))]


def cross(random: np.random.Generator) -> Strokes:
    """An X, a plus or an asterisk."""
    count = int(random.choice([2, 2, 3, 4]))
    start = random.uniform(0, np.pi / 4) if count > 2 else random.choice([0, np.pi / 4])
    strokes = []
    for angle in start + np.arange(count) * np.pi / count + random.normal(0, 0.08, count):
        end = np.array([np.cos(angle), np.sin(angle)]) * random.uniform(40, 50)
        strokes.append(dense(np.stack([-end, end])))
    return strokes


def person(random: np.random.Generator) -> Strokes:
    hand = random.uniform(-20, 20)
    return _jitter(
        [
            ring(50, 15, 14, 14),
            lines((50, 29), (50, 65)),
            lines((22, 45 + hand), (50, 42), (78, 45 + hand)),
            lines((28, 100), (50, 65), (72, 100)),
        ],
        random,
    )


def cloud(random: np.random.Generator) -> Strokes:
    bumps = int(random.integers(5, 8))
    angle = np.linspace(0, FULL, 30 * bumps)
    radius = 0.6 + 0.4 * np.abs(np.sin(angle * bumps / 2))
    x, y = 50 * radius * np.cos(angle), 50 * radius * np.sin(angle) * random.uniform(0.5, 0.7)
    return [np.stack([x, y], axis=1)]


def lightning(random: np.random.Generator) -> Strokes:
    """The outline of a bolt, because a mere zigzag would be a 4 or a 5."""
    corners = np.array(
        [[55, 0], [15, 55], [42, 55], [25, 100], [80, 40], [50, 40], [80, 0], [55, 0]]
    )
    return [dense(corners + random.normal(0, 2.5, corners.shape))]


def rules(random: np.random.Generator) -> Strokes:
    """One to four lines below each other, such as dashes, underlines or an equals sign."""
    return [
        smooth(np.stack([np.linspace(0, 100, 6), 22 * row + random.normal(0, 3, 6)], axis=1))
        for row in range(int(random.choice([1, 1, 1, 2, 2, 3, 4])))
    ]


def slopes(random: np.random.Generator) -> Strokes:
    """A line that is closer to horizontal than to vertical."""
    angle = np.deg2rad(random.uniform(-18, 18))
    bow = random.uniform(-12, 12)
    return [smooth(np.array([[0, 0], [50, 50 * np.tan(angle) + bow], [100, 100 * np.tan(angle)]]))]


def wave(random: np.random.Generator) -> Strokes:
    x = np.linspace(0, 100, 60)
    y = random.uniform(6, 16) * np.sin(x / 100 * FULL * random.uniform(1.5, 4))
    return [np.stack([x, y + 25 * row], axis=1) for row in range(int(random.integers(1, 4)))]


def fence(random: np.random.Generator) -> Strokes:
    """A grid of two by two lines or more, such as #, a ladder or a table."""
    down, across = random.integers(2, 5, 2)
    strokes = [lines((x, 0), (x + random.normal(0, 4), 100)) for x in np.linspace(15, 85, down)]
    return strokes + [
        lines((0, y), (100, y + random.normal(0, 4))) for y in np.linspace(15, 85, across)
    ]


def dots(random: np.random.Generator) -> Strokes:
    """Two to seven separate taps."""
    cells = random.permutation(16)[: int(random.integers(2, 8))]
    points = np.stack([cells % 4, cells // 4], axis=1) * 40 + random.uniform(
        -10, 10, (len(cells), 2)
    )
    return [point[None] for point in points]


def brackets(random: np.random.Generator) -> Strokes:
    """Corners that open to one side: [ ] < ^ v and L, but not >, which looks like a 7."""
    shape = [
        ((60.0, 0.0), (0.0, 0.0), (0.0, 100.0), (60.0, 100.0)),
        ((0.0, 0.0), (60.0, 0.0), (60.0, 100.0), (0.0, 100.0)),
        ((70.0, 0.0), (0.0, 50.0), (70.0, 100.0)),
        ((0.0, 80.0), (50.0, 0.0), (100.0, 80.0)),
        ((0.0, 0.0), (50.0, 80.0), (100.0, 0.0)),
        ((0.0, 0.0), (0.0, 90.0), (75.0, 90.0)),
    ][int(random.integers(6))]
    return [lines(*shape)]


ALL: Final[tuple[Drawing, ...]] = (
    *(face, star, heart, house, polygon, box, arrow, tick, cross, person, cloud, lightning),
    *(rules, rules, slopes, wave, fence, dots, brackets),
)
