"""What `digits serve` accepts, and what it prints before it serves."""

import socket

import click
import pytest
from streamlit.web import cli

from app import __main__ as command
from app import addresses
from tests.support.ports import free_port

PORTS = ["0", "65536", "-1", "web", "8_501", "٣", ""]


@pytest.mark.parametrize("port", PORTS)
def test_a_wrong_port_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        command.main(["serve", f"--port={port}"])
    assert exit_.value.code == 2
    assert f"expected a port from 1 to 65535, got {port!r}" in capsys.readouterr().err


def test_a_port_in_use_is_not_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert command.main(["serve", f"--port={port}"]) == 1
    assert f"port {port} is in use" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["192.0.2.1", "::2", "nonsense.invalid"])
def test_an_address_of_another_machine_is_refused_in_one_sentence(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    assert command.main(["serve", f"--port={port}", f"--address={address}"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"serve: cannot listen on {address}, port {port}: ")
    assert said.endswith("Use 0.0.0.0 for all of this machine's addresses, and a free port.\n")
    assert said.count("\n") == 1


# Interface, this computer's address in its network, what is printed.
ADDRESSES = [
    ("0.0.0.0", "10.1.2.3", ["http://localhost:80", "http://10.1.2.3:80"]),
    ("0.0.0.0", None, ["http://localhost:80"]),  # no network
    ("::", "10.1.2.3", ["http://localhost:80", "http://10.1.2.3:80"]),
    ("127.0.0.1", "10.1.2.3", ["http://127.0.0.1:80"]),  # no phone can reach it
    ("::1", "10.1.2.3", ["http://[::1]:80"]),
]


@pytest.mark.parametrize("address, network, expected", ADDRESSES)
def test_where_the_page_can_be_opened(
    address: str, network: str | None, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "network_address", lambda: network)
    lines = addresses.addresses(80, address)
    assert [line.split()[-1] for line in lines] == expected
    assert len({line.index("http") for line in lines}) == 1  # the addresses are aligned


def test_the_path_of_the_page_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "network_address", lambda: "10.1.2.3")
    hosts = ["localhost", "10.1.2.3"]
    said = [line.split()[-1] for line in addresses.addresses(80, "0.0.0.0", "digits")]
    assert said == [f"http://{host}:80/digits" for host in hosts]
    assert addresses.addresses(80, "127.0.0.1", "digits") == ["Page: http://127.0.0.1:80/digits"]


def test_finding_the_own_address_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[int] = []
    original = socket.socket

    def watched(family: int, kind: int) -> socket.socket:
        kinds.append(kind)
        return original(family, kind)

    monkeypatch.setattr(socket, "socket", watched)
    address = addresses.network_address()
    assert kinds == [socket.SOCK_DGRAM]  # connecting one of these sends no packet
    assert address is None or address.count(".") == 3


def test_an_interruption_ends_serving_without_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[list[str]] = []

    def interrupted(arguments: list[str], **_: object) -> None:
        calls.append(arguments)
        raise click.Abort

    monkeypatch.setattr(cli, "main", interrupted)
    port = free_port()
    assert command.main(["serve", f"--port={port}", "--address=127.0.0.1"]) == 0
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (f"Page: http://127.0.0.1:{port}\n", "")
    assert "--logger.hideWelcomeMessage=true" in calls[0], "Streamlit prints the address as well"


def test_an_empty_address_stands_for_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "main", lambda *_, **__: None)
    monkeypatch.setenv("STREAMLIT_SERVER_ADDRESS", "")
    port = free_port()
    assert command.main(["serve", f"--port={port}"]) == 0
    assert f"http://localhost:{port}\n" in capsys.readouterr().out


def test_an_error_of_streamlits_command_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise click.UsageError("no such option")

    monkeypatch.setattr(cli, "main", refused)
    port = free_port()
    assert command.main(["serve", f"--port={port}", "--address=127.0.0.1"]) == 2
    assert "no such option" in capsys.readouterr().err
