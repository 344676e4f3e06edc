"""A server on this machine that sends files as badly as a network does."""

import io
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Serves `files` on 127.0.0.1 in the way that the address's first part names.

    whole, chunked, unsized (no Content-Length), compressing (calls the file gzip-encoded if the
    client accepts that), breaks, breaks-chunked (half of it, then the connection ends), stalls
    (half of it, then silence). requests: the paths requested.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.released = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.requests.append(self.path)
                self.close_connection = True
                mode, _, name = self.path.lstrip("/").partition("/")
                content = outer.files.get(name)
                if content is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                if mode == "compressing" and "gzip" in self.headers.get("Accept-Encoding", ""):
                    self.send_header("Content-Encoding", "gzip")
                if mode in ("chunked", "breaks-chunked"):
                    self.send_header("Transfer-Encoding", "chunked")
                elif mode != "unsized":
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                outer.send(mode, content, self.wfile.write)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def send(self, mode: str, content: bytes, write: Callable[[bytes], int]) -> None:
        half = content[: len(content) // 2]
        if mode == "breaks":
            write(half)
        elif mode == "chunked":
            write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content))
        elif mode == "breaks-chunked":
            write(b"%x\r\n%s" % (len(content), half))
        elif mode == "stalls":
            write(half)
            self.released.wait(10)
        else:
            write(content)

    def url(self, name: str, mode: str = "whole") -> str:
        return f"http://127.0.0.1:{self._server.server_port}/{mode}/{name}"

    def close(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self.thread.join()


def in_zip(name: str, content: bytes) -> bytes:
    """A zip of one file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()
