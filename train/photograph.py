"""A digit on paper, as a phone photographs it: what `find_ink` meets and training learns from.

Everything is drawn from one Generator, so the same one gives the same picture. Ink, ruling and
desk are masks; colours meet in `_expose`, then come light, lens, sensor and JPEG. A picture of
250 pixels takes about a millisecond.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Random = np.random.Generator
Map = NDArray[np.float32]  # (h, w) in [0, 1]
Tone = NDArray[np.float32]  # (3,) in [0, 1], a Colour as it is in one picture
Colour = tuple[float, float, float]  # red, green, blue in [0, 1], as reflected
Range = tuple[float, float]  # the ends of a uniform distribution


@dataclass(frozen=True)
class Pen:
    """One way to write.

    share: of the photographs, relative to the others. width: of the line, share of the digit's
    longer side. strength: how much of the paper the middle of a line covers. grain: how much of
    that the paper's tooth takes away. inks: one is chosen, and varied a little.
    """

    share: float
    width: Range
    strength: Range
    grain: Range
    inks: tuple[Colour, ...]


_BLACK, _BLUE, _RED = (0.08, 0.08, 0.1), (0.1, 0.18, 0.6), (0.72, 0.1, 0.12)
_GREEN, _VIOLET, _ORANGE = (0.08, 0.45, 0.2), (0.4, 0.15, 0.55), (0.85, 0.4, 0.08)
_GRAPHITE, _GREY = (0.24, 0.24, 0.26), (0.38, 0.38, 0.4)
_COLOURS = (_BLUE, _RED, _GREEN, _VIOLET, _ORANGE)

PENCIL: Final = Pen(0.42, (0.014, 0.05), (0.3, 0.85), (0.2, 0.8), (_GRAPHITE, _GREY))
BALLPOINT: Final = Pen(0.2, (0.016, 0.045), (0.6, 0.95), (0, 0.3), (_BLUE, _BLUE, _BLACK, _RED))
FELT: Final = Pen(0.14, (0.035, 0.09), (0.75, 1), (0, 0.15), (_BLACK, *_COLOURS))
MARKER: Final = Pen(0.08, (0.08, 0.15), (0.85, 1), (0, 0.1), (_BLACK, _BLACK, *_COLOURS))
CRAYON: Final = Pen(0.08, (0.03, 0.09), (0.5, 0.85), (0.3, 0.8), _COLOURS)
CHALK: Final = Pen(
    0.08, (0.025, 0.09), (0.5, 0.95), (0.2, 0.8), ((0.95, 0.95, 0.92), (0.95, 0.9, 0.55))
)
PENS: Final = (PENCIL, BALLPOINT, FELT, MARKER, CRAYON, CHALK)
PAPERS: Final[tuple[Colour, ...]] = (
    *((0.93, 0.93, 0.92),) * 5,  # white, most of all
    (0.96, 0.92, 0.8),  # cream
    (0.78, 0.78, 0.77),  # recycled
    (0.98, 0.93, 0.55),  # a yellow note
    (0.8, 0.88, 0.95),
    (0.95, 0.8, 0.84),
)
BOARDS: Final[tuple[Colour, ...]] = ((0.12, 0.13, 0.13), (0.1, 0.24, 0.18), (0.16, 0.2, 0.34))
DESKS: Final[tuple[Colour, ...]] = ((0.1, 0.09, 0.08), (0.35, 0.22, 0.12), (0.3, 0.31, 0.33))
RULINGS: Final[tuple[Colour, ...]] = ((0.45, 0.6, 0.8), (0.55, 0.55, 0.58), (0.4, 0.7, 0.6))
MARGIN: Final[Colour] = (0.85, 0.4, 0.42)

SIZE: Final = (20.0, 600.0)  # pixels, the picture's longer side; each octave as likely
LARGE: Final = (0.02, 1500.0)  # share of pictures that are larger, and up to what
ASPECT: Final = 1.4  # of the picture's sides at most
FILL: Final = (0.28, 1.0)  # share of the picture that the digit spans along its tighter axis
LEAST_EXTENT: Final = 17.0  # pixels along the digit's longer side, else people cannot read it
LEAST_PEN: Final = 1.1  # pixels; a thinner line is lost between a sensor's pixels
TOUCHES: Final = 0.08  # share whose ink touches the picture's edge
TURN: Final = 6.0  # degrees, standard deviation
SLANT: Final = 0.15  # standard deviation, sideways for a unit of height
PERSPECTIVE: Final = 0.2  # largest relative change of scale across the picture, each axis
RULED: Final = 0.22  # share with lines; half of these have them both ways
RULING_SPACE: Final = (0.45, 1.3)  # of the digit's longer side
RULING_WIDTH: Final = (0.006, 0.014)  # of the digit's longer side
RULING_STRENGTH: Final = (0.2, 0.7)  # of the ink's contrast; a rule as strong as ink is ink
DESK: Final = 0.1  # share whose paper ends before the picture does
DESK_ROOM: Final = 0.1  # of the picture's side that must be free beside the ink
SPECKLED: Final = 0.15  # share with specks
SPECKS: Final = 6  # at most
GRADIENT: Final = 0.22  # largest relative change of light from the middle to an edge
VIGNETTE: Final = 0.3  # largest loss of light in the corners
SHADOWED: Final = 0.35  # share with a shadow's edge across the paper
SHADOW: Final = (0.5, 0.9)  # light left in it
SHADOW_EDGE: Final = (0.05, 0.6)  # of the picture, how soft its edge is
EXPOSURE: Final = (0.55, 1.08)  # of white; above 1 is overexposed
WARMTH: Final = 0.08  # standard deviation of red's and blue's gain
TOOTH: Final = 0.02  # largest standard deviation of the paper's brightness
BLUR: Final = 0.45  # of the pen's width, largest standard deviation of defocus
MOVED: Final = (0.2, 1.0)  # share with motion blur, and its largest length in pen widths
NOISE: Final = (9.0, 0.15)  # levels of 255, and share of the ink's contrast, at most
LEAST_CONTRAST: Final = 0.16  # of white, between ink and paper in its most telling channel
CROP: Final = 40.0  # pixels along a digit; below, it was cut out of a picture, and needs more of
CROP_CONTRAST: Final = 0.35  # contrast for people to read it
PATCH: Final = 160.0  # pixels along a picture; a smaller one sees less of the light's change
QUALITY: Final = (35, 96)  # of JPEG
CROP_QUALITY: Final = 70  # least of a digit below CROP

_TILE: Final = 640  # pixels along the noise that all grain is cut from
_FINEST: Final = 224  # pixels: smaller pictures are drawn this large and reduced
_FINER: Final = 8  # times at most
_BITS: Final = 4  # fixed-point bits OpenCV draws with
_SOFT: Final = 0.25  # of a bitmap pixel's coverage, how soft an enlarged edge is


def _tiles() -> tuple[Map, ...]:
    """Noise of mean 0 and deviation 1, (1280, 1280) each: fine, and ever coarser."""
    fine = np.random.default_rng(0).standard_normal((_TILE, _TILE)).astype(np.float32)
    soft = [cv2.GaussianBlur(fine, (0, 0), sigma) for sigma in (0.8, 1.6, 3.2)]
    tiles = [fine, *((one / one.std()).astype(np.float32) for one in soft)]
    return tuple(np.tile(tile, (2, 2)) for tile in tiles)  # so that any corner begins a whole one


_NOISE: Final = _tiles()


def photograph(strokes: list[NDArray[np.float64]], random: Random) -> NDArray[np.uint8]:
    """A digit given by strokes, float (n, 2), x right and y down, at any scale.

    Returns uint8 (h, w, 3) RGB.
    """
    pen = _pen(random)
    smooth = [_smooth(np.asarray(stroke, np.float64)) for stroke in strokes]
    scene = _Scene(np.concatenate(smooth), random)
    width = scene.pen(random.uniform(*pen.width))
    return _expose(scene, pen, width, scene.lines(smooth, width), random)


def photograph_glyph(glyph: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """A digit given as a bitmap, uint8 (28, 28), ink 255 on 0 and not empty.

    Its pen is as wide as it is, whatever it is made of. Returns uint8 (h, w, 3) RGB.
    """
    x, y, width, height = cv2.boundingRect(glyph)
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)
    scene = _Scene(corners, random)
    edge = random.uniform(0.35, 0.6)  # coverage where the enlarged pen ends
    wide, high = scene.drawn
    to_centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    matrix = np.linalg.inv(to_centres) @ scene.matrix @ to_centres
    large = cv2.warpPerspective(
        glyph.astype(np.float32) / 255, matrix, (wide, high), flags=cv2.INTER_CUBIC
    )
    sharp = np.clip((large - np.float32(edge)) / np.float32(_SOFT) + np.float32(0.5), 0, 1)
    coverage = scene.reduced(np.asarray(sharp, np.float32))
    ink = (glyph > 127).astype(np.uint8)
    # The pen's width is twice the ink's area over its outline.
    outline = max(1, int((ink - cv2.erode(ink, np.ones((3, 3), np.uint8))).sum()))
    share = 2 * ink.sum() / outline / max(width, height)
    return _expose(scene, _pen(random), scene.pen(share), coverage, random)


class _Scene:
    """Where things lie: a picture of `size` (width, height), drawn `finer` times as large.

    matrix: (3, 3), from the digit's own coordinates to the drawing, perspective and all.
    extent: the digit's longer side and box: (left, top, right, bottom), in picture pixels.
    """

    def __init__(self, ink: NDArray[np.float64], random: Random) -> None:
        largest = LARGE[1] if random.random() < LARGE[0] else SIZE[1]
        longest = np.exp(random.uniform(np.log(SIZE[0]), np.log(largest)))
        sides = np.array([longest, longest / random.uniform(1, ASPECT)])
        sides = np.maximum(np.round(sides), SIZE[0])[:: 1 if random.random() < 0.5 else -1]
        fill = random.uniform(*FILL)
        warp = _warp(ink, fill, random)
        warped = cv2.perspectiveTransform(ink[None], warp)[0]
        low, span = warped.min(axis=0), np.maximum(np.ptp(warped, axis=0), 1e-3)
        scale = max(fill * (sides / span).min(), LEAST_EXTENT / span.max())
        sides = np.maximum(sides, np.ceil(scale * span))
        room = sides - scale * span
        place = random.uniform(0, 1, 2)
        if random.random() < TOUCHES:
            place[random.integers(2)] = random.integers(2)
        corner = room * place
        self.size = int(sides[0]), int(sides[1])
        self.extent = float(scale * span.max())
        self.box = (*corner, *(corner + scale * span))
        self.finer = int(np.clip(_FINEST // max(self.size), 1, _FINER))
        self.drawn = self.size[0] * self.finer, self.size[1] * self.finer
        move = np.diag([scale, scale, 1.0])
        move[:2, 2] = corner - low * scale
        self.matrix = np.diag([self.finer, self.finer, 1.0]) @ move @ warp
        self.unit = float(np.ptp(ink, axis=0).max())  # the digit's longer side in its own measure
        self.middle = (ink.max(axis=0) + ink.min(axis=0)) / 2

    def pen(self, share: float) -> float:
        """A line's width in picture pixels from its share of the digit's longer side."""
        return max(share * self.extent, LEAST_PEN)

    def lines(self, lines: list[NDArray[np.float64]], width: float) -> Map:
        """How much of each pixel is covered by lines of a width in picture pixels."""
        canvas = np.zeros(self.drawn[::-1], np.uint8)
        thick = 2 * max(0, round((width * self.finer - 1.4) / 2)) + 1  # OpenCV: 2k + 1 is 2k + 2.4
        for line in lines:
            points = cv2.perspectiveTransform(line[None], self.matrix)[0]
            fixed = np.round(points * (1 << _BITS)).astype(np.int32)
            if (fixed == fixed[0]).all():
                fixed = np.concatenate([fixed[:1], fixed[:1] + 1])  # a lone point is a dot
            cv2.polylines(canvas, [fixed], False, 255, thick, cv2.LINE_AA, _BITS)
        return self.reduced(canvas.astype(np.float32) / np.float32(255))

    def reduced(self, drawing: NDArray[np.float32]) -> Map:
        """A drawing at the picture's own size."""
        if self.finer == 1:
            return drawing
        return cv2.resize(drawing, self.size, interpolation=cv2.INTER_AREA).astype(np.float32)


