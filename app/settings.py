"""Every setting of a server: the variables DIGITS_*, and those of Streamlit that matter.

`python -m deploy.settings_table` writes them into deploy/README.md. A server with a wrong value
does not start, and one with an unknown variable warns, each in one sentence.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Final, NamedTuple

from app import corrections
from app.api import access_log, cross_origin, metrics
from app.api.access_log import LogFormat
from app.api.limits import PREFIX, Limits, in_words, range_of, whole_number
from app.api.metrics import Audience
from app.corrections import Corrections, CorrectionsError
from app.inference import models
from app.inference.session import WrongModel
from app.recognizer import Recognizer

PORT: Final = "STREAMLIT_SERVER_PORT"
BASE_PATH: Final = "STREAMLIT_SERVER_BASE_URL_PATH"
MAX_UPLOAD: Final = "STREAMLIT_SERVER_MAX_UPLOAD_SIZE"
# Of Streamlit's own variables those with a range, which it does not check. `app.guard.uploads`
# has room for two pictures of the largest size in each session.
RANGES: Final = {PORT: (1, 65_535), MAX_UPLOAD: (1, 20)}
# Streamlit would take a whole address for a path, at which nobody finds the page.
_PATH: Final = re.compile(r"/?([\w.~-]+(/[\w.~-]+)*/?)?", re.ASCII)
OF_TRAINING: Final = ("DIGITS_DATA",)  # read by training only; servers ignore it without a warning


class Setting(NamedTuple):
    """A variable of the environment, with the words for its table."""

    name: str
    meaning: str
    default: str
    values: str


class Settings(NamedTuple):
    """The values of one server's variables."""

    limits: Limits
    origins: tuple[str, ...]
    log: LogFormat
    metrics: Audience


def from_environment(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment, or their defaults; files that it names are opened as a check.

    Raises ValueError, which names the variable.
    """
    for name in RANGES:
        if name in environment:
            whole_number(name, environment[name], *RANGES[name])
    path = environment.get(BASE_PATH, "")
    if not _PATH.fullmatch(path):
        raise ValueError(f"{BASE_PATH}: expected a path as digits or my/digits, got {path!r}")
    _open_files(environment)
    return Settings(
        Limits.from_environment(environment),
        cross_origin.origins_from(environment),
        access_log.format_from(environment),
        metrics.audience_from(environment),
    )


def all_settings() -> list[Setting]:
    """All variables: those of the project, then Streamlit's."""
    limits = [
        Setting(
            PREFIX + limit.name.upper(),
            limit.metadata["meaning"],
            str(limit.default),
            range_of(limit),
        )
        for limit in fields(Limits)
    ]
    return [*limits, *_OTHERS, *_STREAMLIT]


def unknown(environment: Iterable[str]) -> list[str]:
    """The variables of an environment that look like this project's, but are unknown."""
    names = {setting.name for setting in all_settings()} | set(OF_TRAINING)
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in names)


def _open_files(environment: Mapping[str, str]) -> None:
    """Raises ValueError if a variable names a file that cannot be used."""
    try:
        if environment.get(models.VARIABLE):
            name = models.VARIABLE
            Recognizer(models.model_file(environment))
        if path := environment.get(corrections.VARIABLE):
            name = corrections.VARIABLE
            Corrections(path).check()
    except (WrongModel, CorrectionsError) as error:
        raise ValueError(f"{name}: {error}") from error


_OTHERS: Final = (
    Setting(
        cross_origin.VARIABLE,
        "other sites whose pages may use the API, see SECURITY.md",
        "none",
        "* or origins as https://example.org, separated by commas",
    ),
    Setting(models.VARIABLE, "the model that is served", "models/model.onnx", "a file"),
    Setting(
        corrections.VARIABLE,
        "the database that keeps visitors' corrections",
        "none: they are not kept",
        "a file, which is made",
    ),
    Setting(
        access_log.VARIABLE,
        "a line on standard error for each request: path, status, ms, client",
        "off",
        "off, plain or json",
    ),
    Setting(
        metrics.VARIABLE,
        "who may read GET /metrics; this machine alone only without proxies",
        "off",
        "off, loopback or all",
    ),
)
_STREAMLIT: Final = (
    Setting(PORT, "the port of page and API", "8501", in_words(*RANGES[PORT])),
    Setting(
        "STREAMLIT_SERVER_ADDRESS",
        "the interface to listen on; 127.0.0.1 behind a proxy of this machine",
        "0.0.0.0",
        "an address of this machine",
    ),
    Setting(
        BASE_PATH,
        "where a proxy gives this server a part of a site, as digits",
        "none",
        "a path of letters, digits and -._~",
    ),
    Setting(MAX_UPLOAD, "MB of a picture on the page", "20", in_words(*RANGES[MAX_UPLOAD])),
)
