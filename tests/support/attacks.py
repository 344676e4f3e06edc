"""What a hostile visitor or program sends, made when it is needed."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from streamlit.proto.BackMsg_pb2 import BackMsg

FLOOD_MESSAGES: Final = 242_000  # as many silenced an unguarded server for over a minute


def upright_strokes(count: int = 500) -> list[NDArray[np.float64]]:
    """Strokes side by side, in 10 kB; any few neighbours could be a digit."""
    return [np.array([[2.0 * index, 10.0], [2.0 * index, 200.0]]) for index in range(count)]


def scribble(num_strokes: int = 24, num_points: int = 33) -> list[NDArray[np.float64]]:
    """Strokes that all cross each other, in less than 16 kB."""
    random = np.random.default_rng(0)
    shape = (num_strokes, num_points, 2)
    return list(random.uniform(0, 200, shape).round(1))


def rerun(json_value: str = "", widgets: int = 1, events: str = "", query: str = "") -> bytes:
    """The message that runs the page, with the same value in some widgets."""
    message = BackMsg()
    message.rerun_script.query_string = query
    for index in range(widgets):
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = f"widget-{index}"
        if events:
            widget.json_trigger_value = events
        else:
            widget.json_value = json_value
    return message.SerializeToString()


def empty_lists(count: int) -> str:
    """JSON of this many empty lists: three bytes each, but 64 as Python objects."""
    return "[" + "[]," * (count - 1) + "[]]"


def kept_value(count: int = 110_000) -> str:
    """JSON of 1.5 MB that takes ten times as much as Python objects: an object of many names."""
    names = ",".join(f'"{number:x}":{number}' for number in range(count))
    return f'{{"drawing":{{"raw":{{"objects":[],"more":{{{names}}}}}}}}}'


def many_parts(count: int = 100_000) -> bytes:
    """A form with the boundary x, of many parts."""
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    return part * count + b"--x--\r\n"


def much_after_form(megabytes: int = 10) -> bytes:
    """A form with the boundary x, of one part, and much after its end."""
    part = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n1\r\n'
    return part + b"--x--\r\n" + b"\r\n" * (megabytes << 19)


def inkml_with_entities(depth: int = 12) -> bytes:
    """InkML in which each entity is ten of the one before; thousands of millions in the end."""
    names = "".join(
        f'<!ENTITY e{level} "{f"&e{level - 1};" * 10 if level else "1 1, "}">'
        for level in range(depth)
    )
    return f"<?xml version='1.0'?><!DOCTYPE ink [{names}]><ink>&e{depth - 1};</ink>".encode()


def inkml_of_signs(num_bytes: int = 1_000_000) -> bytes:
    """InkML whose one trace is difficult to divide into values: blanks, signs and commas."""
    unit = b"1 1&#44;" + b" " * 50 + b"'1 \"1" * 20 + b",,"
    return b"<ink><trace>" + unit * (num_bytes // len(unit)) + b"</trace></ink>"


def frame(data: bytes, opcode: int = 2, is_last: bool = True) -> bytes:
    """A WebSocket frame of at most 65,535 bytes as a browser sends it, masked with zeros."""
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return bytes([0x80 * is_last | opcode]) + size + bytes(4) + data
