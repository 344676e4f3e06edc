"""The description of the service is valid, and the service does what it says."""

import tempfile
from pathlib import Path
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, configuration, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from app.api.codes import CODES
from app.api.limits import Limits
from app.api.openapi import description
from tests.support.service import FREE

# Otherwise Hypothesis makes a folder at the root, although no example is stored.
configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "hypothesis")

SCHEMA = schemathesis.openapi.from_dict(description(FREE, ""))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


def test_the_description_is_valid_and_served(address: str) -> None:
    served = requests.get(f"{address}/api/openapi.json", timeout=9).json()
    assert served == description(FREE, "")
    validate(served)


def test_every_error_code_is_described() -> None:
    document = description(FREE, "")
    assert document["components"]["schemas"]["ErrorBody"]["properties"]["code"]["enum"] == list(
        CODES
    )
    responses = [
        response
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for response in operation["responses"].items()
    ]
    for code, (status, meaning) in CODES.items():
        if status not in (404, 405):  # of paths and methods that are not described
            said = [each["description"] for key, each in responses if key == str(status)]
            assert any(f"`{code}`: {meaning}" in text for text in said)


def test_limits_and_the_path_of_the_server_are_in_the_description() -> None:
    document = description(Limits(strokes=7, points=9, rate=5), "/digits")
    assert document["servers"] == [{"url": "/digits"}]
    strokes = document["components"]["schemas"]["Ink"]["properties"]["strokes"]
    points, signature = strokes["items"]["anyOf"]
    assert (strokes["maxItems"], points["maxItems"]) == (7, 9)
    assert signature == {"$ref": "#/components/schemas/SignatureStroke"}
    text = document["paths"]["/api/read"]["post"]["description"]
    assert "5 times a minute" in text
    assert "a minute" not in description(FREE, "")["paths"]["/api/read"]["post"]["description"]


@SCHEMA.parametrize()
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_the_description_is_true(case: Any, address: str) -> None:
    # Other bodies are random bytes, which the description allows and no picture is.
    is_ink = isinstance(case.body, dict) and "strokes" in case.body
    checks = [*CHECKS, *([positive_data_acceptance] if is_ink else [])]
    if isinstance(case.body, list):  # of strokes: described in words alone, for generated clients
        checks.remove(negative_data_rejection)
    case.call_and_validate(base_url=address, checks=checks)
