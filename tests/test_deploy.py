"""The examples for several machines agree with the code: settings, commands, secrets, volumes, ports and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_group

from bot.cli import app
from bot.settings import Settings, load

DEPLOY = Path(__file__).parents[1] / "deploy"
COMMANDS = set(get_group(app).commands)
PAGES = {"/healthz", "/ready", "/metrics"}


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))


def of_kind(manifests: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [each for each in manifests if each["kind"] == kind]


def setting(name: str) -> str:
    """The setting that a variable sets."""
    return name.removesuffix("_FILE").lower()


def own_services(compose: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (service for name, service in compose["services"].items() if name != "database")


def test_the_services_of_compose_run_commands_with_settings_that_exist(compose: dict[str, Any]) -> None:
    for service in own_services(compose):
        assert service["command"][0] == "paperboy"
        assert service["command"][1] in COMMANDS
        assert {setting(name) for name in service["environment"]} <= Settings.model_fields.keys()
        assert service["depends_on"]["database"]["condition"] == "service_healthy"
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()


def test_every_secret_and_volume_of_compose_is_defined_and_used(compose: dict[str, Any]) -> None:
    services = compose["services"].values()
    assert {name for service in services for name in service["secrets"]} == compose["secrets"].keys()
    assert {mount.split(":")[0] for service in services for mount in service["volumes"]} == compose["volumes"].keys()
    for service in services:
        files = [value for name, value in service["environment"].items() if name.endswith("_FILE")]
        assert {file.removeprefix("/run/secrets/") for file in files} == set(service["secrets"])


def test_a_worker_of_compose_has_the_port_that_the_health_check_asks(compose: dict[str, Any]) -> None:
    assert "OPS_PORT" in (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert compose["services"]["worker"]["environment"]["OPS_PORT"].isdecimal()


def test_the_deployments_run_commands_with_settings_that_exist(manifests: list[dict[str, Any]]) -> None:
    [secret], [config] = of_kind(manifests, "Secret"), of_kind(manifests, "ConfigMap")
    shared = {**secret["stringData"], **config["data"]}
    for deployment in of_kind(manifests, "Deployment"):
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        own = {each["name"]: each["value"] for each in container.get("env", [])}
        environment = {name.lower(): value for name, value in (shared | own).items() if value}
        assert environment.keys() <= Settings.model_fields.keys()
        assert load(**environment).workers == "procrastinate"
        assert container["command"][0] == "paperboy"
        assert container["command"][1] in COMMANDS


def test_the_probes_ask_pages_on_ports_that_the_process_serves(manifests: list[dict[str, Any]]) -> None:
    for deployment in of_kind(manifests, "Deployment"):
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        probes = [probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")]
        assert probes
        assert {probe["path"] for probe in probes} <= PAGES
        assert {probe["port"] for probe in probes} == ports.keys()
        own = {each["name"]: each["value"] for each in container.get("env", [])}
        assert list(ports.values()) == [int(own.get("OPS_PORT", load().site_port))]


def test_every_object_that_a_deployment_names_is_in_the_example(manifests: list[dict[str, Any]]) -> None:
    names = {(each["kind"], each["metadata"]["name"]) for each in manifests}
    for deployment in of_kind(manifests, "Deployment"):
        spec = deployment["spec"]["template"]["spec"]
        assert ("PersistentVolumeClaim", spec["volumes"][0]["persistentVolumeClaim"]["claimName"]) in names
        [container] = spec["containers"]
        for source in container["envFrom"]:
            [(kind, ref)] = source.items()
            assert ({"secretRef": "Secret", "configMapRef": "ConfigMap"}[kind], ref["name"]) in names
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert deployment["spec"]["selector"]["matchLabels"] == labels


def test_no_secret_is_in_the_examples() -> None:
    for name in ("compose.yaml", "kubernetes.yaml"):
        text = (DEPLOY / name).read_text(encoding="utf-8")
        assert not re.search(r"\d{6,}:[\w-]{30,}", text)
        assert "PASSWORD@" in text
