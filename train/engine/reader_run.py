"""Runs the training of the line reader, from the sets of lines to the file of weights."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import torch

from train.data.line_sets import Line, LineSet, PixelLine
from train.engine.kept_weights import mixed
from train.engine.reader_loop import Training
from train.engine.reader_settings import Settings
from train.engine.trainings import Stopwatch, record
from train.networks.line_reader import LineReader, load, save
from train.render.lines import Composer
from train.render.pixel_lines import PixelComposer

COMPOSED: Final = 500  # composed lines of held-out writers, for scores
_SEED: Final = 5


def train(
    settings: Settings,
    training_set: LineSet,
    validation_set: LineSet,
    run: Path,
    output: Path,
    resume: bool,
) -> None:
    """Trains, and writes the averaged weights with the settings. run: folder of the checkpoint."""
    checkpoint = run / "checkpoint.pth"
    training = Training(settings)
    if resume and checkpoint.is_file():
        training.restore(checkpoint)
    random = np.random.default_rng(_SEED)
    composer = Composer(validation_set.writers, validation_set.letters, validation_set.signs)
    sets: dict[str, Sequence[Line | PixelLine]] = {
        "number strings": validation_set.strings,
        "single digits": validation_set.digits,
        "composed lines": [composer.draw(random) for _ in range(COMPOSED)],
    }
    if validation_set.glyphs:
        on_paper = PixelComposer(validation_set.glyphs, validation_set.signs)
        sets["lines on paper"] = [on_paper.draw(random) for _ in range(COMPOSED)]
    scored = {name: lines for name, lines in sets.items() if lines}
    watch = Stopwatch("train.reader", settings, torch.device("cpu"))
    with watch.step():
        training.run(training_set, scored, checkpoint)
    network = LineReader()
    weights, start = training.averaged.module.state_dict(), {}
    if settings.start:
        start_network, start_settings = load(Path(settings.start))
        weights = mixed(weights, start_network.state_dict(), settings.keep)
        start = {"start": start_settings}
    network.load_state_dict(weights)
    save(output, network, asdict(settings) | start)
    record(output, watch.trainings, [Path(settings.start)] if settings.start else [])
    print(f"wrote {output}")
