"""A self-made certificate for localhost: for the demo and the tests, never for people."""

import sys
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.time_utils import SystemClock

DAYS = 30


def make_certificate(folder: Path, now: datetime) -> Path:
    """Writes fullchain.pem and privkey.pem into the folder, anew each time; returns the certificate."""
    folder.mkdir(exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    # nginx runs as another user; the key protects nothing but a demo
    (folder / "privkey.pem").chmod(0o644)
    return folder / "fullchain.pem"


if __name__ == "__main__":
    make_certificate(Path(sys.argv[1]), SystemClock().now())
