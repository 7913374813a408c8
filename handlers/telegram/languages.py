"""The language in which what a Telegram update asks for is answered."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from telegram import Update
from telegram.constants import ChatType

from bot.conversation import Conversation, Requester
from bot.locales import interface_language, using
from handlers.telegram.places import ref_of, ref_of_message


@contextlib.asynccontextmanager
async def answering(conversation: Conversation, update: object) -> AsyncIterator[None]:
    """Speak the language of the chat where the answer is shown, or of the person who asks there.

    A private chat that begins inside starts with the person's language. Raises nothing of its own.
    """
    user = update.effective_user if isinstance(update, Update) else None
    chat = update.effective_chat if isinstance(update, Update) else None
    spoken = user.language_code or "" if user else ""
    if chat is None or not isinstance(update, Update):  # an inline query is answered in no chat
        language = interface_language(spoken) or ""
    else:
        message = update.effective_message
        ref = ref_of_message(message) if message is not None else ref_of(chat.id)
        requester = Requester(str(user.id) if user else "", is_admin=False, language=spoken)
        language = await conversation.answer_language(ref, requester)
    is_private = chat is None or chat.type == ChatType.PRIVATE
    with using(language, of_new_chats=spoken if is_private else ""):
        yield
