"""The methods of the Bot API that the stand-in knows: parameters in, result out, or `Refused`."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from tests.fakes.telegram_world import BOT_ID, FakeChat, Hook, Refused, World, keyboard, parse, user_json


def _send_photo(world: World, params: dict[str, Any]) -> dict[str, Any]:
    _check_picture(params.get("photo"))
    return world.send(params, name="caption", photos=1).as_json()


def _send_album(world: World, params: dict[str, Any]) -> list[dict[str, Any]]:
    media = json.loads(params.get("media") or "[]")
    if not 2 <= len(media) <= 10:
        raise Refused(400, "Bad Request: expected 2-10 items in media group")
    for item in media:
        _check_picture(params.get(str(item["media"]).removeprefix("attach://")))
        parse(item, "caption", 1024)
    thread = int(params["message_thread_id"]) if params.get("message_thread_id") else None
    world.sendable(
        params.get("chat_id"), thread, len(media), with_pictures=True, is_paid=bool(params.get("allow_paid_broadcast"))
    )
    album = f"album{len(world.messages)}"
    return [world.send({**params, **item}, name="caption", photos=1, album=album).as_json() for item in media]


def _send_document(world: World, params: dict[str, Any]) -> dict[str, Any]:
    content, name = params.get("document"), params.get("document.name")
    if not isinstance(content, bytes) or not content:
        raise Refused(400, "Bad Request: file must be non-empty")
    chat = world.find(params.get("chat_id"))
    if chat.no_documents is not None:
        raise Refused(400, f"Bad Request: {chat.no_documents}")
    return world.send(params, name="caption", document=(str(name), content)).as_json()


def _check_picture(given: object) -> None:
    if not isinstance(given, bytes) or not given.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"RIFF")):
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")


def _edit_text(world: World, params: dict[str, Any]) -> dict[str, Any]:
    chat = world.find(params.get("chat_id"))
    message = world.message(chat, params.get("message_id"))
    if message is None or not message.by_bot:
        raise Refused(400, "Bad Request: message to edit not found")
    parsed, buttons = parse(params, "text", 4096), keyboard(params.get("reply_markup"))
    if (message.text, message.entities, message.buttons) == (parsed.text, parsed.entities, buttons):
        raise Refused(
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
            "same as a current content and reply markup of the message",
        )
    world.sendable(chat.id, message.thread)
    message.text, message.entities, message.buttons = parsed.text, parsed.entities, buttons
    return message.as_json()


def _edit_buttons(world: World, params: dict[str, Any]) -> dict[str, Any]:
    chat = world.find(params.get("chat_id"))
    message = world.message(chat, params.get("message_id"))
    if message is None or not message.by_bot:
        raise Refused(400, "Bad Request: message to edit not found")
    buttons = keyboard(params.get("reply_markup"))
    if message.buttons == buttons:
        raise Refused(400, "Bad Request: message is not modified")
    world.sendable(chat.id, message.thread)
    message.buttons = buttons
    return message.as_json()


_DELETABLE_SECONDS = 48 * 3600


def _delete_message(world: World, params: dict[str, Any]) -> bool:
    chat = world.find(params.get("chat_id"))
    message = world.message(chat, params.get("message_id"))
    if message is None:
        raise Refused(400, "Bad Request: message to delete not found")
    if not message.by_bot or time.time() - message.at > _DELETABLE_SECONDS:
        raise Refused(400, "Bad Request: message can't be deleted")
    world.delete(message)
    return True


def _chat_action(world: World, params: dict[str, Any]) -> bool:
    chat = world.find(params.get("chat_id"))
    if params.get("action") not in ("typing", "upload_photo"):
        raise Refused(400, "Bad Request: wrong parameter action in request")
    if chat.problem:
        raise Refused(*chat.problem)
    world.actions.append((chat.id, str(params["action"])))
    return True


def _answer_query(world: World, params: dict[str, Any]) -> bool:
    query_id = str(params.get("callback_query_id"))
    if query_id not in world.queries or world.queries[query_id] is not None:
        said = "Bad Request: query is too old and response timeout expired or query ID is invalid"
        raise Refused(400, said)
    if len(str(params.get("text") or "")) > 200:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    world.queries[query_id] = dict(params)
    return True


def _answer_inline(world: World, params: dict[str, Any]) -> bool:
    query_id = str(params.get("inline_query_id"))
    if query_id not in world.inline_queries or world.inline_queries[query_id] is not None:
        raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
    results = json.loads(params.get("results") or "[]")
    ids = [str(each.get("id", "")) for each in results]
    if len(results) > 50:
        raise Refused(400, "Bad Request: RESULTS_TOO_MUCH")
    if len(set(ids)) != len(ids) or any(not 1 <= len(each.encode()) <= 64 for each in ids):
        raise Refused(400, "Bad Request: RESULT_ID_INVALID")
    for each in results:
        if each.get("type") != "article" or not str(each.get("title") or "").strip():
            raise Refused(400, "Bad Request: ARTICLE_TITLE_EMPTY")
        content = each["input_message_content"]
        each["shown"] = parse(content | {"text": content["message_text"]}, "text", 4096).text
    button = json.loads(params.get("button") or "{}")
    if button and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "")):
        raise Refused(400, "Bad Request: START_PARAM_INVALID")
    world.inline_queries[query_id] = {**params, "results": results, "button": button}
    return True


def member_json(user_id: int, status: str, may_post: bool = True) -> dict[str, Any]:
    """A ChatMember with every field that its kind must have."""
    member: dict[str, Any] = {"status": status, "user": user_json(user_id)}
    if status == "creator":
        member["is_anonymous"] = False
    if status == "kicked":
        member["until_date"] = 0
    if status == "restricted":
        rights = "send_messages send_audios send_documents send_photos send_videos send_video_notes send_voice_notes"
        rights += " send_polls send_other_messages add_web_page_previews change_info invite_users pin_messages"
        rights += " manage_topics edit_tag react_to_messages"
        member |= {f"can_{each}": may_post for each in rights.split()} | {"is_member": True, "until_date": 0}
    if status == "administrator":
        rights = "be_edited manage_chat delete_messages manage_video_chats restrict_members promote_members change_info"
        rights += " invite_users post_stories edit_stories delete_stories edit_messages"
        member |= {f"can_{each}": True for each in rights.split()} | {
            "is_anonymous": False,
            "can_post_messages": may_post,
        }
    return member


def _get_member(world: World, params: dict[str, Any]) -> dict[str, Any]:
    chat, user_id = world.find(params.get("chat_id")), int(params.get("user_id") or 0)
    if user_id == BOT_ID:
        return member_json(BOT_ID, chat.bot_status, chat.bot_may_post)
    _check_visible(chat)
    return member_json(user_id, chat.members.get(user_id, "left"))


def _get_admins(world: World, params: dict[str, Any]) -> list[dict[str, Any]]:
    chat = world.find(params.get("chat_id"))
    _check_visible(chat)
    found = [
        member_json(each, status) for each, status in chat.members.items() if status in ("administrator", "creator")
    ]
    if chat.bot_status == "administrator":
        found.append(member_json(BOT_ID, "administrator", chat.bot_may_post))
    return found


def _check_visible(chat: FakeChat) -> None:
    if chat.type == "private":
        raise Refused(400, "Bad Request: there are no administrators in the private chat")
    if chat.bot_status in ("left", "kicked"):
        said = "bot was kicked from" if chat.bot_status == "kicked" else "bot is not a member of"
        raise Refused(403, f"Forbidden: {said} the {chat.type} chat")
    if chat.type == "channel" and chat.bot_status != "administrator":
        raise Refused(400, "Bad Request: member list is inaccessible")


def _get_chat(world: World, params: dict[str, Any]) -> dict[str, Any]:
    chat = world.find(params.get("chat_id"))
    if chat.username is None and chat.bot_status in ("left", "kicked"):
        raise Refused(400, "Bad Request: chat not found")
    gifts = dict.fromkeys(("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription"), False)
    gifts["gifts_from_channels"] = False
    return chat.as_json() | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts}


def _get_file(world: World, params: dict[str, Any]) -> dict[str, Any]:
    found = world.files.described(str(params.get("file_id") or ""))
    if isinstance(found, str):
        raise Refused(400, found)
    return found


def _set_commands(world: World, params: dict[str, Any]) -> bool:
    commands = json.loads(params.get("commands") or "[]")
    if len(commands) > 100:
        raise Refused(400, "Bad Request: BOT_COMMANDS_TOO_MUCH")
    for each in commands:
        name = each["command"]
        if not (1 <= len(name) <= 32 and name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()):
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands = commands
    return True


def _set_webhook(world: World, params: dict[str, Any]) -> bool:
    url, secret = str(params.get("url") or ""), str(params.get("secret_token") or "")
    if not url.startswith("https://"):
        raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
        raise Refused(400, "Bad Request: secret token contains unallowed characters")
    allowed = json.loads(params["allowed_updates"]) if params.get("allowed_updates") else None
    return world.set_webhook(Hook(url, secret, allowed, int(params.get("max_connections") or 40)))


def _webhook_info(world: World, _params: dict[str, Any]) -> dict[str, Any]:
    hook = world.hook
    shown = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates),
    }
    if hook is not None and hook.failed_at:
        shown |= {"last_error_date": int(hook.failed_at), "last_error_message": hook.failure}
    return shown


METHODS: dict[str, Callable[[World, dict[str, Any]], Any]] = {
    "getme": lambda _world, _params: (
        user_json(BOT_ID) | {"can_join_groups": True, "can_read_all_group_messages": False}
    ),
    "sendmessage": lambda world, params: world.send(params).as_json(),
    "sendphoto": _send_photo,
    "senddocument": _send_document,
    "sendmediagroup": _send_album,
    "editmessagetext": _edit_text,
    "editmessagereplymarkup": _edit_buttons,
    "deletemessage": _delete_message,
    "sendchataction": _chat_action,
    "answercallbackquery": _answer_query,
    "answerinlinequery": _answer_inline,
    "getchatmember": _get_member,
    "getchatadministrators": _get_admins,
    "getchat": _get_chat,
    "getfile": _get_file,
    "setmycommands": _set_commands,
    "setwebhook": _set_webhook,
    "deletewebhook": lambda world, _params: world.set_webhook(None),
    "getwebhookinfo": _webhook_info,
}
