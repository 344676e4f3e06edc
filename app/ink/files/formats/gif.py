"""GIF: checks the screen, and the blocks up to the end, without unpacking a frame."""

import struct
from typing import Final

from app.ink.files.formats.structure import Structure, check_at_most, check_pixels, ends_within
from app.reading import UnreadableInput

SIGNATURE: Final = b"GIF8"
MAX_FRAMES: Final = 2_000  # of an animation; only the first frame is read
MAX_BLOCKS: Final = 150_000  # in all frames and extensions; a block has up to 255 bytes
_EXTENSION, _FRAME, _END = 0x21, 0x2C, 0x3B


def inspect(content: bytes, max_pixels: int) -> Structure:
    """The structure that a GIF declares. Raises UnreadableInput."""
    try:
        return _inspect(content, max_pixels)
    except (struct.error, IndexError) as error:
        raise ends_within("GIF", "blocks") from error


def _inspect(content: bytes, max_pixels: int) -> Structure:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    check_pixels(max_pixels, width, height)
    offset = 13 + _palette_bytes(flags)
    frames = blocks = 0
    while offset < len(content) and content[offset] != _END:
        if content[offset] == _EXTENSION:
            offset += 2
        elif content[offset] == _FRAME:
            frames += 1
            check_at_most(MAX_FRAMES, "frames in a GIF", frames)
            offset = _pixels_of_frame(content, offset + 1, (width, height))
        else:
            raise UnreadableInput(
                f"expected a frame or an extension in a GIF, got {content[offset]}"
            )
        while content[offset]:
            blocks += 1
            check_at_most(MAX_BLOCKS, "blocks in a GIF", blocks)
            offset += 1 + content[offset]
        offset += 1
    if not frames:
        raise ends_within("GIF", "blocks")
    return Structure(width, height, False, pages=frames, is_animated=frames > 1)


def _pixels_of_frame(content: bytes, offset: int, screen: tuple[int, int]) -> int:
    """The offset of a frame's pixels; offset: of its descriptor."""
    left, top, width, height, flags = struct.unpack_from("<HHHHB", content, offset)
    if not (width and height and left + width <= screen[0] and top + height <= screen[1]):
        message = f"expected frames within {screen[0]:,} x {screen[1]:,} pixels in a GIF"
        raise UnreadableInput(f"{message}, got {width:,} x {height:,} at {left:,}, {top:,}")
    offset += 9 + _palette_bytes(flags)
    if not 2 <= content[offset] <= 8:
        raise UnreadableInput(f"expected a GIF's codes to have 2 to 8 bits, got {content[offset]}")
    return offset + 1


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
