"""A part of a digest as the body of a Discord request: signed so that it can be found again, its files attached.

The signature is the `id` of the first component: Discord stores it and returns it with the channel's history, which it
does not promise for a nonce.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import structlog

from bot.model import JSON, ChatRef
from handlers.button_actions import with_chat

log = structlog.get_logger()

# https://discord.com/developers/docs/resources/message#message-object-message-flags
SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS, COMPONENTS_V2 = 1 << 2, 1 << 12, 1 << 15
TEXT_DISPLAY, MEDIA_GALLERY, FILE, CONTAINER = 10, 12, 13, 17
TITLE_LENGTH = 100
# A digest must notify nobody, whatever stands in a title.
NO_MENTIONS: JSON = {"parse": []}


@dataclass(frozen=True, slots=True)
class Signature:
    """Identifies a part. Keys end in "|NUMBER", and the parts of one digest share everything before that."""

    nonce: str
    digest: int
    number: int

    @classmethod
    def of(cls, key: str) -> Signature:
        digest, _, number = key.rpartition("|")
        if not digest or not number.isdecimal():
            digest, number = key, "0"
        nonce = hashlib.blake2s(key.encode(), digest_size=12).hexdigest()
        return cls(nonce, _bits(digest, 24), int(number) % 128)

    @property
    def component_id(self) -> int:
        """A positive 32-bit integer: 24 bits of the digest, 7 of the number."""
        # Discord replaces the id 0 by one of its own.
        return (self.digest << 7 | self.number) or 1

    def is_on(self, message: JSON) -> bool:
        """Whether a message of ours, as the API shows it, is this part."""
        # Either is enough: Discord does not promise to return the nonce with a channel's history.
        return message.get("nonce") == self.nonce or first_id(message) == self.component_id

    def shares_digest(self, message: JSON) -> bool:
        """Whether a message of ours is some part of the same digest."""
        ident = first_id(message)
        return ident is not None and ident >> 7 == self.digest


def _bits(text: str, count: int) -> int:
    return int.from_bytes(hashlib.blake2s(text.encode(), digest_size=4).digest()) >> (32 - count)


def first_id(message: JSON) -> int | None:
    components = message.get("components") or ()
    ident = components[0].get("id") if components else None
    return ident if isinstance(ident, int) else None


def message_body(
    components: Sequence[JSON],
    files: Sequence[str] = (),
    signature: Signature | None = None,
    *,
    is_silent: bool = False,
) -> JSON:
    """The JSON of a message. With a signature, it can be sent again within minutes without a second message.

    A silent message notifies nobody.
    """
    silent = SUPPRESS_NOTIFICATIONS if is_silent else 0
    body: JSON = {"components": list(components), "flags": COMPONENTS_V2 | silent, "allowed_mentions": NO_MENTIONS}
    if signature is not None:
        body["components"] = _signed(components, signature)
        body |= {"nonce": signature.nonce, "enforce_nonce": True}
    if files:
        body["attachments"] = [{"id": index, "filename": PurePath(name).name} for index, name in enumerate(files)]
    return body


def announcement_body(announcement: JSON, signature: Signature, *, is_silent: bool = False) -> JSON:
    """The JSON of a message with ordinary content, which a notification shows: of components it would show nothing.

    `announcement` is `{"content", "components"}` with rows of buttons and menus. The same message is given its
    components by `conversion_body` after that.
    """
    return {
        "content": announcement["content"],
        "components": _signed(announcement["components"], signature),
        "flags": SUPPRESS_EMBEDS | (SUPPRESS_NOTIFICATIONS if is_silent else 0),
        "allowed_mentions": NO_MENTIONS,
        "nonce": signature.nonce,
        "enforce_nonce": True,
    }


def conversion_body(components: Sequence[JSON], files: Sequence[str], signature: Signature) -> JSON:
    """The JSON of an edit that makes an announced message one of Components V2; Discord wants its content gone."""
    body = message_body(components, files, signature)
    del body["nonce"], body["enforce_nonce"]
    return {**body, "content": None}


def _signed(components: Sequence[JSON], signature: Signature) -> list[JSON]:
    first, *rest = components
    return [{**first, "id": signature.component_id}, *rest]


def post_body(title: str, message: JSON, tag: str | None = None) -> JSON:
    """The JSON that opens a post in a forum with that message, without a nonce: forums accept none."""
    message = {name: value for name, value in message.items() if name not in ("nonce", "enforce_nonce")}
    body: JSON = {"name": title[:TITLE_LENGTH], "message": message}
    if tag is not None:
        body["applied_tags"] = [tag]
    return body


def title_of(payload: JSON) -> str:
    """The title of a forum post: the payload's "title", else the first line of its text, without markup."""
    if title := payload.get("title"):
        return str(title)
    text = next(_texts(payload.get("components") or ()), "")
    line = next((line for line in text.splitlines() if line.strip()), "Paperboy")
    return line.lstrip("#-> ").replace("*", "").replace("\\", "").strip() or "Paperboy"


def _texts(components: Sequence[JSON]) -> Iterator[str]:
    for component in components:
        if component.get("type") == TEXT_DISPLAY:
            yield str(component.get("content", ""))
        yield from _texts(component.get("components") or ())


def present(payload: JSON, data_dir: Path) -> tuple[list[JSON], list[Path]]:
    """A payload's components and those of its files that exist: a missing picture must not hold up its card."""
    paths = [data_dir / str(name) for name in payload.get("files") or ()]
    missing = {path.name for path in paths if not path.is_file()}
    components = list(payload["components"])
    if missing:
        log.warning("pictures are missing", files=sorted(missing))
        components = without_pictures(components, missing)
    return components, [path for path in paths if path.name not in missing]


def without_pictures(components: Sequence[JSON], missing: Collection[str]) -> list[JSON]:
    """The components without the pictures of these file names, and without galleries that would be empty."""
    kept: list[JSON] = []
    for component in components:
        if component.get("type") == MEDIA_GALLERY:
            items = [item for item in component["items"] if _attached(item) not in missing]
            if items:
                kept.append({**component, "items": items})
        elif component.get("type") == CONTAINER:
            kept.append({**component, "components": without_pictures(component["components"], missing)})
        elif not (component.get("accessory") and _attached(component["accessory"]) in missing):
            kept.append(component)
        else:
            kept.extend(component["components"])  # Discord refuses a section without an accessory
    return kept


def with_chats(components: Sequence[JSON], chat: ChatRef) -> list[JSON]:
    """The components with the chat that their buttons are about: a forum's digest stands in a post of its own.

    Added only when a message is sent, so that equal digests of many chats stay equal until then.
    """
    named: list[JSON] = []
    for component in components:
        component = dict(component)
        for name in ("custom_id", "value"):
            if name in component:
                component[name] = with_chat(str(component[name]), chat)
        for name in ("components", "options"):
            if name in component:
                component[name] = with_chats(component[name], chat)
        named.append(component)
    return named


def _attached(item: JSON) -> str | None:
    url = str((item.get("media") or {}).get("url", ""))
    return url.removeprefix("attachment://") if url.startswith("attachment://") else None
