"""GET /metrics in Prometheus' text format, if DIGITS_METRICS enables it."""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.api.client import client_of, is_this_machine
from app.api.prometheus import Counts

VARIABLE: Final = "DIGITS_METRICS"
Audience: TypeAlias = Literal["off", "loopback", "all"]
AUDIENCES: Final = ("off", "loopback", "all")


def audience_from(environment: Mapping[str, str]) -> Audience:
    """The audience that DIGITS_METRICS sets. Raises ValueError for any other value."""
    text = environment.get(VARIABLE, "off")
    if text not in AUDIENCES:
        raise ValueError(f"{VARIABLE}: expected off, loopback or all, got {text!r}")
    return cast(Audience, text)


def route(counts: Counts, audience: Audience, proxies: int) -> Route:
    """The path /metrics; other clients than the audience get 404. proxies: see `client_of`."""

    async def metrics(request: Request) -> Response:
        client = client_of(request, proxies)
        if audience != "all" and not is_this_machine(request, client, proxies):
            raise HTTPException(404)
        return Response(counts.as_text(), media_type=counts.MEDIA_TYPE)

    return Route("/metrics", metrics)
