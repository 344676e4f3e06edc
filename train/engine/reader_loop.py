"""The line reader's training loop: from composed lines to averaged weights, with checkpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from tqdm import tqdm

from train.data.line_sets import Line, LineSet, PixelLine
from train.engine.reader_batches import batch, batches, relative_width
from train.engine.reader_settings import GROUP, Settings
from train.files import open_atomically
from train.networks.line_reader import BLANK, LineReader, greedy, load

CHECKPOINT: Final = 10 * GROUP  # steps between two checkpoints
MAX_GRADIENT: Final = 5.0  # gradients are clipped to this norm
_PARTS: Final = ("network", "averaged", "optimizer", "schedule")


class Training:
    """A training that begins with its settings, or goes on from a checkpoint."""

    def __init__(self, settings: Settings) -> None:
        torch.manual_seed(settings.seed)
        self.settings, self.step = settings, 0
        self.network = load(Path(settings.start))[0] if settings.start else LineReader()
        self.network.train()
        average = get_ema_multi_avg_fn(settings.average)  # type: ignore[no-untyped-call]
        self.averaged = AveragedModel(self.network, multi_avg_fn=average, use_buffers=True)
        self.optimizer = AdamW(
            self.network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.schedule = OneCycleLR(
            self.optimizer, settings.learning_rate, total_steps=settings.steps, pct_start=0.1
        )

    def save(self, path: Path) -> None:
        """Writes the state, atomically."""
        content: dict[str, Any] = {part: getattr(self, part).state_dict() for part in _PARTS}
        with open_atomically(path) as file:
            torch.save({**content, "step": self.step, "settings": asdict(self.settings)}, file)

    def restore(self, path: Path) -> None:
        """Goes on from a saved state. Raises ValueError if its settings differ."""
        content = torch.load(path, weights_only=True)
        if content["settings"] != asdict(self.settings):
            raise ValueError(f"{path}: expected a run with the same settings, got other ones")
        for part in _PARTS:
            getattr(self, part).load_state_dict(content[part])
        self.step = content["step"]

    def run(
        self, lines: LineSet, sets: Mapping[str, Sequence[Line | PixelLine]], checkpoint: Path
    ) -> None:
        """Trains up to the last step. sets: by name, scored at each checkpoint."""
        loss_of = nn.CTCLoss(blank=BLANK, zero_infinity=True)
        settings = self.settings
        remaining = batches(lines, settings.batch_size, settings.steps, settings.seed, self.step)
        progress = tqdm(remaining, "reader", settings.steps, initial=self.step, unit="step")
        for strips, labels, lengths in progress:
            if self.step % GROUP == 0:  # seeds dropout, whose state checkpoints do not hold
                torch.manual_seed(settings.seed + self.step)
            self.network.train()
            scores = self.network(strips).log_softmax(2)
            columns = torch.full((len(strips),), scores.shape[1])
            loss = loss_of(scores.transpose(0, 1), labels, columns, lengths)
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT)
            self.optimizer.step()
            self.schedule.step()
            self.averaged.update_parameters(self.network)
            self.step += 1
            progress.set_postfix(loss=f"{loss.item():.3f}")
            if self.step % CHECKPOINT == 0 or self.step == settings.steps:
                self.save(checkpoint)
                figures = (
                    f"{name} {exact(self.averaged, scored):.1%}" for name, scored in sets.items()
                )
                tqdm.write(f"step {self.step}, read exactly: {', '.join(figures)}")


def exact(network: nn.Module, lines: Sequence[Line | PixelLine], size: int = 64) -> float:
    """The share of the lines that the network reads exactly, by CTC's best path."""
    network.eval()
    ordered = sorted(lines, key=relative_width)
    correct = 0
    with torch.inference_mode():
        for start in range(0, len(ordered), size):
            chosen = ordered[start : start + size]
            texts = greedy(network(batch(chosen, None)[0]))
            correct += sum(text == line.text for text, line in zip(texts, chosen, strict=True))
    return correct / max(len(lines), 1)
