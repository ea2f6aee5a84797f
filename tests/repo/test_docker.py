"""The container files, as far as they can be judged without a container engine."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

DOCKER = Path(__file__).resolve().parents[2] / "docker"
COMPOSE = YAML(typ="safe").load(DOCKER / "compose.yaml")
SERVICES = COMPOSE["services"]
NGINX = (DOCKER / "nginx.conf").read_text()


def run(*words):
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_file_follows_the_specification():
    schema = ("--builtin-schema", "vendor.compose-spec")
    run(sys.executable, "-m", "check_jsonschema", *schema, DOCKER / "compose.yaml")


def test_dockerfile_passes_hadolint():
    run(Path(sys.executable).with_name("hadolint"), DOCKER / "Dockerfile")


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_watched_restarted_and_not_root(name):
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"
    assert service["user"] not in ("root", "0")
    assert "no-new-privileges:true" in service["security_opt"]


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name in SERVICES if "ports" in SERVICES[name]] == ["proxy"]
    assert COMPOSE["networks"]["inner"]["internal"]
    assert SERVICES["db"]["networks"] == ["inner"]


def test_secrets_come_from_files_and_each_is_used():
    used = {secret for service in SERVICES.values() for secret in service["secrets"]}
    assert used == set(COMPOSE["secrets"])
    assert all(secret["file"] for secret in COMPOSE["secrets"].values())
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("/run/secrets/")


def test_ledger_and_documents_are_kept_in_volumes():
    mounted = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service["volumes"]
    }
    assert set(COMPOSE["volumes"]) <= mounted


def test_odoo_has_several_workers_behind_a_proxy():
    config = configparser.ConfigParser()
    config.read(DOCKER / "odoo.conf")
    options = config["options"]
    assert int(options["workers"]) >= 2
    assert options["proxy_mode"] == "True"
    assert options["list_db"] == "False"


def test_proxy_speaks_tls_and_passes_the_websocket():
    assert "listen 8443 ssl" in NGINX
    assert re.search(r"upstream websocket \{ server odoo:8072; \}", NGINX)
    assert re.search(r"location /websocket \{[^}]*Upgrade \$http_upgrade", NGINX)


def test_proxy_reads_the_secrets_that_compose_hands_it():
    read = set(re.findall(r"/run/secrets/(\w+)", NGINX))
    assert read == set(SERVICES["proxy"]["secrets"])
