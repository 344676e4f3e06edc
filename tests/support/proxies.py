"""nginx and Caddy in front of servers on this machine, with the configurations in deploy/."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.support.paths import ROOT
from tests.support.ports import free_port

NGINX: Final = "nginx"
CADDY: Final = "caddy"
# Where tests/tools/nginx.sh and Debian install it; Debian's folder is not on every user's PATH.
FOLDERS: Final = (ROOT / ".venv" / "nginx" / "usr" / "sbin", Path("/usr/sbin"))
START_SECONDS: Final = 20
SERVER: Final = r" *server 127\.0\.0\.1:8501 (.*);\n"  # of the configuration's upstream
# What nginx needs besides a site; with this, it writes nothing outside the folder.
AROUND: Final = """
daemon off;
{user}
pid {folder}/pid;
error_log stderr;
events {{}}
http {{
    log_format clients "$remote_addr $upstream_addr";
    access_log {folder}/clients clients;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/site;
}}
"""


class Proxy(NamedTuple):
    """A running proxy. log: a line for each finished request, from nginx only."""

    address: str
    log: Path

    def servers(self) -> Mapping[str, int]:
        """The port of the server that each client was last served by, by the client's address."""
        served = re.findall(r"^(\S+) .*:(\d+)$", self.log.read_text(), re.MULTILINE)
        return {client: int(port) for client, port in served}


def find(name: str) -> str | None:
    """The path of a proxy's program, or None if it is not installed."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), *map(str, FOLDERS)])
    return shutil.which(name, path=folders)


@contextmanager
def nginx(program: str, folder: Path, ports: Sequence[int], prefix: str = "") -> Iterator[Proxy]:
    """nginx with deploy/nginx.conf in front of the servers on these ports.

    prefix: that of the servers' paths, such as "/digits".
    """
    port = free_port()
    site = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    servers = "".join(rf"    server 127.0.0.1:{number} \1;" + "\n" for number in ports)
    site = _replaced(SERVER, servers, site)
    site = _replaced(r"listen 80 default_server;", f"listen 127.0.0.1:{port};", site)
    site = _replaced(r"location / \{", f"location {prefix}/ {{", site)
    (folder / "site").write_text(site)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user))
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
    with _running(command, folder, port):
        yield Proxy(f"http://127.0.0.1:{port}", folder / "clients")


@contextmanager
def caddy(program: str, folder: Path, ports: Sequence[int], prefix: str = "") -> Iterator[Proxy]:
    """Caddy with deploy/Caddyfile; takes the same arguments as `nginx`."""
    port = free_port()
    site = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    servers = " ".join(f"127.0.0.1:{number}" for number in ports)
    paths = f"{prefix}/* " if prefix else ""
    site = _replaced(r"reverse_proxy 127\.0\.0\.1:8501 ", f"reverse_proxy {paths}{servers} ", site)
    site = _replaced(r"(?m)^:80 ", f"http://127.0.0.1:{port} ", site)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site)
    command = [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with _running(command, folder, port):
        yield Proxy(f"http://127.0.0.1:{port}", folder / "clients")


def _replaced(pattern: str, text: str, site: str) -> str:
    """A configuration in which the only match of a pattern is replaced."""
    changed, count = re.subn(pattern, text, site)
    if count != 1:
        raise ValueError(f"expected {pattern!r} once in the configuration, got it {count} times")
    return changed


@contextmanager
def _running(command: Sequence[str], folder: Path, port: int) -> Iterator[None]:
    """Runs a proxy as long as the context lasts, once it accepts connections."""
    environment = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with (folder / "words").open("w") as words:
        proxy = subprocess.Popen(command, stderr=words, cwd=folder, env=environment)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _accepts(port):
                if proxy.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} stopped: {(folder / 'words').read_text()}")
                time.sleep(0.05)
            yield
        finally:
            proxy.terminate()
            proxy.wait(timeout=10)


def _accepts(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
