"""A certificate of the machine's own: for whom, who may read its key, when it is renewed."""

import ipaddress
import ssl
import stat
from pathlib import Path

from cryptography import x509

from tools.certificate import CERTIFICATE, KEY, list_hosts, prepare_certificate

HOSTS = ["localhost", "127.0.0.1", "booth", "192.0.2.7"]


def read(folder: Path) -> bytes:
    return (folder / CERTIFICATE).read_bytes()


def test_it_is_for_all_names_of_the_machine_and_a_server_can_use_it(tmp_path: Path) -> None:
    prepare_certificate(tmp_path / "new", HOSTS)
    certificate = x509.load_pem_x509_certificate(read(tmp_path / "new"))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "booth"]
    assert ipaddress.ip_address("192.0.2.7") in names.get_values_for_type(x509.IPAddress)
    lifetime = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert lifetime.days <= 398
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "new" / CERTIFICATE, tmp_path / "new" / KEY)


def test_only_the_owner_may_read_the_key(tmp_path: Path) -> None:
    prepare_certificate(tmp_path, HOSTS)
    assert stat.S_IMODE((tmp_path / KEY).stat().st_mode) == 0o600


def test_it_is_kept_until_a_name_is_missing_or_it_is_damaged(tmp_path: Path) -> None:
    prepare_certificate(tmp_path, HOSTS)
    first = read(tmp_path)
    prepare_certificate(tmp_path, HOSTS[:2])
    assert read(tmp_path) == first
    prepare_certificate(tmp_path, [*HOSTS, "192.0.2.8"])
    assert read(tmp_path) != first
    (tmp_path / CERTIFICATE).write_text("damaged")
    prepare_certificate(tmp_path, HOSTS)
    assert b"BEGIN CERTIFICATE" in read(tmp_path)


def test_this_machine_has_a_name() -> None:
    assert {"localhost", "127.0.0.1"} <= set(list_hosts())
