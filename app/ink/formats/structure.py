"""What a picture file declares about itself, and the words in which a file is refused for it."""

from dataclasses import dataclass

from app.reading import UnreadableInput


@dataclass(frozen=True)
class Structure:
    """What decoding a file will make of it, at most.

    width, height: pixels, 1 or more. is_plain: the decoded picture surely has 8 bits a channel and
    no transparency, and takes no room but its own. pages: pictures in the file, of which one is
    decoded; 0 where only the decoder can count them. is_animated: these are frames of a film.
    """

    width: int
    height: int
    is_plain: bool
    pages: int = 1
    is_animated: bool = False


class NotAPicture(UnreadableInput):
    """Bytes that do not begin as a picture in one of the known formats does."""


class UnsupportedFormat(NotAPicture):
    """A format that is known and not read here. advice: a sentence that says what to do."""

    def __init__(self, name: str, advice: str) -> None:
        super().__init__(f"expected a picture that can be read here, got {name}. {advice}")
        self.name, self.advice = name, advice


class PictureTooLarge(UnreadableInput):
    """A picture that declares more pixels than may be decoded; the message has both numbers."""


def ends_within(kind: str, part: str) -> UnreadableInput:
    """The refusal of a file that is cut short."""
    return UnreadableInput(f"expected a whole picture, got a {kind} that ends within its {part}")


def check_at_most(limit: int, name: str, value: int) -> None:
    """Raises UnreadableInput where a declared number is above its limit."""
    if value > limit:
        raise UnreadableInput(f"expected at most {limit:,} {name}, got {value:,}")


def check_pixels(limit: int, width: int, height: int, part: str = "") -> None:
    """Raises UnreadableInput for an empty size, PictureTooLarge for one above the limit.

    part: the part of the file that has this size, as " in a tile"; the picture itself by default.
    """
    if width < 1 or height < 1:
        raise UnreadableInput(f"expected at least 1 pixel{part}, got {width:,} x {height:,}")
    if width * height > limit:
        message = f"expected at most {limit:,} pixels{part}, got {width:,} x {height:,}"
        raise PictureTooLarge(message)
