"""The Kubernetes manifest and the systemd unit: what they confine, and that their limits fit."""

import json
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from app.api.limits import PREFIX, Limits
from tests.deploy.test_space import front_matter
from tests.support.paths import ROOT
from tests.support.pictures import large_photograph
from tests.tools.image_files import (
    DOCKERFILE,
    ask,
    started,
)

ONE = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})


def manifest(kind: str) -> dict[str, Any]:
    documents = yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text("utf-8"))
    (document,) = [document for document in documents if document["kind"] == kind]
    return dict(document)


def test_one_port_everywhere() -> None:
    port = front_matter()["app_port"]
    assert f"STREAMLIT_SERVER_PORT={port}" in DOCKERFILE
    assert f"EXPOSE {port}" in DOCKERFILE
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": port}]


@pytest.mark.parametrize("kind", ["Deployment", "Service"])
def test_the_manifest_is_what_kubernetes_expects(kind: str) -> None:
    kubernetes_validate.validate(manifest(kind), "1.34", strict=True)


def test_the_pod_is_confined_probed_and_limited() -> None:
    deployment = manifest("Deployment")
    assert deployment["apiVersion"] == "apps/v1"
    template = deployment["spec"]["template"]
    assert template["metadata"]["labels"] == deployment["spec"]["selector"]["matchLabels"]
    assert template["spec"]["securityContext"]["runAsNonRoot"] is True
    assert template["spec"]["securityContext"]["runAsUser"] == 1000
    (container,) = template["spec"]["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    probes = {name: container[name]["httpGet"]["path"] for name in container if "Probe" in name}
    assert probes == {
        "startupProbe": "/readyz",
        "readinessProbe": "/readyz",
        "livenessProbe": "/healthz",
    }
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    # The manifest puts no proxy in front of the pods, so no header may name the client.
    assert {"name": "DIGITS_PROXIES", "value": "0"} in container["env"]
    volumes = {volume["name"] for volume in template["spec"]["volumes"]}
    assert {volume["name"] for volume in container["volumeMounts"]} == volumes


def test_the_service_adds_no_unknown_settings() -> None:
    # Kubernetes gives each pod DIGITS_PORT and others, named after the Service.
    name = manifest("Service")["metadata"]["name"]
    assert f"{name}_".upper() == PREFIX
    assert manifest("Deployment")["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_the_service_finds_the_pods_and_keeps_clients_there() -> None:
    service, deployment = manifest("Service"), manifest("Deployment")
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    assert service["spec"]["sessionAffinity"] == "ClientIP"
    (port,) = service["spec"]["ports"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert port["targetPort"] in [port_entry["name"] for port_entry in container["ports"]]


def unit_settings() -> list[list[str]]:
    """The systemd unit's lines as name and value; a name may occur several times."""
    unit = (ROOT / "deploy" / "digits.service").read_text(encoding="utf-8")
    lines = [line for line in unit.splitlines() if line and not line.startswith(("#", "["))]
    return [line.split("=", 1) for line in lines]


def unit_variables() -> dict[str, str]:
    """The environment that the systemd unit gives the server."""
    values = [value for name, value in unit_settings() if name == "Environment"]
    return dict(word.split("=", 1) for value in values for word in value.split())


def test_the_unit_is_small_and_confined() -> None:
    settings, variables = unit_settings(), unit_variables()
    assert ["MemoryMax", "512M"] in settings
    assert ["User", "digits"] in settings
    assert ["NoNewPrivileges", "true"] in settings
    assert variables["OMP_NUM_THREADS"] == "1"
    assert Limits.from_environment(variables) == Limits(reads=1, waiting=7, pixels=13_000_000)
    named = {name.removeprefix(PREFIX).lower() for name in variables if name.startswith(PREFIX)}
    assert named <= set(Limits.__dataclass_fields__)


def test_everything_starts_by_the_command_that_checks_the_settings() -> None:
    # `streamlit run` ends with a traceback if the port or the address is wrong.
    assert re.findall(r"^CMD (.*)$", DOCKERFILE, re.M) == ['["python", "-m", "app", "serve"]']
    starts = [value for name, value in unit_settings() if name == "ExecStart"]
    assert starts == ["/opt/digits/.venv/app/bin/python -m app serve"]


MAX_MEMORY = 512  # megabytes
# Those of the unit's variables that say where it serves.
PLACE = ("HOME", "STREAMLIT_SERVER_PORT", "STREAMLIT_SERVER_ADDRESS")
NUMBERS = "2026 583 1749"


def peak(port: int) -> float:
    """The peak memory of the server at a port, in megabytes."""
    peaks = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another process may end in the meantime
            if f"--server.port={port}".encode() in (process / "cmdline").read_bytes().split(b"\0"):
                peaks += re.findall(r"^VmHWM:\s+(\d+) kB$", (process / "status").read_text(), re.M)
    (peak_kilobytes,) = peaks
    return int(peak_kilobytes) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc for the memory")
@pytest.mark.parametrize(
    "variables",
    [
        {"OMP_NUM_THREADS": "1"},
        {name: value for name, value in unit_variables().items() if name not in PLACE},
    ],
    ids=["one thread", "as the unit"],
)
def test_one_thread_and_little_memory_are_enough(variables: dict[str, str]) -> None:
    body, expected = large_photograph([NUMBERS] * 10), "\n".join([NUMBERS] * 10)
    with started(ROOT, ROOT / "app" / "server.py", **variables) as port:
        assert ask(port, "/readyz")[0] == 200
        before = peak(port)
        for _ in range(2):
            ink = ask(port, "/api/read", "POST", ONE, Content_Type="application/json")
            assert json.loads(ink[2])["text"] == "1"
            paper = ask(port, "/api/read", "POST", body, Content_Type="image/jpeg")
            assert json.loads(paper[2])["text"] == expected
        # A picture's 36 MB must show; otherwise another process was measured.
        assert before + 36 < peak(port) < MAX_MEMORY
