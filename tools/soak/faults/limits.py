"""Sends what the server must refuse: requests of other sites, large files and broken ones."""

import os
from collections.abc import Iterable
from pathlib import Path

import requests
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from qana.inference.classifier import AkidaClassifier
from qana.screening.photo_collection import MAX_COLLECTION_MB
from tools.server import Server
from tools.soak.client import Client
from tools.soak.connection import COOKIE, Connection, ConnectionLostError
from tools.soak.load import make_tasks
from tools.soak.results import Findings
from tools.soak.scans import CAMERA, SOURCE_LABEL, UPLOAD, run_scan

OTHER_SITE = "https://elsewhere.example"
MEGABYTE = 2**20
WEBSOCKET = "/_stcore/stream"


def check_limits(folder: Path, classifier: AkidaClassifier) -> Findings:
    """Sends what the server must refuse, then scans a photo.

    Args:
        folder: empty folder for the server.
        classifier: the same network as on the server.
    """
    task = make_tasks(5, classifier)[1]
    with Server(folder) as server, Client(server.address) as client:
        findings = _check_other_sites(server, client.connection)
        client.choose(SOURCE_LABEL, UPLOAD)
        uploader = next(client.page.find_all("file_uploader"))
        findings["the uploader tells the browser its limit of 25 MB"] = (
            uploader.max_upload_size_mb == 25
        )
        # The server takes what Batch takes. The pages of one photo read no file over 25 MB.
        too_large = os.urandom((MAX_COLLECTION_MB + 1) * MEGABYTE)
        for how, size in (("told", len(too_large)), ("not told", 0)):
            status = _upload(client.connection, [too_large], size)
            findings[
                f"a file over {MAX_COLLECTION_MB} MB is refused, its size {how} beforehand"
            ] = status == 413
        del too_large
        client.upload(os.urandom(MEGABYTE))
        findings["a file that is no picture gets one sentence"] = [
            "cannot be read as a photo" in alert for alert in client.page.alerts
        ] == [True]
        findings |= _check_camera(server)
        findings |= _check_heads(server)
        log = server.log.read_text()
        findings["the log holds no error of all that"] = (
            "Traceback" not in log and "Error" not in log
        )
        findings |= _check_error_details(server)
        findings["and the app goes on"] = not run_scan(client, task).faults
    return findings


def _check_error_details(server: Server) -> Findings:
    """Uploads a file type that only a browser refuses, which raises an error inside Streamlit."""
    with Client(server.address, "compare") as client:
        client.upload(b"MZ", "result.exe")
        exceptions = list(client.page.find_all("exception"))
        return {
            "of an error nobody caught the visitor sees no detail": len(exceptions) == 1
            and not exceptions[0].stack_trace
            and ".py" not in str(exceptions[0])
            and "exe" not in str(exceptions[0])
        }


def _check_other_sites(server: Server, connection: Connection) -> Findings:
    try:
        stream = server.address.replace("http", "ws") + WEBSOCKET
        with connect(stream, origin=OTHER_SITE):  # type: ignore[call-overload]
            refused = False
    except InvalidStatus as error:
        refused = error.response.status_code == 403
    info = connection.request_upload("photo.jpg", 3)
    address = server.address + info.file_urls.upload_url
    files = {"photo.jpg": ("photo.jpg", b"abc", "image/jpeg")}
    forged = [
        requests.put(address, files=files, headers=headers, cookies=cookies, timeout=30)
        for headers, cookies in (
            ({"Origin": OTHER_SITE}, {}),
            ({"Origin": OTHER_SITE}, {COOKIE: connection.token}),
            ({"Origin": OTHER_SITE, "X-Xsrftoken": "2|0|0|0"}, {COOKIE: connection.token}),
        )
    ]
    responses = [
        requests.request(method, server.address + path, headers={"Origin": OTHER_SITE}, timeout=30)
        for method, path in (("OPTIONS", info.file_urls.upload_url), ("GET", "/_stcore/health"))
    ]
    allowed = [response.headers.get("Access-Control-Allow-Origin") for response in responses]
    return {
        "another site's page cannot open the stream": refused,
        "nor upload, without the token against forged requests or with a wrong one": all(
            response.status_code == 403 for response in forged
        ),
        "nor read an answer": not {"*", OTHER_SITE} & set(allowed),
        "usage statistics are off": connection.config is not None
        and not connection.config.gather_usage_stats,
    }


def _check_camera(server: Server) -> Findings:
    """Sends pictures of the camera. They come through the websocket, which has its own limit."""
    findings: Findings = {}
    with Client(server.address) as client:
        client.choose(SOURCE_LABEL, CAMERA)
        client.send_event("camera", "taken", "data:image/jpeg;base64," + "A" * 4 * MEGABYTE)
        findings["a frame that is no picture gets one sentence"] = (
            len(client.page.alerts) == 1 and not client.page.exceptions
        )
        try:
            client.send_event("camera", "taken", "data:image/jpeg;base64," + "A" * 26 * MEGABYTE)
            findings["a frame over 25 MB is refused"] = False
        except ConnectionLostError as error:
            # 1009: "message too big", RFC 6455, section 7.4.1
            findings["a frame over 25 MB is refused"] = "1009" in str(error)
        client.reconnect()
        findings["and its visitor goes on where they were"] = (
            client.page.find("button_group", SOURCE_LABEL) is not None
            and not client.page.exceptions
        )
    return findings


def _check_heads(server: Server) -> Findings:
    with Client(server.address, "learn") as client:
        uploaders = client.page.find_all("file_uploader")
        uploader = next(one for one in uploaders if "head" in one.label)
        client.upload(bytes(2 * MEGABYTE), "qana.head", "A head")
        return {
            "the uploader of heads has a limit of 1 MB": uploader.max_upload_size_mb == 1,
            "a larger one, sent all the same, gets one sentence": [
                "too large for a learned head" in alert for alert in client.page.alerts
            ]
            == [True],
        }


def _upload(connection: Connection, pieces: Iterable[bytes], size: int) -> int:
    """Uploads a file and returns the HTTP status of a refusal, or 0."""
    try:
        connection.upload(pieces, size)
    except requests.HTTPError as error:
        assert error.response is not None
        return error.response.status_code
    except requests.ConnectionError:
        return 413  # the server refused the file before it had all of it
    return 0
