"""PostgreSQL: the embedded server, or the user's own."""

from pathlib import Path

import pytest

from local import postgres, server
from local.errors import Stop


def test_address_becomes_libpqs_variables():
    url = "postgresql://me:se%40cret@db.example:5433/start?sslmode=require"
    environment, database = server.from_url(url)
    assert database == "start"
    assert environment == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "se@cret",
        "PGSSLMODE": "require",
    }


def test_socket_folder_may_be_given_as_option():
    environment, database = server.from_url("postgresql:///?host=/run/postgresql")
    assert (environment, database) == ({"PGHOST": "/run/postgresql"}, "postgres")


@pytest.mark.parametrize("url", ["mysql://x/y", "x", "postgresql://h:port/x"])
def test_address_of_something_else_is_one_sentence(url):
    with pytest.raises(Stop, match="DATABASE_URL"):
        server.from_url(url)


def test_own_server_is_taken_from_the_environment(monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("PGUSER", "me")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    named_by, environment, _database = server.own_server()
    assert (named_by, environment["PGUSER"]) == ("PGHOST", "me")


def test_our_own_socket_is_the_embedded_server(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PGHOST", str(postgres.SOCKETS))
    assert server.own_server() is None


def answering(monkeypatch, *row):
    """Return a server that answers the check with ``row``."""
    own = server.Server({}, Path("/nowhere"), False, named_by="PGHOST")
    monkeypatch.setattr(server.Server, "query", lambda self, statement: [list(row)])
    return own


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("postgres", "t", "16"), "Odoo refuses the role postgres"),
        (("me", "f", "16"), 'ALTER ROLE "me" CREATEDB'),
        (("me", "t", "12"), "is PostgreSQL 12, Odoo 19 needs 13"),
    ],
)
def test_own_server_that_will_not_do_is_one_sentence(monkeypatch, row, sentence):
    with pytest.raises(Stop, match=sentence):
        server.check(answering(monkeypatch, *row))


def test_own_server_that_will_do_passes(monkeypatch):
    server.check(answering(monkeypatch, "me", "t", "15"))


def test_own_server_that_is_down_is_one_sentence(monkeypatch):
    def refuse(self, statement):
        raise server.Refused("connection refused")

    monkeypatch.setattr(server.Server, "query", refuse)
    own = server.Server({}, Path("/nowhere"), False, named_by="DATABASE_URL")
    with pytest.raises(Stop, match="DATABASE_URL cannot be used .connection refused"):
        server.check(own)


def test_server_that_stops_midway_is_one_sentence():
    embedded = server.Server({}, Path("/nowhere"), True)
    stop = str(embedded.stopped("installing the addons"))
    assert stop.startswith("PostgreSQL stopped while installing the addons")
    assert "repeat the command" in stop


def test_socket_path_stays_within_what_the_kernel_takes():
    assert len(str(postgres.SOCKETS / ".s.PGSQL.5432")) < 100
