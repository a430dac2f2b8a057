"""The app behind the proxies of docs/deploy.md, by real servers and in a real browser."""

import http.client
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.doubles.real_browser import BOOTH, CHROMIUM, FLAGS, LAPTOP, PATIENCE, pytestmark
from tests.doubles.visitor import teach_own_class
from tools.certificate import CERTIFICATE, KEY, prepare_certificate
from tools.server import Server
from ui.compare.browser_bench import LABEL

__all__ = ["pytestmark"]

GUIDE = Path(__file__).parents[2] / "docs" / "deploy.md"
NAME = "qana.example.org"
MEASURING = 180_000
NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/log info;
events {{ worker_connections 256; }}
http {{
    access_log off;
    default_type application/octet-stream;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/other;
    uwsgi_temp_path {folder}/other;
    scgi_temp_path {folder}/other;
{example}
}}
"""
"""What Debian's nginx.conf holds around the file of the example, with folders of the test."""
CADDY = """
{{
    admin off
    auto_https disable_redirects
    http_port {port}
    https_port {https}
    storage file_system {folder}
}}
{example}
"""


@dataclass(frozen=True)
class Proxy:
    """A running proxy.

    Attributes:
        address: where a browser finds the app.
        folder: what the proxy may write to.
    """

    address: str
    folder: Path


def read_example(language: str) -> str:
    (example,) = re.findall(rf"```{language}\n(.+?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    return str(example)


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def fill_nginx(app_port: int, https: int, folder: Path) -> str:
    example = read_example("nginx").replace("127.0.0.1:8501", f"127.0.0.1:{app_port}")
    example = example.replace("listen 80;", f"listen 127.0.0.1:{find_port()};")
    example = example.replace("listen 443", f"listen 127.0.0.1:{https}")
    example = example.replace("/etc/ssl/qana", str(folder))
    return NGINX.format(folder=folder, example=example)


def fill_caddy(app_port: int, https: int, folder: Path) -> str:
    example = read_example("caddy").replace("127.0.0.1:8501", f"127.0.0.1:{app_port}")
    # The certificate of the test in place of one that Caddy would get from an authority.
    own = f"https://{NAME}:{https} {{\n    tls {folder}/{CERTIFICATE} {folder}/{KEY}"
    example = example.replace(f"{NAME} {{", own)
    return CADDY.format(folder=folder, port=find_port(), https=https, example=example)


def start_proxy(kind: str, app_port: int, folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    program = shutil.which(kind) or shutil.which(kind, path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip(f"needs {kind}: apt install {kind}")
    prepare_certificate(folder, [NAME])
    https, config = find_port(), folder / f"{kind}.conf"
    fill = {"nginx": fill_nginx, "caddy": fill_caddy}[kind]
    config.write_text(fill(app_port, https, folder))
    command = {
        "nginx": [program, "-p", str(folder), "-c", str(config), "-e", str(folder / "log")],
        "caddy": [program, "run", "--adapter", "caddyfile", "--config", str(config)],
    }[kind]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=folder)
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", https)) == 0:
                return process, f"https://{NAME}:{https}"
        assert process.poll() is None, (folder / "output").read_text()
        time.sleep(0.1)
    raise AssertionError((folder / "output").read_text())


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    allowed = {"STREAMLIT_SERVER_ALLOWED_HOSTS": NAME}
    with Server(tmp_path_factory.mktemp("server"), allowed, path="/qana") as running:
        yield running


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, app: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp(request.param)
    process, address = start_proxy(request.param, app.port, folder)
    yield Proxy(f"{address}/qana", folder)
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # The name of the example leads to this computer, and the certificate is the test's own.
    own = [f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--enable-unsafe-swiftshader"]
    with sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *own])


def open_page(browser: Browser, address: str, size=LAPTOP) -> Page:
    context = browser.new_context(
        viewport=size, ignore_https_errors=True, permissions=["camera"], accept_downloads=True
    )
    page = context.new_page()
    page.goto(address)
    return page


def test_the_camera_and_an_upload_are_classified_and_nothing_is_left_on_the_disk(
    proxy: Proxy, app: Server, browser: Browser, sure_samples, tmp_path: Path
) -> None:
    page = open_page(browser, f"{proxy.address}/")
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("window.isSecureContext")
    page.get_by_text("Camera", exact=True).click()
    shutter = page.get_by_role("button", name="Take photo")
    expect(shutter).to_be_enabled(timeout=PATIENCE)
    shutter.click()
    expect(page.get_by_role("button", name="Classify", exact=True)).to_be_visible(timeout=PATIENCE)
    page.goto(f"{proxy.address}/")
    page.get_by_text("Upload", exact=True).click(timeout=PATIENCE)
    data = sure_samples[0].path.read_bytes()
    photo = tmp_path / "large.jpg"
    photo.write_bytes(data + bytes(3_000_000))  # far above the 16 kB that nginx keeps in memory
    page.locator("input[type=file]").set_input_files(photo)
    page.get_by_role("button", name="Classify", exact=True).click(timeout=PATIENCE)
    expect(page.get_by_text("Looks most like", exact=True)).to_be_visible(timeout=PATIENCE)
    for output in ("log", "output"):
        text = (proxy.folder / output).read_text() if (proxy.folder / output).is_file() else ""
        assert "temporary file" not in text
    page.context.close()


def test_the_booth_runs_and_its_code_leads_back_to_the_app(proxy: Proxy, browser: Browser) -> None:
    page = open_page(browser, f"{proxy.address}/?booth=1", BOOTH)
    question = page.get_by_role("heading", name="What would you say?")
    expect(question).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text(f"{NAME}", exact=False).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("/qana").first).to_be_visible()
    page.get_by_role("button", name="Mole").click()
    expect(page.get_by_text("Your guess: Mole.")).to_be_visible(timeout=PATIENCE)
    page.context.close()


def test_the_browser_is_measured(proxy: Proxy, browser: Browser) -> None:
    page = open_page(browser, f"{proxy.address}/compare")
    page.get_by_role("button", name=LABEL).click(timeout=PATIENCE)
    expect(page.get_by_text("In this browser", exact=True)).to_be_visible(timeout=MEASURING)
    page.context.close()


def test_a_class_is_taught(proxy: Proxy, browser: Browser, samples) -> None:
    page = open_page(browser, proxy.address)
    teach_own_class(page, proxy.address, samples[4].path)
    page.context.close()


def test_the_path_without_its_slash_leads_to_the_app(proxy: Proxy, browser: Browser) -> None:
    page = open_page(browser, proxy.address)
    expect(page.get_by_role("heading", name="Scan a lesion")).to_be_visible(timeout=PATIENCE)
    page.context.close()


@pytest.mark.parametrize(
    ("host", "origin", "code"),
    [
        (NAME, f"https://{NAME}", 101),
        ("evil.example", "https://evil.example", 403),
        (NAME, "https://evil.example", 403),
        ("127.0.0.1", f"https://{NAME}", 403),
    ],
    ids=["as it came", "another name", "another page", "not passed on"],
)
def test_the_app_needs_the_host_as_it_came(app: Server, host: str, origin: str, code: int) -> None:
    """The WebSocket that a browser asks for, without a proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=20)
    connection.putrequest("GET", "/qana/_stcore/stream", skip_host=True)
    headers = {
        "Host": host,
        "Origin": origin,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == code
    connection.close()


def test_the_guide_names_a_name_that_no_one_has() -> None:
    """example.org is reserved (RFC 2606), so a copied line reaches nobody."""
    for language in ("nginx", "caddy"):
        assert NAME in read_example(language)
