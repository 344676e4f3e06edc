"""What is deployed: the image's files, the lock, the Space's list, the manifests, the settings."""

import http.client
import http.server
import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from playwright.sync_api import Browser, FilePayload

from app.api.limits import PREFIX, Limits
from deploy import space
from tests.support.paths import ROOT
from tests.support.pictures import large_photograph
from tests.tools.image_files import (
    DOCKERFILE,
    LOCK,
    ask,
    image_files,
    is_ignored,
    left_out,
    locked,
    serving_image,
    started,
    wanted,
)

ONE = json.dumps({"strokes": [[[50, 10], [49, 40], [48, 90]]]})


# The lock.


def test_the_lock_agrees_with_the_requirements() -> None:
    lines = (ROOT / "requirements-app.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            name, version = line.split("==")
            assert locked()[name][0] == version


def test_the_lock_has_all_but_what_it_says_to_leave_out() -> None:
    assert left_out() < set(wanted())
    assert set(locked()) == set(wanted()) - left_out()


def test_the_locks_command_is_whole_and_in_order() -> None:
    comment = "".join(line[1:] for line in LOCK.splitlines() if line.startswith("#"))
    command = shlex.split(comment[comment.index("uv pip compile") :].replace("\\", " "))
    named = [word for word in command if word in wanted()]
    assert command.count("--no-emit-package") == len(named) == len(left_out())
    assert named == sorted(named)
    assert {"requirements-app.txt", "--generate-hashes", "--only-binary"} <= set(command)


# The image.


def test_exactly_the_needed_files_go_into_the_image() -> None:
    app = {path for path in (ROOT / "app").rglob("*") if path.is_file()}
    app = {path for path in app if not {"__pycache__", "images"} & set(path.parts)}
    networks = ("model", "finder", "reader")
    models = [f"{name}.{kind}" for name in networks for kind in ("onnx", "json")] + ["README.md"]
    expected = {path.relative_to(ROOT).as_posix() for path in app}
    expected |= {"requirements-app.lock", *[f"models/{name}" for name in models]}
    assert image_files() == expected
    kinds = {path.rpartition(".")[2] for path in image_files()}
    texts = {"py", "typed", "css", "js", "html", "svg", "toml", "json", "md", "lock"}
    assert kinds <= texts | {"onnx", "png", "jpg"}


@pytest.mark.parametrize(
    "path",
    ["train/engine/loop.py", "models/model.pth", ".git/config", "app/__pycache__/x.pyc", "runs/a"],
)
def test_nothing_else_is_sent_to_the_builder(path: str) -> None:
    assert is_ignored(path)


def test_the_image_serves_page_and_programs(tmp_path: Path) -> None:
    with serving_image(tmp_path) as port:
        assert ask(port, "/readyz")[0] == 200
        status, headers, body = ask(port, "/")
        assert status == 200
        assert "<title>Streamlit</title>" in body
        ink = ask(port, "/api/read", "POST", ONE, Content_Type="application/json")
        assert json.loads(ink[2])["text"] == "1"
        missing = ask(port, "/api/other")
        assert json.loads(missing[2])["error"]["code"] == "not_found"
        wrong = ask(port, "/healthz", "POST")
        assert wrong[0] == 405
        script = re.findall(r'src="\./(\S+\.js)"', body)[0]
        for fields in (headers, ink[1], missing[1], wrong[1], ask(port, f"/{script}")[1]):
            assert fields["x-content-type-options"] == "nosniff"
            assert fields["referrer-policy"] == "same-origin"
            framing = fields["content-security-policy"]
            assert framing == "frame-ancestors 'self' https://huggingface.co https://*.hf.space"


def test_the_dockerfile_keeps_hadolints_rules() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    if hadolint is None:
        pytest.skip("needs hadolint")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_is_small_safe_and_pinned() -> None:
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim-\w+$", DOCKERFILE, re.M)
    for words in (
        "--no-deps",
        "--require-hashes",
        "--no-cache-dir",
        "--only-binary :all:",
        "HEALTHCHECK",
    ):
        assert words in DOCKERFILE
    assert re.findall(r"^USER (\S+)$", DOCKERFILE, re.M) == ["1000"]
    assert "apt-get" not in DOCKERFILE  # no compiler, no cache
    (check,) = re.findall(r"HEALTHCHECK .*?CMD (\[.*?\])\n", DOCKERFILE, re.S)
    command = json.loads(check.replace("\\\n", ""))
    compile(command[2], "HEALTHCHECK", "exec")
    assert "/healthz" in command[2]


# The Space.


def front_matter() -> dict[str, Any]:
    card: dict[str, Any] = yaml.safe_load(space.CARD.split("---\n")[1])
    return card


def test_one_port_everywhere() -> None:
    port = front_matter()["app_port"]
    assert f"STREAMLIT_SERVER_PORT={port}" in DOCKERFILE
    assert f"EXPOSE {port}" in DOCKERFILE
    (container,) = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": "http", "containerPort": port}]


def test_the_space_has_its_card() -> None:
    card = front_matter()
    assert (card["sdk"], card["license"]) == ("docker", "mit")
    assert card["title"]
    assert card["emoji"]
    assert len(card["short_description"]) <= 60  # the Hub refuses longer ones


def test_what_goes_to_the_space() -> None:
    listed = set(space.files())
    assert image_files() <= listed
    beside = {"Dockerfile", ".dockerignore", "README.md", "LICENSE"}
    linked = {"SECURITY.md", "CONTRIBUTING.md", "deploy/README.md"}
    assert beside | linked <= listed
    extra = listed - image_files() - beside - linked
    assert all(path.startswith(("app/images/", "models/images/")) for path in extra)
    assert not [path for path in listed if path.endswith((".pth", ".pyc", ".gz", ".ipynb"))]
    assert sum((ROOT / path).stat().st_size for path in listed) < 10_000_000


def test_a_missing_or_large_file_stops_the_deployment(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("COPY a.bin \\\n  /x/\n")
    with pytest.raises(space.NotDeployable, match=r"expected a\.bin"):
        space.files(tmp_path)
    pictures = [f"{folder}/images/x.png" for folder in ("app", "models")]
    texts = [".dockerignore", "README.md", "LICENSE", "SECURITY.md", "CONTRIBUTING.md"]
    texts += ["deploy/README.md"]
    for name in ("a.bin", *texts, *pictures):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert "a.bin" in space.files(tmp_path)
    (tmp_path / "a.bin").write_bytes(b"\x00" * 10_000_001)
    with pytest.raises(space.NotDeployable, match=r"10,000,000 bytes, got \['a.bin'\]"):
        space.files(tmp_path)


def test_a_dry_run_lists_and_needs_no_hub(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert space.main(["owner/name", "--dry"]) == 0
    out = capsys.readouterr().out
    assert "app/server.py" in out
    assert "would upload to https://huggingface.co/spaces/owner/name" in out
    assert space.main(["owner/name"]) == 1
    assert "pip install huggingface_hub" in capsys.readouterr().err
    assert space.main(["no-owner"]) == 2


def test_the_upload_makes_the_space_hold_exactly_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: dict[str, Any] = {}

    class HfApi:
        def create_repo(self, repo: str, **options: Any) -> None:
            calls["create"] = (repo, options)

        def add_space_variable(self, repo: str, key: str, value: str) -> None:
            calls[key] = (repo, value)

        def upload_folder(self, folder_path: str, **options: Any) -> None:
            files = [file for file in Path(folder_path).rglob("*") if file.is_file()]
            calls["paths"] = sorted(file.relative_to(folder_path).as_posix() for file in files)
            calls["README"] = (Path(folder_path) / "README.md").read_text(encoding="utf-8")
            calls["upload"] = options

    hub = types.ModuleType("huggingface_hub")
    hub.HfApi = HfApi  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert space.main(["owner/name"]) == 0
    options = {"repo_type": "space", "space_sdk": "docker", "exist_ok": True}
    assert calls["create"] == ("owner/name", options)
    assert calls["DIGITS_PROXIES"] == ("owner/name", "1")
    assert calls["paths"] == space.files()
    assert calls["README"] == space.CARD + (ROOT / "README.md").read_text(encoding="utf-8")
    assert not (ROOT / "README.md").read_text(encoding="utf-8").startswith("---")
    assert calls["upload"]["delete_patterns"] == "*"


# Kubernetes and systemd.


def manifest(kind: str) -> dict[str, Any]:
    documents = yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text("utf-8"))
    (document,) = [document for document in documents if document["kind"] == kind]
    return dict(document)


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
    # Nothing stands in front of what this manifest makes, so no header says who asks.
    assert {"name": "DIGITS_PROXIES", "value": "0"} in container["env"]
    volumes = {volume["name"] for volume in template["spec"]["volumes"]}
    assert {volume["name"] for volume in container["volumeMounts"]} == volumes


def test_the_service_finds_the_pods_and_keeps_clients_there() -> None:
    service, deployment = manifest("Service"), manifest("Deployment")
    assert service["spec"]["selector"] == deployment["spec"]["selector"]["matchLabels"]
    assert service["spec"]["sessionAffinity"] == "ClientIP"
    (port,) = service["spec"]["ports"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert port["targetPort"] in [port_entry["name"] for port_entry in container["ports"]]


def unit_settings() -> list[list[str]]:
    """The systemd unit's lines as name and value; a name may come several times."""
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


MAX_MEMORY = 512  # megabytes
# Of the unit's variables those that say where it serves.
PLACE = ("HOME", "STREAMLIT_SERVER_PORT", "STREAMLIT_SERVER_ADDRESS")
NUMBERS = "2026 583 1749"


def peak(port: int) -> float:
    """The most megabytes that the server at a port has had in memory."""
    peaks = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # another one may end meanwhile
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
        # A picture's 36 MB must be seen, else it is another process that was looked at.
        assert before + 36 < peak(port) < MAX_MEMORY


# The settings, wherever the server is started.


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The server started from a folder whose own settings are careless; its port."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / ".streamlit").mkdir()
    careless = "[server]\nenableCORS = false\nmaxUploadSize = 999\nenableXsrfProtection = true\n"
    (folder / ".streamlit" / "config.toml").write_text(careless)
    with started(folder, ROOT / "app" / "server.py", DIGITS_RATE="0") as port:
        yield port


def test_make_run_serves_page_and_programs() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (commands,) = re.findall(r"^run:.*\n((?:\t.*\n)+)", makefile, re.M)
    command = commands.splitlines()[-1]
    assert command == '\t@$(APP) -m app serve --port "$(PORT)"'


def test_the_server_reads_from_any_folder(elsewhere: int) -> None:
    assert ask(elsewhere, "/readyz")[0] == 200
    assert ask(elsewhere, "/_stcore/health")[0] == 200
    reading = ask(elsewhere, "/api/read", "POST", ONE, Content_Type="application/json")
    assert json.loads(reading[2])["numbers"] == ["1"]


def test_an_upload_needs_a_session_and_no_cookie(elsewhere: int) -> None:
    status, headers, text = ask(elsewhere, "/_stcore/upload_file/none/none", "PUT", "x")
    assert (status, "session_id" in text) == (400, True)  # 403 would mean that a token is wanted
    assert "access-control-allow-origin" not in headers
    assert "set-cookie" not in ask(elsewhere, "/_stcore/health")[1]


@pytest.mark.parametrize("is_own, expected", [(True, 101), (False, 403)])
def test_only_the_own_page_may_open_a_websocket(
    elsewhere: int, is_own: bool, expected: int
) -> None:
    status, _, _ = ask(
        elsewhere,
        "/_stcore/stream",
        Connection="Upgrade",
        Upgrade="websocket",
        Origin=f"http://127.0.0.1:{elsewhere}" if is_own else "https://elsewhere.example",
        Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==",
        Sec_WebSocket_Version="13",
    )
    assert status == expected


def test_answers_leave_at_once(elsewhere: int) -> None:
    took = []
    with closing(http.client.HTTPConnection("127.0.0.1", elsewhere, timeout=30)) as connection:
        for _ in range(20):
            start = time.perf_counter()
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            took.append(time.perf_counter() - start)
    assert min(took[5:]) < 0.035  # seconds; an answer held back takes 0.04


def test_the_page_alone_starts_from_any_folder(tmp_path: Path) -> None:
    with started(tmp_path, ROOT / "app" / "main.py") as port:
        assert ask(port, "/_stcore/health")[0] == 200
        assert ask(port, "/_stcore/upload_file/none/none", "PUT", "x")[0] == 400
        assert "<title>Streamlit</title>" in ask(port, "/readyz")[2]  # no service, so the page


def test_a_base_path_holds_for_page_and_programs() -> None:
    server = ROOT / "app" / "server.py"
    with started(ROOT, server, STREAMLIT_SERVER_BASE_URL_PATH="/digits/") as port:
        assert ask(port, "/digits/")[0] == 200
        assert ask(port, "/healthz")[0] == 200
        description = json.loads(ask(port, "/digits/api/openapi.json")[2])
        assert description["servers"] == [{"url": "/digits"}]
        ink = ask(port, "/digits/api/read", "POST", ONE, Content_Type="application/json")
        assert json.loads(ink[2])["text"] == "1"


UPLOADER = """
import streamlit as st

file = st.file_uploader("picture")
st.write(f"came {file.size} bytes" if file else "nothing came")
"""


@pytest.mark.parametrize("protection, said", [(None, "came 5 bytes"), ("true", "403")])
def test_an_upload_arrives_in_another_sites_frame(
    browser: Browser, tmp_path: Path, protection: str | None, said: str
) -> None:
    # As a Space shows it. With the protection that the settings leave out it does not arrive.
    (tmp_path / "uploader.py").write_text(UPLOADER)
    shutil.copytree(ROOT / "app" / ".streamlit", tmp_path / ".streamlit")
    off = {"STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": protection} if protection else {}
    with (
        started(tmp_path, tmp_path / "uploader.py", **off) as port,
        framing(f"http://127.0.0.1:{port}/") as outer,
        closing(browser.new_context()) as context,
    ):
        page = context.new_page()
        page.goto(f"http://localhost:{outer}/")  # another site than 127.0.0.1
        frame = page.frame_locator("iframe")
        chosen: FilePayload = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"12345"}
        frame.locator("input[type=file]").set_input_files([chosen], timeout=30_000)
        frame.get_by_text(said).first.wait_for(timeout=20_000)


@contextmanager
def framing(address: str) -> Iterator[int]:
    """Serves a page with a frame that shows this address; yields its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{address}" width="900" height="700">'.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("imports", ["import app, cv2", "import cv2, app"])
def test_the_limit_on_pixels_does_not_depend_on_who_imports_first(imports: str) -> None:
    # 50.41 million pixels, which OpenCV itself decodes in any process of a program's own.
    code = (
        f"{imports}, numpy\n"
        "from app.ink import picture_file\n"
        "coded = cv2.imencode('.png', numpy.zeros((7_100, 7_100), numpy.uint8))[1]\n"
        "assert cv2.imdecode(coded, cv2.IMREAD_UNCHANGED) is not None\n"
        "picture_file.decode(coded.tobytes())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "expected at most 50,000,000 pixels, got 7,100 x 7,100" in done.stderr
