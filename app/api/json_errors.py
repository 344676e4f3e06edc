"""Says in JSON's words why a body does not have the expected form."""

import re
from typing import Final

import msgspec

# What msgspec says, in which types and fields stand between backticks.
_MISSING: Final = re.compile("^Object missing required field `([^`]*)`")
_UNKNOWN: Final = re.compile("^Object contains unknown field `([^`]*)`")
# Of all types of requests, only `PictureUrl` has a pattern.
_PATTERN: Final = re.compile("^Expected `str` matching regex .*")
_OPTIONS: Final = ("single",)  # of the query
_TYPES: Final = re.compile("`([^`]*)`")
_WORDS: Final = {
    "array": "an array",
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
    "object": "an object",
    "str": "a string",
}


def reason(error: msgspec.ValidationError) -> str:
    """Such as "at $.strokes, expected an array, got a number", without a full stop.

    $ is the whole body.
    """
    problem, _, path = str(error).partition(" - at ")
    problem = _MISSING.sub(r'expected an object with "\1", got one without', problem)
    problem = _UNKNOWN.sub(_unknown, problem)
    problem = _PATTERN.sub("expected a data URL, got another string", problem)
    problem = _TYPES.sub(lambda match: _in_words(match[1]), problem)
    place = f"at {path.strip('`')}, " if path else ""
    return place + problem[0].lower() + problem[1:]


def _unknown(match: re.Match[str]) -> str:
    """The refusal of a field; one that is an option of the address is named as such."""
    name = match[1]
    problem = f'expected an object without "{name}", got one with it'
    option = f"; to set it, write ?{name}=true after the address"
    return problem + option if name in _OPTIONS else problem


def _in_words(types: str) -> str:
    """JSON's words for types such as "object | array"."""
    return " or ".join(_WORDS.get(name, name) for name in types.split(" | "))
