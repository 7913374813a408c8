"""A strict stand-in for the Bot API over HTTP, which the real python-telegram-bot talks to.

In a test: `async with FakeTelegram() as tg: tg.say(5, 5, "/start"); await tg.wait_for(5)`. On its own, for processes:
`python -m tests.fakes.telegram --port 8081` prints its address; GET /_messages and /_stats show what it accepted,
POST /_say, /_press, /_chat and /_fault make things happen.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import ClientError, ClientSession, web

from tests.fakes.telegram_files import FakeFile
from tests.fakes.telegram_http import Fault, How, broken, json_answer, params_of
from tests.fakes.telegram_methods import METHODS, member_json
from tests.fakes.telegram_text import detected
from tests.fakes.telegram_world import (
    BOT_ID,
    FakeChat,
    FakeMessage,
    Hook,
    Limits,
    Refused,
    World,
    user_json,
)

TOKEN = "123456:TEST-token_of_the_stand-in"


class FakeTelegram:
    """The stand-in. Ids: users are positive, groups negative, channels and supergroups begin with -100."""

    def __init__(self, limits: Limits | None = None, token: str = TOKEN, port: int = 0) -> None:
        self.world = World(limits)
        self.token = token
        self.url = ""
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.refused: list[str] = []
        """Why requests of the bot were refused, in order."""
        self.conflicts = 0
        self._beside: dict[str, FakeTelegram] = {}
        self.reached = ("", "")
        """The beginning of an address that webhooks are registered with, and what it leads to on this machine."""
        self.posted: list[tuple[int, int]] = []
        """Every posted update's number, with the status that came back; 0 where none came."""
        self._posting: asyncio.Task[None] | None = None
        self._port = port
        self._polling: asyncio.Task[Any] | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeTelegram:
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/{path:.*}", self._serve_file)
        app.router.add_get("/_messages", self._show_messages)
        app.router.add_get("/_stats", self._show_stats)
        app.router.add_post("/_{what:say|press|chat|fault}", self._control)
        # Requests that hang on purpose are cancelled when the server stops.
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in (self, *self._beside.values()):
            for task in (each._polling, each._posting):
                if task is not None:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    def beside(self, token: str) -> FakeTelegram:
        """Another bot on this server, with chats, updates and limits of its own."""
        other = self._beside[token] = FakeTelegram(self.world.buckets.limits, token)
        other.url = self.url
        return other

    # ── what people do ──

    def group(
        self, ident: int, title: str = "A group", *, admins: tuple[int, ...] = (), forum: bool = False
    ) -> FakeChat:
        """A group with the bot in it; `forum` gives it topics (`chat.threads`)."""
        members = dict.fromkeys(admins, "administrator")
        chat = FakeChat(ident, "supergroup", title, members=members, threads=set() if forum else None)
        return self.world.chats.setdefault(ident, chat)

    def channel(
        self, ident: int, title: str = "A channel", username: str | None = None, *, admins: tuple[int, ...] = ()
    ) -> FakeChat:
        """A channel where the bot is not (yet) an admin."""
        members = dict.fromkeys(admins, "administrator")
        chat = FakeChat(ident, "channel", title, username, members, bot_status="left")
        return self.world.chats.setdefault(ident, chat)

    def say(self, chat_id: int, user_id: int, text: str, *, thread: int | None = None, **more: Any) -> int:
        """A user writes; returns the message's id. `more` goes into the message (a forward's origin)."""
        chat = self.world.chats.get(chat_id) or self.world.user(chat_id)
        if chat.type == "channel":
            message = self.world.posted_by(chat, user_id, text)
            shown = message.as_json() | more
            shown.pop("from")
            self.world.push(channel_post=shown | {"sender_chat": chat.as_json()})
            self._notify()
            return message.id
        chat.members.setdefault(user_id, "member")
        if thread is not None and chat.threads is not None:
            chat.threads.add(thread)
        message = self.world.posted_by(chat, user_id, text, thread)
        self.world.push(message=message.as_json() | more)
        self._notify()
        return message.id

    def send_file(self, chat_id: int, user_id: int, file: FakeFile, caption: str = "", **more: Any) -> int:
        """A user sends a document; `more` goes into the message (`reply_to_message`)."""
        shown = {"document": self.world.files.document(file), **more}
        if caption:
            shown |= {"caption": caption, "caption_entities": [asdict(each) for each in detected(caption)]}
        return self.say(chat_id, user_id, "", **shown)

    def press(
        self, message: FakeMessage, button: str, user_id: int, *, data: str | None = None, is_old: bool = False
    ) -> str:
        """A user presses a button by (part of) its label, or sends forged `data`; returns the query's id. Of an old
        message the bot is told nothing but its number."""
        query_id = str(len(self.world.queries) + 1)
        self.world.queries[query_id] = None
        sent = data if data is not None else message.button(button)["callback_data"]
        query = {"id": query_id, "from": user_json(user_id), "chat_instance": "1", "data": sent}
        shown = message.as_inaccessible() if is_old else message.as_json()
        self.world.push(callback_query=query | {"message": shown})
        self._notify()
        return query_id

    def search_inline(self, user_id: int, typed: str, language: str = "en") -> str:
        """A user types the bot's name and some words in any chat; returns the query's id."""
        query_id = str(len(self.world.inline_queries) + 1)
        self.world.inline_queries[query_id] = None
        asker = user_json(user_id) | {"language_code": language}
        self.world.push(inline_query={"id": query_id, "from": asker, "query": typed, "offset": ""})
        self._notify()
        return query_id

    def bot_becomes(self, chat_id: int, status: str, by: int, *, may_post: bool = True) -> None:
        """The bot is added, made admin, restricted, kicked, or (in a private chat) blocked and unblocked, by a user."""
        chat = self.world.chats.get(chat_id) or self.world.user(chat_id)
        old = member_json(BOT_ID, chat.bot_status, chat.bot_may_post)
        chat.bot_status, chat.bot_may_post = status, may_post
        if chat.type == "private":
            if chat.problem is not None:
                old = member_json(BOT_ID, "kicked")
            blocked = (403, "Forbidden: bot was blocked by the user")
            chat.problem, chat.bot_status = (blocked if status == "kicked" else None), "member"
        changed = {
            "chat": chat.as_json(),
            "from": user_json(by),
            "date": int(time.time()),
            "old_chat_member": old,
            "new_chat_member": member_json(BOT_ID, status, may_post),
        }
        self.world.push(my_chat_member=changed)
        self._notify()

    def migrate(self, old: int, new: int) -> FakeChat:
        """Turn a group into a supergroup with another id; a service message in each says so."""
        before = self.world.chats[old]
        after = FakeChat(new, "supergroup", before.title, members=dict(before.members))
        self.world.chats[new] = after
        note = self.world.posted_by(before, BOT_ID, "")
        self.world.push(message=note.as_json() | {"migrate_to_chat_id": new})
        note = self.world.posted_by(after, BOT_ID, "")
        self.world.push(message=note.as_json() | {"migrate_from_chat_id": old})
        before.migrated_to = new
        self._notify()
        return after

    def fail(self, method: str, how: How, *, stored: bool = True, times: int = 1, seconds: float = 30.0) -> None:
        self.faults.append(Fault(method, how, stored, times, seconds))

    # ── what the bot did ──

    def messages(self, chat_id: int) -> list[FakeMessage]:
        """What the bot has posted there, oldest first."""
        return [message for message in self.world.messages if message.by_bot and message.chat.id == chat_id]

    def answer(self, query_id: str) -> dict[str, Any] | None:
        """The answer to a pressed button, None while there is none."""
        return self.world.queries[query_id]

    @property
    def polls(self) -> int:
        """How many pollers wait for updates now: 0 or 1."""
        return int(self._polling is not None and not self._polling.done())

    async def wait_for(self, chat_id: int, count: int = 1, timeout: float = 10.0) -> list[FakeMessage]:
        """Wait until the bot has posted `count` messages in a chat."""
        await self.until(lambda: len(self.messages(chat_id)) >= count, timeout)
        return self.messages(chat_id)

    async def until(self, true: Callable[[], bool], timeout: float = 10.0) -> None:
        """Wait until something is true, checked after each request of the bot. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self.world.changed:
            await self.world.changed.wait_for(true)

    # ── HTTP ──

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        token = request.match_info["token"]
        if token in self._beside:
            return await self._beside[token]._answer(request)
        if token != self.token:
            return json_answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        method = request.match_info["method"]
        params = await params_of(request)
        self.requests.append((method, params))
        fault = self._fault(method)
        if fault is not None and not fault.stored:
            return await broken(request, fault)
        try:
            result = await self._call(method, params)
        except Refused as error:
            self.refused.append(f"{method}: {error.description}")
            body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
            return json_answer(error.status, body | ({"parameters": error.parameters} if error.parameters else {}))
        finally:
            await self._tell()
        if fault is not None:
            return await broken(request, fault)
        return json_answer(200, {"ok": True, "result": result})

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(("file", dict(request.match_info)))
        bot = self._beside.get(request.match_info["token"], self)
        if request.match_info["token"] != bot.token:
            return json_answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        if (fault := self._fault("file")) is not None:
            return await broken(request, fault)
        return bot.world.files.serve(request.match_info["path"])

    async def _call(self, method: str, params: dict[str, Any]) -> Any:
        if method == "getUpdates":
            return await self._get_updates(params)
        if method == "setWebhook" and self._posting is None:
            self._posting = asyncio.create_task(self._post_updates(), name="webhook")
        handler = METHODS.get(method.casefold())
        if handler is None:
            raise Refused(404, "Not Found: method not found")
        return handler(self.world, params)

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and (fault.method == method or (fault.method == "*" and method.startswith("send"))):
                fault.times -= 1
                return fault
        return None

    async def _post_updates(self) -> None:
        """Post updates to the webhook, several at a time; each again and again until the answer is 200."""
        world, under_way = self.world, dict[int, asyncio.Task[None]]()
        async with ClientSession() as session:
            while True:
                under_way = {number: task for number, task in under_way.items() if not task.done()}
                hook = world.hook
                for update in [] if hook is None else list(world.updates):
                    assert hook is not None
                    is_wanted = hook.allowed is None or set(update) & set(hook.allowed)
                    number = update["update_id"]
                    if is_wanted and number not in under_way and len(under_way) < hook.connections:
                        under_way[number] = asyncio.create_task(self._post_update(session, hook, update))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.02), world.changed:
                        await world.changed.wait()

    async def _post_update(self, session: ClientSession, hook: Hook, update: dict[str, Any]) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
        status = 0
        try:
            async with session.post(hook.url.replace(*self.reached), json=update, headers=headers) as answer:
                status = answer.status
        except ClientError:
            hook.failure = "Connection refused"
        self.posted.append((update["update_id"], status))
        if status == 200:
            self.world.updates = [each for each in self.world.updates if each is not update]
            await self._tell()
            return
        hook.failed_at = time.time()
        if status:
            hook.failure = f"Wrong response from the webhook: {status}"
        await asyncio.sleep(0.2)

    async def _get_updates(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """Long polling: an offset confirms what is before it, and a second poller ends the first with 409."""
        if self.world.hook is not None:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._polling is not None and not self._polling.done():
            self.conflicts += 1
            self._polling.cancel()
        offset, timeout = int(params.get("offset") or 0), float(params.get("timeout") or 0)
        allowed = json.loads(params["allowed_updates"]) if params.get("allowed_updates") else None
        world = self.world
        world.updates = [each for each in world.updates if each["update_id"] >= offset]
        await self._tell()

        def waiting() -> list[dict[str, Any]]:
            return [each for each in world.updates if allowed is None or set(each) & set(allowed)]

        async def poll() -> None:
            async with world.changed:
                await world.changed.wait_for(lambda: bool(waiting()))

        mine = self._polling = asyncio.ensure_future(poll())
        await self._tell()
        done, _ = await asyncio.wait({mine}, timeout=timeout)
        if done and mine.cancelled():
            raise Refused(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        mine.cancel()
        return waiting()[: int(params.get("limit") or 100)]

    def _notify(self) -> None:
        asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        async with self.world.changed:
            self.world.changed.notify_all()

    # ── control, for processes; a "token" chooses another bot than the first ──

    async def _show_messages(self, request: web.Request) -> web.Response:
        wanted, world = request.query.get("chat"), self._bot(request.query).world
        shown = [each for each in world.messages if each.by_bot and wanted in (None, str(each.chat.id))]
        return web.json_response([_plain(each) for each in shown])

    async def _show_stats(self, request: web.Request) -> web.Response:
        bot, methods = self._bot(request.query), dict[str, int]()
        for method, _params in bot.requests:
            methods[method] = methods.get(method, 0) + 1
        sent = sum(each.by_bot for each in bot.world.messages)
        return web.json_response({"requests": methods, "messages": sent, "refused_429": bot.world.buckets.refused})

    def _bot(self, given: Mapping[str, Any]) -> FakeTelegram:
        return self._beside.get(str(given.get("token")), self)

    async def _control(self, request: web.Request) -> web.Response:
        given = await request.json()
        return await self._bot(given)._controlled(request.match_info["what"], given)

    async def _controlled(self, what: str, given: dict[str, Any]) -> web.Response:
        given.pop("token", None)
        match what:
            case "say":
                return web.json_response({"message_id": self.say(**given)})
            case "press":
                message = next(each for each in self.messages(given["chat_id"]) if each.id == given["message_id"])
                return web.json_response({"query": self.press(message, given["button"], given["user_id"])})
            case "fault":
                self.faults.append(Fault(**given))
            case "chat":
                chat = self.world.chats.setdefault(given["id"], FakeChat(given["id"], given.get("type", "private")))
                for name, value in given.items():
                    setattr(chat, name, tuple(value) if name == "problem" and value else value)
        await self._tell()
        return web.json_response({"ok": True})


def _plain(message: FakeMessage) -> dict[str, Any]:
    return {
        "chat_id": message.chat.id,
        "message_id": message.id,
        "thread": message.thread,
        "text": message.text,
        "entities": [asdict(each) for each in message.entities],
        "buttons": message.buttons,
        "photos": message.photos,
        "at": message.at,
    }


async def _serve(port: int, limits: Limits, tokens: list[str]) -> None:
    async with FakeTelegram(limits, port=port) as telegram:
        for token in tokens:
            telegram.beside(token)
        print(telegram.url, flush=True)  # noqa: T201 - its address is what this command is for
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in for Telegram's Bot API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--overall", type=int, default=30, help="messages a second; 0 is no limit")
    parser.add_argument("--per-chat", type=int, default=1, help="messages a second in one chat")
    parser.add_argument("--per-group", type=int, default=20, help="messages a minute in one group")
    parser.add_argument("--token", action="append", default=[], help="the token of another bot, with its own limits")
    given = parser.parse_args()
    detected("warm")  # the parser's library loads here rather than in the first request
    try:
        asyncio.run(_serve(given.port, Limits(given.overall, given.per_chat, given.per_group), given.token))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
