"""The way out leads to the open internet alone, and to the address that was checked."""

import ssl
from pathlib import Path

import pytest

from app.core.addresses import AddressRefused, checked_address, is_public
from app.core.webhook_sender import WebhookSender
from tests.names import resolving, self_signed
from tests.webhooks.receiver import Receiver, listening

INSIDE = (
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "4000::1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


async def test_one_inner_address_among_outer_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, ["93.184.216.34", "169.254.169.254"], ["93.184.216.34", "1.1.1.1"], [])
    with pytest.raises(AddressRefused, match="must not be called"):
        await checked_address("hook.test", 443, allow_private=False)
    assert await checked_address("hook.test", 443, allow_private=False) == "93.184.216.34"
    with pytest.raises(AddressRefused, match="can't be resolved"):
        await checked_address("hook.test", 443, allow_private=False)


async def test_without_the_setting_this_machine_is_out_of_reach(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    closed = WebhookSender(allow_private=False, timeout_seconds=2)
    # looked up here: a bare machine does not know the name
    resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.1"], ["::1"])
    for host in ("127.0.0.1", "localhost", "[::1]"):
        url = f"https://{host}:{receiver.port}/"
        reply = await closed.send(url, "{}", {})
        assert (reply.status, reply.error) == (None, "the host name leads to an address that must not be called")
    assert (await closed.send(receiver.url, "{}", {})).error == "what is not encrypted is not sent"
    assert receiver.heard == []


async def test_a_name_is_looked_up_once_so_it_cannot_change_its_mind(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """DNS rebinding: the check sees one address, the connection another."""
    asked = resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
    reply = await WebhookSender(allow_private=True, timeout_seconds=2).send(
        f"http://hook.test:{receiver.port}/a?b=c", "{}", {}
    )
    assert (reply.status, asked) == (204, ["hook.test"])
    assert (receiver.heard[0].path, receiver.heard[0].headers["host"]) == ("/a?b=c", f"hook.test:{receiver.port}")


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await WebhookSender(allow_private=True, timeout_seconds=2).send(receiver.url, "{}", {})).status == 204


async def test_the_certificate_must_be_of_the_name_though_the_address_is_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = self_signed("hook.test", tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    resolving(monkeypatch, ["127.0.0.1"])
    sender = WebhookSender(allow_private=True, timeout_seconds=5)
    monkeypatch.setitem(sender.__dict__, "_tls", ssl.create_default_context(cafile=str(certificate)))
    async with listening(server) as receiver:
        assert (await sender.send(f"https://hook.test:{receiver.port}/", "{}", {})).status == 204
        other = await sender.send(f"https://other.test:{receiver.port}/", "{}", {})
        assert (other.status, other.error) == (None, "the request failed: ConnectError")
        assert len(receiver.heard) == 1
