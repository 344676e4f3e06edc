"""The service for the tests of one module."""

from collections.abc import Iterator

import pytest

from tests.support.service import serving


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as address:
        yield address