def _pen(random: Random) -> Pen:
    shares = np.array([pen.share for pen in PENS])
    return PENS[random.choice(len(PENS), p=shares / shares.sum())]


def _smooth(stroke: NDArray[np.float64]) -> NDArray[np.float64]:
    """A stroke with its corners cut at a quarter of each leg (Chaikin): (n, 2)."""
    if len(stroke) < 3:
        return stroke
    start, end = stroke[:-1], stroke[1:]
    cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1)
    return np.concatenate([stroke[:1], cut.reshape(-1, 2), stroke[-1:]])


def _warp(ink: NDArray[np.float64], fill: float, random: Random) -> NDArray[np.float64]:
    """Turn, slant and perspective about the ink's middle, which becomes (0, 0): (3, 3)."""
    angle, slant = np.deg2rad(TURN) * random.standard_normal(), SLANT * random.standard_normal()
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    warp = np.eye(3)
    warp[:2, :2] = turn @ np.array([[1, slant], [0, 1]])
    warp[2, :2] = PERSPECTIVE * fill * random.uniform(-1, 1, 2)  # the ink spans `fill` of it
    unit = np.eye(3)
    span = max(float(np.ptp(ink, axis=0).max()), 1e-3)
    unit[:2] = np.column_stack([np.eye(2), -(ink.max(axis=0) + ink.min(axis=0)) / 2]) / span
    return warp @ unit


