"""What the server refuses: other sites' pages, files and frames over the limit, and its secrets."""

import os
from pathlib import Path

import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from qana.inference.classifier import AkidaClassifier
from tools.server import Server
from tools.soak.client import COOKIE, Client, LostError
from tools.soak.faults import Findings
from tools.soak.load import tasks_of
from tools.soak.visits import CAMERA, UPLOAD, WHERE, scan_once

STRANGER = "https://elsewhere.example"
MEGABYTE = 2**20
SOCKET = "/_stcore/stream"


def limits(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Asks for what must be refused, and then for a verdict."""
    task = tasks_of(5, classifier)[1]
    with Server(folder) as server, Client(server.address) as client:
        found = _other_sites(server, client)
        client.choose(WHERE, UPLOAD)
        uploader = next(client.page.all("file_uploader"))
        found["the uploader tells the browser its limit of 25 MB, and the kinds of files"] = (
            uploader.max_upload_size_mb == 25 and ".jpg" in uploader.type
        )
        too_large = os.urandom(26 * MEGABYTE)
        for how, data in (("told", too_large), ("not told", iter([too_large]))):
            status = _status(lambda data=data: client.send_file(data))  # type: ignore[misc]
            found[f"a file over 25 MB is refused, its size {how} beforehand"] = status == 413
        client.upload(os.urandom(MEGABYTE))
        found["a file that is no picture gets one sentence"] = [
            "cannot be read as a photo" in alert for alert in client.page.alerts()
        ] == [True]
        found |= _frames(server)
        found |= _heads(server)
        log = server.log.read_text()
        found["the log holds no error of all that"] = "Traceback" not in log and "Error" not in log
        found |= _details(server)
        found["and the app goes on"] = not scan_once(client, task).faults
    return found


def _details(server: Server) -> Findings:
    """A browser refuses a file by its name; sent all the same, it is an error inside Streamlit."""
    with Client(server.address) as client:
        client.choose(WHERE, UPLOAD)
        client.upload(b"MZ", "photo.exe")
        shown = list(client.page.all("exception"))
        return {
            "of an error nobody caught the visitor sees no detail": len(shown) == 1
            and not shown[0].stack_trace
            and ".py" not in str(shown[0])
            and "exe" not in str(shown[0])
        }


def _other_sites(server: Server, client: Client) -> Findings:
    try:
        stream = server.address.replace("http", "ws") + SOCKET
        with connect(stream, origin=STRANGER):  # type: ignore[arg-type]
            refused = False
    except InvalidStatus as error:
        refused = error.response.status_code == 403
    info = client.place("photo.jpg", 3)
    address = server.address + info.file_urls.upload_url
    files = {"photo.jpg": ("photo.jpg", b"abc", "image/jpeg")}
    forged = [
        requests.put(address, files=files, headers=headers, cookies=cookies, timeout=30)
        for headers, cookies in (
            ({"Origin": STRANGER}, {}),
            ({"Origin": STRANGER}, {COOKIE: client.token}),
            ({"Origin": STRANGER, "X-Xsrftoken": "2|0|0|0"}, {COOKIE: client.token}),
        )
    ]
    asked = [
        requests.request(method, server.address + path, headers={"Origin": STRANGER}, timeout=30)
        for method, path in (("OPTIONS", info.file_urls.upload_url), ("GET", "/_stcore/health"))
    ]
    opened = [answer.headers.get("Access-Control-Allow-Origin") for answer in asked]
    return {
        "another site's page cannot open the stream": refused,
        "nor upload, without the token against forged requests or with a wrong one": all(
            answer.status_code == 403 for answer in forged
        ),
        "nor read an answer": not {"*", STRANGER} & set(opened),
        "usage statistics are off": client.config is not None
        and not client.config.gather_usage_stats,
    }


def _frames(server: Server) -> Findings:
    """The camera's picture comes through the stream, which has a limit of its own."""
    found: Findings = {}
    with Client(server.address) as client:
        client.choose(WHERE, CAMERA)
        client.take("taken", "data:image/jpeg;base64," + "A" * 4 * MEGABYTE)
        found["a frame that is no picture gets one sentence"] = (
            len(client.page.alerts()) == 1 and not client.page.faults()
        )
        try:
            client.take("taken", "data:image/jpeg;base64," + "A" * 26 * MEGABYTE)
            found["a frame over 25 MB is refused"] = False
        except LostError as error:
            found["a frame over 25 MB is refused"] = "1009" in str(error)
        client.reconnect()
        found["and its visitor goes on where they were"] = (
            client.page.find("button_group", WHERE) is not None and not client.page.faults()
        )
    return found


def _heads(server: Server) -> Findings:
    with Client(server.address, "learn") as client:
        uploader = next(one for one in client.page.all("file_uploader") if "head" in one.label)
        client.upload(bytes(2 * MEGABYTE), "qana.head", "A head")
        return {
            "the uploader of heads has a limit of 1 MB": uploader.max_upload_size_mb == 1,
            "a larger one, sent all the same, gets one sentence": [
                "too large for a learned head" in alert for alert in client.page.alerts()
            ]
            == [True],
        }


def _status(send: object) -> int:
    try:
        send()  # type: ignore[operator]
    except requests.HTTPError as error:
        return error.response.status_code
    except requests.ConnectionError:
        return 413  # refused before all of it was sent
    return 0
