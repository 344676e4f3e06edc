"""Ordinary picture files, as cameras, scanners and programs write them."""

import io
import zlib

from PIL import Image

from tests.support.hostile_pictures import encoded, strips, tiff

LIMIT = 1_000_000  # pixels; all of these pictures have fewer


def phone_jpeg() -> bytes:
    """A JPEG as phones write it: with EXIF and a profile, then a second picture and a film."""
    exif = Image.Exif()
    exif[0x112] = 1
    content = encoded("JPEG", "RGB", exif=exif.tobytes() + bytes(9_000), icc_profile=bytes(130_000))
    return content + encoded("JPEG", "RGB", (160, 120)) + b"\0\0\0\x18ftypmp42" + bytes(5_000)


def animated(kind: str) -> bytes:
    """An animation of three frames."""
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("white", "grey", "black")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


def tiled_tiff() -> bytes:
    """64 x 48 pixels in 16 x 16 tiles, as scanners of large sheets write them."""
    data, tiles = zlib.compress(bytes(range(256))), 4 * 3
    tags = {
        **strips(64, 48, t273=None, t278=None, t279=None),
        **{
            259: (3, [8]),
            322: (4, [16]),
            323: (4, [16]),
            324: (4, [0] * tiles),
            325: (4, [len(data)] * tiles),
        },
    }
    start = len(tiff(tags))
    return tiff({**tags, 324: (4, [start] * tiles)}, data)


ORDINARY = {
    "PNG": (encoded("PNG"), True),
    "PNG with opacity": (encoded("PNG", "RGBA"), False),
    "PNG with a palette": (encoded("PNG", "P"), True),
    "PNG of a bit a pixel": (encoded("PNG", "1"), True),
    "PNG of 16 bits": (encoded("PNG", "I;16"), False),
    "PNG with a profile": (encoded("PNG", icc_profile=bytes(500_000)), True),
    "APNG": (animated("PNG"), False),
    "JPEG": (encoded("JPEG", "RGB"), True),
    "JPEG, progressive": (encoded("JPEG", "RGB", progressive=True), True),
    "JPEG with restarts": (encoded("JPEG", "RGB", restart_marker_blocks=1), True),
    "JPEG, CMYK": (encoded("JPEG", "CMYK"), True),
    "JPEG of a phone": (phone_jpeg(), True),
    "GIF": (encoded("GIF"), False),
    "GIF, animated": (animated("GIF"), False),
    "WebP": (encoded("WEBP", "RGB"), True),
    "WebP, lossless": (encoded("WEBP", "RGB", lossless=True), True),
    "WebP with opacity": (encoded("WEBP", "RGBA"), None),  # no alpha channel if all is opaque
    "WebP with a profile": (encoded("WEBP", "RGB", icc_profile=bytes(900)), True),
    "WebP, animated": (animated("WEBP"), False),
    "BMP": (encoded("BMP", "RGB"), True),
    "BMP with a palette": (encoded("BMP", "P"), True),
    "BMP of a bit a pixel": (encoded("BMP", "1"), True),
    "TIFF": (encoded("TIFF"), True),
    "TIFF, LZW": (encoded("TIFF", "RGB", compression="tiff_lzw"), True),
    "TIFF, Deflate": (encoded("TIFF", "RGBA", compression="tiff_adobe_deflate"), False),
    "TIFF, G4 fax": (encoded("TIFF", "1", compression="group4"), True),
    "TIFF, JPEG": (encoded("TIFF", "RGB", compression="jpeg"), True),
    "TIFF of many strips": (encoded("TIFF", size=(64, 480), strip_size=640), True),
    "TIFF of 16 bits": (encoded("TIFF", "I;16"), False),
    "TIFF in tiles": (tiled_tiff(), True),
    "TIFF of three pages": (animated("TIFF"), True),
    "BigTIFF": (encoded("TIFF", "RGB", big_tiff=True), True),
}
