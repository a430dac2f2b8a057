"""Makes a certificate of this machine's own, so that a phone in its network has a camera.

A browser opens the camera and WebGPU only on https. `run.py app --https` runs
`python -m tools.certificate` before it starts the app. No authority has signed the certificate, so
each browser shows a warning at the first visit.
"""

import datetime
import ipaddress
import os
import socket
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ui.booth.host import find_own_host

FOLDER = Path(__file__).parents[1] / ".streamlit" / "certificate"
CERTIFICATE, KEY = "certificate.pem", "key.pem"
DAYS = 397
"""Validity. iOS and macOS refuse certificates that are valid for longer than 398 days."""
LEAST_DAYS = 14
"""A certificate that is valid for fewer days is made anew."""


def prepare_certificate(folder: Path, hosts: list[str]) -> None:
    """Makes a certificate and its key, unless the folder has a valid one for all hosts.

    Args:
        folder: folder of the two files. It is created if it is missing.
        hosts: names and addresses at which browsers reach this machine.
    """
    path = folder / CERTIFICATE
    if path.is_file() and (folder / KEY).is_file() and _is_valid(path.read_bytes(), hosts):
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "QANA on this machine")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName([_make_name(host) for host in hosts]), False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _write_private(folder / KEY, private)
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def list_hosts() -> list[str]:
    """Lists the names and addresses of this machine."""
    found = ["localhost", "127.0.0.1", "::1", socket.gethostname(), find_own_host()]
    return list(dict.fromkeys(host for host in found if host))


def _is_valid(content: bytes, hosts: list[str]) -> bool:
    """Returns whether a certificate is valid for all hosts for some more days."""
    try:
        certificate = x509.load_pem_x509_certificate(content)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, x509.ExtensionNotFound):
        return False
    left = certificate.not_valid_after_utc - datetime.datetime.now(datetime.UTC)
    return left.days >= LEAST_DAYS and {_make_name(host) for host in hosts} <= set(names)


def _make_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_private(path: Path, content: bytes) -> None:
    """Writes a file that only its owner may read."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


if __name__ == "__main__":
    prepare_certificate(FOLDER, list_hosts())
    sys.stderr.write(
        "The certificate in .streamlit/certificate is this machine's own. A browser warns once: "
        "choose to continue.\n"
    )
