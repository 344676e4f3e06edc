"""The JSON of the service, each kind defined once: bodies are checked against these types, and the
OpenAPI description is made from them.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from app.api.codes import CODES
from app.ink.strokes import MAX_COORDINATE
from app.reading import SIGNS

Coordinate = Annotated[float, Meta(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]
Probability = Annotated[float, Meta(ge=0, le=1)]


class Position(Struct):
    """A point as web pages have it; what a pen adds, such as its pressure, is ignored."""

    x: Coordinate
    y: Coordinate


# x, y, and whatever else a program sends. `app.api.openapi` describes it in more detail, and the
# coordinates' range is checked with the strokes.
Point = Annotated[list[float], Meta(min_length=2)] | Position


class SignatureStroke(Struct):
    """A stroke of a signature pad; instead of points, it may have lists x and y of equal length."""

    # JSON Schema knows no equal lengths, so `app.api.openapi` describes x and y in words alone.
    points: list[Position] | UnsetType = UNSET
    x: list[Coordinate] | UnsetType = UNSET
    y: list[Coordinate] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec reports with the stroke's place in the body."""
        if not isinstance(self.points, UnsetType):
            return
        if isinstance(self.x, UnsetType) or isinstance(self.y, UnsetType):
            raise ValueError('Expected an object with "points", or with "x" and "y"')
        check_columns(self.x, self.y)

    def positions(self) -> list[Point]:
        """The points, whichever way they were sent."""
        if not isinstance(self.points, UnsetType):
            return [*self.points]
        assert not isinstance(self.x, UnsetType)
        assert not isinstance(self.y, UnsetType)
        return of_columns(self.x, self.y)


def check_columns(xs: list[float], ys: list[float]) -> None:
    """Raises ValueError for columns of unequal length."""
    if len(xs) != len(ys):
        message = f"Expected xs and ys of equal length, got {len(xs):,} and {len(ys):,} numbers"
        raise ValueError(message)


def of_columns(xs: list[float], ys: list[float]) -> list[Point]:
    """The points of a stroke of columns of equal length."""
    return [[x, y] for x, y in zip(xs, ys, strict=True)]


class Ink(Struct, forbid_unknown_fields=True):
    """A drawing."""

    strokes: Annotated[
        list[list[Point] | SignatureStroke],
        Meta(
            description="Points [x, y], or objects with x and y, in pixels or in fractions of a"
            " page, y down; what follows, as times and pressures, is ignored. A stroke may also be"
            " an object with a list x and a list y of equal length. Strokes and points are limited."
        ),
    ]


class QuickDraw(Struct):
    """A drawing of the Quick, Draw! data set; its other fields are ignored."""

    drawing: Annotated[
        list[Annotated[list[list[float]], Meta(min_length=2)]],
        Meta(description="for each stroke a list of x, one of y, and perhaps one of times"),
    ]


class PictureUrl(Struct, forbid_unknown_fields=True):
    """A picture's file as a data URL."""

    image: Annotated[
        str, Meta(pattern="^[dD][aA][tT][aA]:", description="data:image/png;base64,...")
    ]


class Digit(Struct, forbid_unknown_fields=True):
    """One mark of a reading."""

    value: Annotated[
        Annotated[int, Meta(ge=0, le=9)] | None,
        Meta(description="null for a sign, and for a mark that is neither digit nor sign"),
    ]
    confidence: Annotated[
        Probability,
        Meta(description="calibrated: that value is right, or without a value, that it has none"),
    ]
    probabilities: Annotated[
        list[Probability],
        Meta(min_length=10, max_length=10, description="of 0 to 9, if it is a digit at all"),
    ]
    box: Annotated[
        list[float],
        Meta(
            min_length=4,
            max_length=4,
            description="x, y, width and height in the unit of the input, y down",
        ),
    ]
    number_index: Annotated[int, Meta(ge=0, description="which of `numbers` it is part of")]
    line_index: Annotated[int, Meta(ge=0, description="which line of the input it is on")]
    is_doubtful: Annotated[
        bool, Meta(description="true for a value to check: unsure, or strange for a digit")
    ]
    sign: Annotated[
        Annotated[str, Meta(extra_json_schema={"enum": list(SIGNS)})] | None,
        Meta(description="the sign that a mark without a value is; null for any other mark"),
    ]
    number_confidence: Annotated[
        Probability,
        Meta(
            description="calibrated: that all of its number is read rightly, where ? is right for"
            " what is neither digit nor sign; so it may be 1 for a ? alone"
        ),
    ]


class Reading(Struct, forbid_unknown_fields=True):
    """What was read, in reading order."""

    text: Annotated[
        str,
        Meta(
            pattern=r"^[0-9?+/.,:=()×% \n-]*$",
            description="? for what is neither digit nor sign,"
            " spaces between numbers, \\n after lines",
        ),
    ]
    confidence: Annotated[
        Probability,
        Meta(
            description="calibrated: that all is read rightly, where ? is right for what is neither"
            " digit nor sign; 0 where no digit and no sign is read"
        ),
    ]
    numbers: list[Annotated[str, Meta(pattern="^[0-9?+/.,:=()×%-]+$")]]
    digits: list[Digit]
    turned: Annotated[
        Literal[0, 90, 180, 270],
        Meta(description="degrees clockwise by which a picture was turned to be read"),
    ]
    notes: Annotated[
        list[str],
        Meta(
            description="sentences for people: that no handwriting was found, that the picture was"
            " turned, or which page of a file was read"
        ),
    ]
    model_run: Annotated[str, Meta(description="id of the training run that made the model")]


class Model(Struct, forbid_unknown_fields=True):
    """The model's contract and its measured figures."""

    metadata: dict[str, str]
    figures: Annotated[dict[str, Any] | None, Meta(description="models/model.json")]


class Status(Struct, forbid_unknown_fields=True):
    """An answer to a probe."""

    status: Literal["alive", "ready"]


class ErrorBody(Struct, forbid_unknown_fields=True):
    """Why a request was refused."""

    code: Annotated[str, Meta(extra_json_schema={"enum": list(CODES)})]
    message: Annotated[str, Meta(description="what is wrong and what to do about it")]


class Error(Struct, forbid_unknown_fields=True):
    """An answer to a request that was refused."""

    error: ErrorBody