def _expose(scene: _Scene, pen: Pen, width: float, cover: Map, random: Random) -> NDArray[np.uint8]:
    """The picture of ink on paper: uint8 (h, w, 3) RGB. width: of the pen, picture pixels.

    Colours are worked on as planes (3, h, w), which NumPy does three times as fast.
    """
    grounds = BOARDS if pen is CHALK else PAPERS
    paper = _vary(grounds[random.integers(len(grounds))], random)  # (3,) in [0, 1]
    ink = _vary(pen.inks[random.integers(len(pen.inks))], random)
    exposure = random.uniform(*EXPOSURE) if pen is not CHALK else 1.0
    reach = float(np.abs(paper - ink).max()) * min(exposure, 1)
    least = CROP_CONTRAST if scene.extent < CROP else LEAST_CONTRAST
    strength = min(max(random.uniform(*pen.strength), least / reach), 1)
    contrast = strength * reach  # of white
    tooth = np.clip(0.5 + 0.35 * _cut(scene.size, int(random.integers(1, 4)), random), 0, 1)
    cover = cover * (strength - strength * random.uniform(*pen.grain) * tooth)
    if random.random() < SPECKLED:
        cover = np.maximum(cover, strength * _specks(scene, width, random))
    layers = [(cover, ink)]
    if random.random() < RULED:
        layers = [*_rules(scene, paper, contrast, pen is CHALK, random), *layers]
    if random.random() < DESK and pen is not CHALK:
        layers += _desk(scene, random)
    light = _light(scene.size, random)
    light *= 1 + random.uniform(0, TOOTH) * _cut(scene.size, 1, random)
    balance = exposure * (1 + WARMTH * random.standard_normal(3) * (1, 0, 1))
    seen = np.empty((*cover.shape, 3), np.uint8)
    for channel in range(3):
        plane = np.full(cover.shape, paper[channel])
        for amount, colour in layers:
            plane += amount * (colour[channel] - plane)
        plane *= light * np.float32(255 * balance[channel])
        seen[..., channel] = np.minimum(plane, 255)
    return _record(seen, width, contrast * 255, scene.extent, random)


