"""An addition that was made in one place only is reported: a platform, a model provider, a card format.

CONTRIBUTING.md names these tests in its recipes.
"""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from bot import settings
from bot.errors import BadSetting
from bot.model import ChatRef, Platform
from bot.render.formats import FORMATS
from bot.service.app import renderers
from bot.settings import Settings
from bot.summaries.providers import build
from tests.fakes.clock import FakeClock

ROOT = Path(__file__).parents[1]
CHAT_PLATFORMS = [platform for platform in Platform if platform is not Platform.SITE]
PROVIDERS = re.findall(r"(\w+):NAME", Settings.model_fields["model"].description or "")


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("platform", CHAT_PLATFORMS)
def test_every_platform_has_its_package_with_the_modules_that_others_look_for(platform: Platform) -> None:
    package = ROOT / "handlers" / platform
    assert [name for name in ("app", "cards", "commands", "sender") if not (package / f"{name}.py").exists()] == []
    assert (ROOT / "tests" / "handlers" / platform).is_dir()


@pytest.mark.parametrize("platform", CHAT_PLATFORMS)
def test_every_platform_has_a_token_ids_and_a_renderer(platform: Platform) -> None:
    assert f"{platform}_bot_token" in Settings.model_fields
    assert platform in renderers()
    assert platform in FORMATS
    with pytest.raises(ValueError, match=r"is no chat id on|is not a chat"):
        ChatRef.parse(f"{platform}:not an id")


def test_every_platform_is_kept_apart_from_the_others() -> None:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", encoding="utf-8")
    independent = parser["importlinter:contract:platforms"]["modules"].split()
    assert sorted(independent) == sorted(f"handlers.{platform}" for platform in CHAT_PLATFORMS)


def test_every_model_provider_has_a_key_of_its_own() -> None:
    """A provider that is named in MODEL's description, but that nothing builds, would fall to another one's client."""
    missing = []
    for provider in PROVIDERS:
        with pytest.raises(BadSetting) as raised:
            build(settings.load(model=(f"{provider}:some-model",)), FakeClock())
        missing.append(raised.value.name)
    assert len(PROVIDERS) >= 2
    assert len(set(missing)) == len(PROVIDERS)
    assert [name for name in missing if name.lower() not in Settings.model_fields] == []
