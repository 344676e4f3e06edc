"""The notebook: it runs from end to end, shows its pictures, and is stored without them."""

import os
from pathlib import Path
from typing import Final

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

NOTEBOOK: Final = ROOT / "train" / "walkthrough.ipynb"
WITH_PICTURES: Final = (
    *("mnist", "pen", "omniglot", "normal", "hands", "followed", "degrade", "corrupt"),
    *(
        "photographs",
        "none",
        "alike",
        "pool",
        "curve",
        "confusion",
        "mistakes",
        "kernels",
        "planes",
    ),
    *("embedding", "soft", "int8", "calibration", "threshold", "read"),
)

# Before the notebook's own imports, which then take these loaders: no files and no network.
SMALL_SETS: Final = """
from tests.support.small import small_characters, small_sets
from train.data import datasets

made, pen_digits, none = *small_sets(), small_characters()
datasets.load_mnist = lambda folder: made
datasets.load_pendigits = lambda folder: pen_digits
datasets.load_omniglot = lambda folder: none
"""
SMALL_SETTINGS: Final = """
config = replace(config, limit=60, epochs=2, num_restroked=20, num_photographs=20, num_negatives=40)
"""


def stored() -> NotebookNode:
    """The notebook as it is in the repository."""
    return nbformat.read(NOTEBOOK, nbformat.NO_CONVERT)


def insert_after(notebook: NotebookNode, name: str, source: str) -> None:
    """Adds a code cell behind the one of this id."""
    index = [cell.id for cell in notebook.cells].index(name)
    notebook.cells.insert(index + 1, nbformat.v4.new_code_cell(source))


def execute(notebook: NotebookNode, folder: Path) -> dict[str, NotebookNode]:
    """Runs all cells in a kernel started in a folder, up to the first that fails: cells by id."""
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return {cell.id: cell for cell in notebook.cells}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookNode]:
    """The cells after a run on small sets, started in train/."""
    notebook = stored()
    insert_after(notebook, "root", SMALL_SETS)
    insert_after(notebook, "settings", SMALL_SETTINGS)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TMPDIR", str(tmp_path_factory.mktemp("scratch")))
        environment.setenv("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
        return execute(notebook, ROOT / "train")


def test_every_code_cell_ran_and_none_failed(executed: dict[str, NotebookNode]) -> None:
    code = [cell for cell in executed.values() if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    failures = [out for cell in code for out in cell.outputs if out.output_type == "error"]
    assert not failures


@pytest.mark.parametrize("name", WITH_PICTURES)
def test_a_cell_shows_its_picture(executed: dict[str, NotebookNode], name: str) -> None:
    outputs = executed[name].outputs
    assert [out for out in outputs if "image/png" in out.get("data", {})]


def test_cells_show_no_warnings_and_no_leftovers(executed: dict[str, NotebookNode]) -> None:
    outputs = [out for cell in executed.values() for out in cell.get("outputs", ())]
    messages = [out.text for out in outputs if out.get("name") == "stderr"]
    bars = ("making ", "epoch ")
    assert not [text for text in messages if text.strip() and not text.strip().startswith(bars)]
    assert not [out for out in outputs if set(out.get("data", ())) == {"text/plain"}]


def test_it_finds_the_package_from_the_root_as_well() -> None:
    notebook = stored()
    first = next(cell for cell in notebook.cells if cell.id == "root")
    look = nbformat.v4.new_code_cell("print(Path.cwd(), sys.path[0])", id="look")
    notebook.cells = [first, look]
    (output,) = execute(notebook, ROOT)["look"].outputs
    assert output.text == f"{ROOT} {ROOT}\n"


def test_it_is_stored_without_outputs() -> None:
    notebook = stored()
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.execution_count is None and not cell.outputs for cell in code)
    assert not any(cell.metadata for cell in notebook.cells)
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
