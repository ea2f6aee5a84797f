"""Ports: the one asked for, or a sentence."""

import socket

import pytest

from local import ports
from local.errors import Stop


@pytest.fixture
def busy_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_free_port_asked_for_is_given():
    port = ports.any_free()
    assert ports.choose(str(port)) == port


def test_busy_port_asked_for_is_one_sentence(busy_port):
    with pytest.raises(Stop, match=f"Port {busy_port} .* is taken .* PORT="):
        ports.choose(str(busy_port))


@pytest.mark.parametrize("asked", ["abc", "80", "70000", "-1"])
def test_unusable_port_is_one_sentence(asked):
    with pytest.raises(Stop, match="is no usable port"):
        ports.choose(asked)


def test_busy_usual_port_gives_another(busy_port, monkeypatch):
    monkeypatch.setattr(ports, "USUAL", busy_port)
    assert ports.choose() != busy_port
