"""The pool: made once, the same however many processes make it, whole or not there."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.support.small import CONFIG, small_sources
from train import pool as pool_module
from train.augment.weak import is_weak
from train.config import Config
from train.data.datasets import Digits
from train.mixture import NEGATIVE, Mixture
from train.pool import Pool


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    pool = Pool(small_sources(), CONFIG, tmp_path_factory.mktemp("pool"))
    pool.prepare(workers=1)
    return pool


def test_a_shard_holds_what_the_settings_say(made: Pool) -> None:
    digits = made.shard(0)
    assert digits.glyphs.shape[1:] == (28, 28)
    assert digits.glyphs.dtype == np.uint8
    assert len(digits.glyphs) == len(digits.labels) == made.size(0)
    counts = np.bincount(digits.labels, minlength=11)
    assert counts[NEGATIVE] == CONFIG.num_negatives
    # 200 of MNIST, the pen's 200 once, some of MNIST's strokes, photographs with ink found.
    found = counts[:NEGATIVE].sum() - 200 - 200 * CONFIG.pen_repeats - CONFIG.num_restroked
    assert CONFIG.num_photographs * 0.8 <= found <= CONFIG.num_photographs


def test_shards_differ(made: Pool) -> None:
    assert not np.array_equal(made.shard(0).glyphs[:100], made.shard(1).glyphs[:100])


def test_processes_make_the_same_shards(made: Pool, tmp_path: Path) -> None:
    other = Pool(small_sources(), CONFIG, tmp_path)
    other.prepare(workers=2)
    for number in range(CONFIG.num_shards):
        assert np.array_equal(other.shard(number).glyphs, made.shard(number).glyphs)
        assert np.array_equal(other.shard(number).labels, made.shard(number).labels)


def test_what_is_there_is_not_made_again(made: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "write_arrays", None)  # calling it would fail
    made.prepare(workers=1)


def test_a_source_set_is_made_once_for_many_shards(made: Pool) -> None:
    names = sorted(path.name for path in made.folder.iterdir())
    assert names == [
        *("shard-00.npz", "shard-01.npz", "shard-02.npz", "source-set-00.npz", "source-set-01.npz")
    ]


def test_weak_shards_are_nearer_to_what_was_written() -> None:
    sources = small_sources()
    mixture = Mixture(sources, replace(CONFIG, pen_repeats=0, num_restroked=0, num_photographs=0))
    base = Digits(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.int64))
    spread = [mixture.shard(number, base).glyphs.std(axis=0).mean() for number in range(6)]
    assert [is_weak(number) for number in range(6)] == [False, False, True] * 2
    assert max(spread[2], spread[5]) < min(spread[0], spread[1], spread[3], spread[4])


def test_settings_that_change_the_glyphs_have_a_pool_of_their_own() -> None:
    same = (
        Config(seed=3),
        Config(epochs=5),
        Config(distillation_weight=0.5),
        Config(network="teacher"),
    )
    assert {config.pool_id() for config in same} == {Config().pool_id()}
    assert Config().teacher().pool_id() == Config().pool_id()
    others = (Config(rotate=5.0), Config(pool_seed=1), Config(limit=10), Config(degrade_share=0.0))
    assert len({config.pool_id() for config in (*others, Config())}) == 5
