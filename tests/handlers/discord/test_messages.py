"""Bodies of requests: signatures that name a part for ever, titles of posts, pictures that have gone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.discord.messages import Signature, message_body, post_body, title_of, without_pictures
from tests.fakes.discord_limits import walk

TEXT = {"type": 10, "content": "# **Ten** new papers\nmore"}


@given(st.text(min_size=1), st.integers(1, 127))
def test_a_signature_depends_on_the_key_alone_and_fits_what_discord_takes(digest: str, number: int) -> None:
    key = f"{digest}|{number}"
    signature = Signature.of(key)
    assert signature == Signature.of(key)
    assert len(signature.nonce) <= 25
    assert 0 < signature.component_id < 2**31
    assert signature.number == number
    other = Signature.of(f"{digest}|{number % 127 + 1}")
    assert other.nonce != signature.nonce
    assert other.digest == signature.digest
    assert other.component_id != signature.component_id


def test_a_signed_message_is_known_by_its_nonce_or_by_its_first_component() -> None:
    signature = Signature.of("discord:1|2026-06-02|1")
    body = message_body([TEXT], (), signature)
    assert signature.is_on({"components": body["components"]})
    assert signature.is_on({"nonce": body["nonce"], "components": []})
    assert not Signature.of("discord:1|2026-06-03|1").is_on(body)
    assert "id" not in TEXT, "what was given stays as it was"


def test_parts_of_one_digest_know_each_other() -> None:
    first, second, foreign = (Signature.of(f"discord:1|{each}") for each in ("a|1", "a|2", "b|1"))
    body = message_body([TEXT], (), first)
    assert second.shares_digest(body)
    assert not second.is_on(body)
    assert not foreign.shares_digest(body)


def test_every_message_says_that_nobody_is_mentioned() -> None:
    assert message_body([TEXT])["allowed_mentions"] == {"parse": []}
    assert post_body("x", message_body([TEXT]))["message"]["allowed_mentions"] == {"parse": []}


def test_a_post_carries_no_nonce_and_a_title_of_at_most_100_characters() -> None:
    body = post_body("t" * 200, message_body([TEXT], (), Signature.of("k|1")), tag="6")
    assert len(body["name"]) == 100
    assert "nonce" not in body["message"]
    assert body["applied_tags"] == ["6"]


def test_a_post_is_named_by_its_payload_or_by_its_first_line() -> None:
    assert title_of({"title": "New on arXiv", "components": [TEXT]}) == "New on arXiv"
    assert title_of({"components": [{"type": 17, "components": [TEXT]}]}) == "Ten new papers"
    assert title_of({"components": []}) == "Paperboy"


def test_a_card_without_its_picture_keeps_its_words() -> None:
    def gallery(*names: str) -> dict[str, Any]:
        return {"type": 12, "items": [{"media": {"url": f"attachment://{name}"}} for name in names]}

    section = {"type": 9, "components": [TEXT], "accessory": {"type": 11, "media": {"url": "attachment://gone.png"}}}
    card = {"type": 17, "components": [TEXT, gallery("gone.png"), gallery("gone.png", "here.png"), section]}
    kept = without_pictures([card], {"gone.png"})
    assert "gone.png" not in str(kept)
    assert [each["type"] for each in walk(kept)] == [17, 10, 12, 10]
    assert len(kept[0]["components"][1]["items"]) == 1