def _record(
    seen: NDArray[np.uint8], width: float, contrast: float, extent: float, random: Random
) -> NDArray[np.uint8]:
    """What lens, sensor and JPEG make of uint8 (h, w, 3) RGB.

    width, extent: of pen and digit in pixels. contrast: of the ink in levels of 255.
    """
    sigma = width * random.uniform(0, BLUR) * random.uniform(0, 1)  # mostly nearly sharp
    if sigma > 0.2:
        seen = cv2.GaussianBlur(seen, (0, 0), sigma).astype(np.uint8)
    length = round(width * random.uniform(0, MOVED[1]))
    if random.random() < MOVED[0] and length > 1:
        seen = cv2.filter2D(seen, -1, _streak(length, random.uniform(0, np.pi))).astype(np.uint8)
    deviation = np.float32(min(NOISE[0], NOISE[1] * contrast) * random.uniform(0, 1))
    size, soft = (seen.shape[1], seen.shape[0]), int(random.integers(2))
    noise = cv2.merge([deviation * _cut(size, soft, random) for _ in range(3)])
    noisy = cv2.add(seen, noise, dtype=cv2.CV_8U)
    quality = int(random.integers(*QUALITY))
    if extent < CROP:
        quality = max(quality, CROP_QUALITY)
    # OpenCV takes the channels for BGR; how JPEG weighs red and blue hardly matters here.
    _, written = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)


