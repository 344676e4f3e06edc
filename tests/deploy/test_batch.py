"""The batch job on a small cluster: it reads and refuses pictures, and survives a lost worker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ray = pytest.importorskip("ray", reason="needs Ray: requirements-batch.txt")

from app.reading import UnreadableInput  # noqa: E402 - only where Ray is
from deploy import batch, batch_reader  # noqa: E402
from tests.support.drawings import placed  # noqa: E402

PICTURES = 40
BROKEN = b"\xff\xd8 no picture"


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Two workers on this machine."""
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        object_store_memory=200 << 20,
        runtime_env=batch.environment(),
        log_to_driver=False,
    )
    yield
    ray.shutdown()


def png(digit: int) -> bytes:
    """A picture of one digit, dark on light."""
    pixels = np.full((120, 120), 246, np.uint8)
    points = [np.round(stroke).astype(np.int32) for stroke in placed(digit, 20.0, 20.0, 80.0)]
    cv2.polylines(pixels, points, False, 40, 8, cv2.LINE_AA)
    return cv2.imencode(".png", pixels)[1].tobytes()


def rows(folder: Path) -> list[dict[str, Any]]:
    """The rows that the job wrote."""
    written: list[dict[str, Any]] = pq.read_table(folder).to_pylist()
    return written


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures named after their digits, and with files that have no digit."""
    folder = tmp_path_factory.mktemp("pictures")
    for number in range(PICTURES):
        (folder / f"{number:03d}-{number % 10}.png").write_bytes(png(number % 10))
    (folder / "inside").mkdir()
    (folder / "inside" / "blank.png").write_bytes(
        cv2.imencode(".png", np.full((50, 50), 250, np.uint8))[1].tobytes()
    )
    (folder / "inside" / "broken.jpg").write_bytes(BROKEN)
    (folder / "inside" / "empty.webp").write_bytes(b"")
    (folder / "inside" / "folder.png").mkdir()
    (folder / "notes.txt").write_text("not a picture, and not named as one")
    return folder


@pytest.mark.usefixtures("cluster")
def test_a_job_that_loses_a_worker_is_complete_and_correct(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "BLOCK_PATHS", 16)  # so that there are more tasks than workers
    signs = tmp_path / "signs"
    signs.mkdir()

    class Dying(batch_reader.Reader):
        """A reader whose process is killed once, when the second task is nearly done."""

        def __call__(self, table: pa.Table) -> pa.Table:
            (signs / f"worker-{os.getpid()}").touch()
            table_read = super().__call__(table)
            paths = table.column("path").to_pylist()
            if any("020-" in path for path in paths) and not (signs / "killed").exists():
                (signs / "killed").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return table_read

    out = tmp_path / "out"
    batch.read(pictures, out, workers=2, single=True, reader=Dying)
    assert (signs / "killed").exists()
    assert len(list(signs.glob("worker-*"))) > 1  # another worker took over
    results = rows(out)
    names = [str(Path(row["path"]).relative_to(pictures)) for row in results]
    inside = ["blank.png", "broken.jpg", "empty.webp", "folder.png"]
    drawn = sorted(path.name for path in pictures.glob("*.png"))
    assert names == drawn + [f"inside/{name}" for name in inside]
    for row, name in zip(results[:PICTURES], drawn, strict=True):
        assert (row["text"], row["error"]) == (name[4], None)
        (digit,) = row["digits"]
        assert row["numbers"] == [name[4]]
        assert digit["value"] == int(name[4])
        assert sum(digit["probabilities"]) == pytest.approx(1, abs=1e-4)
        assert (digit["number_index"], digit["line_index"]) == (0, 0)
        assert 0.5 < digit["confidence"] <= 1
        x, y, width, height = digit["box"]
        assert 0 <= x < x + width <= 120
        assert 0 <= y < y + height <= 120
    blank, *wrong = results[PICTURES:]
    assert (blank["text"], blank["digits"], blank["error"]) == ("", [], None)
    reasons = ["broken", "an empty file", "expected a readable file"]
    for row, reason in zip(wrong, reasons, strict=True):
        assert (row["text"], row["digits"]) == (None, None)
        assert reason in row["error"]


@pytest.mark.usefixtures("cluster")
def test_parquet_keeps_its_other_columns(tmp_path: Path) -> None:
    cells = [
        {"bytes": png(7), "path": "seven.png"},
        {"bytes": BROKEN, "path": None},
        {"bytes": None, "path": "none.png"},
        None,
    ]
    source, out = tmp_path / "in.parquet", tmp_path / "out"
    pq.write_table(pa.table({"picture": cells, "label": [7, 1, 2, 3]}), source)
    command = [str(source), str(out), "--column", "picture", "--workers", "1"]
    assert batch.main(command) == 1  # because some cannot be read
    results = rows(out)
    assert [row["label"] for row in results] == [7, 1, 2, 3]
    assert [row["path"] for row in results] == ["seven.png", None, "none.png", None]
    assert [row["text"] for row in results] == ["7", None, None, None]
    assert all("picture" not in row for row in results)
    assert [row["error"] and row["error"].rpartition(", ")[2] for row in results] == [
        None,
        "got another kind of file (13 bytes)",
        "got null",
        "got null",
    ]
    assert batch.main(command) == 2  # because the result exists


@pytest.mark.usefixtures("cluster")
def test_a_picture_that_kills_every_reader_ends_the_job(pictures: Path, tmp_path: Path) -> None:
    class Killed(batch_reader.Reader):
        def __call__(self, table: pa.Table) -> pa.Table:
            os.kill(os.getpid(), signal.SIGKILL)
            return table

    with pytest.raises(ray.exceptions.RayError):
        batch.read(pictures, tmp_path / "out", workers=1, reader=Killed)
    assert not (tmp_path / "out").exists()


def test_bytes_in_a_column_are_read() -> None:
    reader = batch_reader.Reader("image", single=True)
    for kind in (pa.binary(), pa.large_binary()):
        table = pa.table({"image": pa.array([png(4), None], kind)})
        result = reader(table)
        assert result.column_names == ["text", "confidence", "numbers", "digits", "turned", "error"]
        assert result.column("text").to_pylist() == ["4", None]


def test_paths_of_any_kind_of_text_are_kept() -> None:
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.large_string())])
    cells = pa.array([{"bytes": png(4), "path": "four.png"}], kind)
    result = batch_reader.Reader("image", single=True)(pa.table({"image": cells}))
    assert result.column("path").to_pylist() == ["four.png"]
    table = pa.table({"image": cells, "path": ["a column"]})
    assert batch_reader.without_pictures(table, "image").to_pylist() == [{"path": "a column"}]


def test_a_large_file_is_not_opened(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(batch_reader.MAX_FILE_BYTES + 1)  # a sparse file: it takes no disk space
    reader = batch_reader.Reader("", single=False)
    (error,) = reader(pa.table({"path": [str(large)]})).column("error").to_pylist()
    assert "expected a file of at most 67,108,864 bytes, got 67,108,865" in error


PARQUET = [
    ({"other": [b""]}, "expected a column 'image' of pictures, got other"),
    ({"image": ["text"]}, "expected bytes in column 'image', got string"),
    ({"image": [{"path": "x"}]}, "expected bytes in column 'image', got struct"),
    ({"image": pa.array([], pa.binary())}, "expected pictures, got Parquet without rows"),
    ({"image": [b""], "text": ["x"], "error": ["x"]}, "result's names, got error, text"),
]


@pytest.mark.parametrize("columns, message", PARQUET)
def test_wrong_parquet_is_refused(columns: dict[str, Any], message: str, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pq.write_table(pa.table(columns), source)
    with pytest.raises(UnreadableInput, match=message):
        batch.pictures_in(source, "image")


def test_wrong_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match=r"nowhere: expected a folder .*, got nothing"):
        batch.pictures_in(tmp_path / "nowhere", "image")
    with pytest.raises(UnreadableInput, match="got a folder with neither"):
        batch.pictures_in(tmp_path, "image")
    with pytest.raises(UnreadableInput, match="expected the name of a new folder"):
        batch.read(tmp_path, tmp_path)


@pytest.mark.parametrize("workers", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_workers_is_refused(
    workers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        batch.main(["in", "out", f"--workers={workers}"])
    assert f"expected a positive whole number, got '{workers}'" in capsys.readouterr().err


def test_workers_get_the_code_and_nothing_else() -> None:
    environment = batch.environment()
    left_out = set(environment["excludes"])
    assert {"/.?*", "/tests", "/train", "*.pth"} <= left_out
    assert not {"/app", "/deploy", "/models"} & left_out
    assert environment["env_vars"] == {"OMP_NUM_THREADS": "1"}
