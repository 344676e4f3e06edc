"""Renders ink as on a screen or from a scanner: on paper of one colour, in even light."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from train.render.exposure import Look, Surroundings, mix
from train.render.scene import Map, Random, Scene
from train.render.stationery import PAPERS, Pen, Tone, vary

# Shares are of the pictures.
WHITE_SHARE: Final = 0.6  # with pure white paper
DARK_SHARE: Final = 0.2  # with dark paper and light ink
FULL_SHARE: Final = 0.7  # with ink that fully hides the paper
MIN_CONTRAST: Final = 0.3  # of white
BLURRED: Final = (0.3, 0.9)  # share, and maximum standard deviation in pixels
NOISY: Final = (0.25, 4.0)  # share, and maximum standard deviation in levels
COMPRESSED: Final = (0.5, 40, 97)  # share, and range of JPEG's quality


def draw_clean(
    scene: Scene, pen: Pen, width: float, cover: Map, around: Surroundings, random: Random
) -> NDArray[np.uint8]:
    """The picture of ink, uint8 (h, w, 3) RGB; see `exposure.expose`."""
    paper, ink = _tones(pen, random)
    strength = 1.0 if random.random() < FULL_SHARE else random.uniform(0.5, 1)
    strength = min(max(strength, MIN_CONTRAST / max(float(np.abs(paper - ink).max()), 0.05)), 1)
    layers = [(cover * np.float32(strength), ink)]
    if around.printer is not None:
        layers = [*around.printer(scene, Look(paper, ink, width), random), *layers]
    return _scan(mix(paper, layers, 1.0, np.full(3, 255.0)), random)


def _tones(pen: Pen, random: Random) -> tuple[Tone, Tone]:
    """The colours of paper and ink, which differ clearly."""
    kind = random.random()
    white = np.ones(3, np.float32)
    if kind < WHITE_SHARE:
        paper = white
    elif kind < WHITE_SHARE + DARK_SHARE:
        paper = white * 0 if random.random() < 0.6 else vary((0.15, 0.16, 0.2), random)
    else:
        paper = vary(PAPERS[random.integers(len(PAPERS))], random)
    ink = vary(pen.inks[random.integers(len(pen.inks))], random)
    if random.random() < 0.4:
        ink = white * 0
    if float(np.abs(paper - ink).max()) < 2 * MIN_CONTRAST:
        ink = 1 - ink if paper.mean() < 0.5 else white * 0
    return paper, np.asarray(ink, np.float32)


def _scan(picture: NDArray[np.uint8], random: Random) -> NDArray[np.uint8]:
    """The picture, perhaps blurred, with a little noise, or compressed as JPEG."""
    if random.random() < BLURRED[0]:
        sigma = random.uniform(0.2, BLURRED[1])
        picture = cv2.GaussianBlur(picture, (0, 0), sigma).astype(np.uint8)
    if random.random() < NOISY[0]:
        noise = random.uniform(0, NOISY[1]) * random.standard_normal(picture.shape)
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if random.random() < COMPRESSED[0]:
        quality = int(random.integers(*COMPRESSED[1:]))
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    return picture
