"""The structure that a picture file declares, and the errors by which files are refused."""

from dataclasses import dataclass

from app.reading import UnreadableInput


@dataclass(frozen=True)
class Structure:
    """Upper bounds for the result of decoding a file.

    width, height: pixels, 1 or more. is_plain: whether the decoded picture certainly has 8 bits per
    channel and no transparency, and needs no other memory. pages: number of pictures in the file,
    of which one is decoded; 0 if only the decoder can count them. is_animated: whether these are
    the frames of an animation.
    """

    width: int
    height: int
    is_plain: bool
    pages: int = 1
    is_animated: bool = False


class NotAPicture(UnreadableInput):
    """Bytes that do not begin like a picture in one of the known formats."""


class UnsupportedFormat(NotAPicture):
    """A known format that cannot be read here. advice: a sentence that says what to do."""

    def __init__(self, name: str, advice: str) -> None:
        super().__init__(f"expected a picture that can be read here, got {name}. {advice}")
        self.name, self.advice = name, advice


class PictureTooLarge(UnreadableInput):
    """A picture that declares more pixels than may be decoded; the message has both numbers."""


def ends_within(kind: str, part: str) -> UnreadableInput:
    """The error for a file that is cut short. kind: its format. part: where it ends."""
    return UnreadableInput(f"expected a whole picture, got a {kind} that ends within its {part}")


def printable(name: bytes) -> str:
    """The name of a part of a file, as text; bytes that are no ASCII character are escaped."""
    return ascii(name.decode("latin-1"))[1:-1]


def check_at_most(limit: int, name: str, value: int) -> None:
    """Raises UnreadableInput if a declared number is above its limit; name: of what is counted."""
    if value > limit:
        raise UnreadableInput(f"expected at most {limit:,} {name}, got {value:,}")


def check_pixels(limit: int, width: int, height: int, part: str = "") -> None:
    """Raises UnreadableInput for an empty size, PictureTooLarge for one above the limit.

    part: the part of the file with this size, such as " in a tile"; the whole picture by default.
    """
    if width < 1 or height < 1:
        raise UnreadableInput(f"expected at least 1 pixel{part}, got {width:,} x {height:,}")
    if width * height > limit:
        message = f"expected at most {limit:,} pixels{part}, got {width:,} x {height:,}"
        raise PictureTooLarge(message)
