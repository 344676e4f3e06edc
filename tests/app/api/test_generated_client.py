"""A client generated from the description can send strokes and pictures in every way."""

import base64
import importlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

from app.api.openapi import description
from tests.support.optional import NEEDS
from tests.support.service import FREE, coded, strokes

NAME = "generated_digits_client"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The client that openapi-python-client generates from the description."""
    pytest.importorskip("openapi_python_client", reason=f"{NEEDS}openapi-python-client")
    folder = tmp_path_factory.mktemp("client")
    document = folder / "openapi.json"
    document.write_text(json.dumps(description(FREE, "")))
    generator = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    paths = ["--path", str(document), "--output-path", str(folder / NAME)]
    subprocess.run([*generator, *paths], cwd=folder, check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    yield importlib.import_module(NAME)
    sys.path.remove(str(folder))


def module(client: ModuleType, name: str) -> ModuleType:
    return importlib.import_module(f"{client.__name__}.{name}")


@pytest.mark.parametrize("kind", ["Ink", "PictureUrl", "ReadFilesBody", "File"])
def test_a_generated_client_reads_it(client: ModuleType, address: str, kind: str) -> None:
    models, types = module(client, "models"), module(client, "types")
    picture = coded(".png")
    url = "data:image/png;base64," + base64.b64encode(picture).decode()
    file = types.File(io.BytesIO(picture), "three.png", "image/png")
    body = {
        "Ink": lambda: models.Ink(strokes=strokes(3)),
        "PictureUrl": lambda: models.PictureUrl(image=url),
        "ReadFilesBody": lambda: models.ReadFilesBody(file=file),
        "File": lambda: file,
    }[kind]()
    reading = module(client, "api.default.read").sync(client=client.Client(address), body=body)
    assert reading.text == "3"
    assert reading.digits[0].value == 3


def test_a_generated_client_knows_errors(client: ModuleType, address: str) -> None:
    body = module(client, "types").File(io.BytesIO(b"no picture"))
    error = module(client, "api.default.read").sync(client=client.Client(address), body=body)
    assert error.error.code == "unprocessable"