def _streak(length: int, angle: float) -> Map:
    """The kernel that averages along a line, float32 (side, side), which adds up to 1."""
    side = 2 * (length // 2) + 3
    along = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    path = np.round((side // 2 + np.stack([-along, along])) * (1 << _BITS)).astype(np.int32)
    kernel = np.zeros((side, side), np.uint8)
    cv2.polylines(kernel, [path], False, 255, 1, cv2.LINE_AA, _BITS)
    weights: Map = kernel / kernel.sum(dtype=np.float32)
    return weights


def _vary(colour: Colour, random: Random) -> Tone:
    varied = np.array(colour) + 0.04 * random.standard_normal() + 0.02 * random.standard_normal(3)
    return np.clip(varied, 0.02, 1).astype(np.float32)


def _cut(size: tuple[int, int], coarse: int, random: Random) -> Map:
    """Noise (h, w) of mean 0 and deviation 1, cut out of a tile at a random place."""
    tile = _NOISE[coarse]
    if max(size) > _TILE:  # beyond the tile it begins again
        beyond = max(size) - _TILE
        tile = np.pad(tile, (0, beyond), mode="wrap")
    right, down = (int(offset) for offset in random.integers(_TILE, size=2))
    return tile[down : down + size[1], right : right + size[0]]


def _light(size: tuple[int, int], random: Random) -> Map:
    """Brightness (h, w), 1 where it is brightest: a gradient, dark corners, a shadow's edge."""
    y, x = np.mgrid[-1:1:32j, -1:1:32j].astype(np.float32)  # what is this soft needs few points
    angle = random.uniform(0, 2 * np.pi)
    light = 1 + random.uniform(0, GRADIENT) * (np.cos(angle) * x + np.sin(angle) * y)
    light *= 1 - random.uniform(0, VIGNETTE) / 2 * (x * x + y * y)
    if random.random() < SHADOWED:
        angle, place = random.uniform(0, 2 * np.pi), random.uniform(-0.7, 0.7)
        bent = 0.4 * random.uniform(-1, 1) * (np.cos(angle) * y - np.sin(angle) * x) ** 2
        away = (np.cos(angle) * x + np.sin(angle) * y + bent - place) / random.uniform(*SHADOW_EDGE)
        light *= 1 - (1 - random.uniform(*SHADOW)) / (1 + np.exp(np.clip(-4 * away, -30, 30)))
    light = 1 - (1 - light / light.max()) * min(max(size) / PATCH, 1)
    large = cv2.resize(light.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(large, np.float32)


def _rules(
    scene: _Scene, paper: Tone, contrast: float, board: bool, random: Random
) -> list[tuple[Map, Tone]]:
    """Lines across the paper, both ways on squared paper, and perhaps a margin.

    contrast: of the ink, of white. board: its lines are light.
    """
    space = scene.unit * random.uniform(*RULING_SPACE)
    reach = 1.6 * scene.unit * max(scene.size) / scene.extent  # to the picture's far edges
    at = np.arange(-reach, reach, space) + random.uniform(0, space)
    flat = [np.array([(-reach, y), (reach, y)]) + scene.middle for y in at]
    upright = [np.array([(x, -reach), (x, reach)]) + scene.middle for x in at]
    width = scene.extent * random.uniform(*RULING_WIDTH)
    amount = contrast * random.uniform(*RULING_STRENGTH)
    amount *= min(width / LEAST_PEN, 1)  # a rule finer than a pixel is drawn wider, and paler
    kind = random.random()
    colour = _vary((1, 1, 1) if board else RULINGS[random.integers(len(RULINGS))], random)
    both = [(flat if kind < 0.5 else flat + upright, colour)]
    if kind < 0.2:
        both.append(([upright[random.integers(len(upright))]], _vary(MARGIN, random)))
    layers = []
    for lines, tone in both:
        reachable = max(float(np.abs(paper - tone).max()), 1e-3)
        layers.append((scene.lines(lines, width) * np.float32(min(amount / reachable, 1)), tone))
    return layers


def _desk(scene: _Scene, random: Random) -> list[tuple[Map, Tone]]:
    """The desk beside the paper on one side where the ink leaves room, or nothing."""
    (width, height), (left, top, right, bottom) = scene.size, scene.box
    free = np.array([left / width, top / height, 1 - right / width, 1 - bottom / height])
    sides = np.flatnonzero(free > DESK_ROOM)
    if not len(sides):
        return []
    side = int(random.choice(sides))
    depth = free[side] * random.uniform(0.2, 0.7, 2)  # at both ends of the paper's edge
    shape = np.array([(0, -0.1), (depth[0], -0.1), (depth[1], 1.1), (0, 1.1)])
    shape = shape[:, ::-1] if side % 2 else shape  # the top and the bottom
    shape = 1 - shape if side >= 2 else shape
    mask = np.zeros((height, width), np.uint8)
    fixed = np.round(shape * (width, height) * (1 << _BITS)).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _BITS)
    # The wood's grain is what shines through.
    grained = mask / np.float32(255) * (0.96 + 0.04 * _cut(scene.size, 3, random).clip(-1, 1))
    return [(grained.astype(np.float32), _vary(DESKS[random.integers(len(DESKS))], random))]


def _specks(scene: _Scene, width: float, random: Random) -> Map:
    """Dirt and crumbs, each smaller than the pen is wide."""
    canvas = np.zeros(scene.size[::-1], np.float32)
    for _ in range(random.integers(1, SPECKS + 1)):
        at = np.round(random.uniform(0, 1, 2) * scene.size * (1 << _BITS)).astype(int)
        radius = round(width * random.uniform(0.1, 0.4) * (1 << _BITS))
        cv2.circle(
            canvas, (int(at[0]), int(at[1])), radius, random.uniform(0.3, 1), -1, shift=_BITS
        )
    return canvas
