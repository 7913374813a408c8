"""Replies about settings: the list, the values of a setting, a change, a value that is not accepted."""

from __future__ import annotations

from bot.conversation import Changed, Choices, NotAccepted, SettingsView, WhichSetting, setting_choices, setting_values
from bot.locales import N_, _, formats, pgettext
from bot.model import Chat
from bot.render.nodes import Block, Bullets, Button, Document, Heading, Line, Note, Reply, Span, Text
from handlers.button_actions import MAX_ACTION_BYTES, Action
from handlers.reply_parts import about, command, next_digest, rows, sentence, settings_button, spans, undo_button
from handlers.requests import ChatName

LABELS = {
    "language": N_("Language"),
    "time": N_("Digest time"),
    "timezone": N_("Time zone"),
    "days": N_("Days"),
    "size": N_("Papers a digest"),
    "style": N_("Style"),
    "depth": N_("Depth"),
    "quiet": N_("Quiet hours"),
    "pause": N_("Pause"),
    "opens": N_("Papers open"),
}
"""The names of settings for people, by `setting_values.NAMES`."""
_WIDTHS = {"style": 1, "depth": 1, "opens": 1, "days": 1}
"""Buttons in a row, where the values are explained on their buttons; 3 for the other settings."""


def settings_view(result: SettingsView, chat: ChatName) -> Reply:
    lines: list[tuple[Span, ...]] = []
    names = setting_values.names_of(result.chat)
    for name in names:
        value = Text(setting_choices.shown(result.chat, name), bold=True)
        lines.append(spans(_("{setting}: {value}"), setting=_(LABELS[name]), value=value))
    buttons = [Button(_(LABELS[name]), action=str(Action("choose", name))) for name in names]
    heading = _("Settings of {chat}").format(chat=chat) if chat.is_named else _("Settings")
    note = Note((Text(next_digest(result.first_due)),))
    return Reply(Document((Heading((Text(heading, bold=True),)), Bullets(tuple(lines)), note)), rows(buttons, 3))


def choices(result: Choices, chat: ChatName) -> Reply:
    label = _(LABELS[result.name])
    line = Line(spans(_("{setting}: choose one, {hint}."), setting=Text(label, bold=True), hint=result.hint))
    # A command changes the chat in which it is typed, so for another chat only the buttons are offered.
    how = () if chat.is_elsewhere else (Note(spans(_("Write {command}."), command=_typed(result.name))),)
    return Reply(Document((line, *how, *about(chat))), (*_buttons(result), (settings_button(),)))


def _typed(name: str) -> Text:
    return command("pause", "…") if name == "pause" else command("settings", f"{name} …")


def _buttons(result: Choices) -> tuple[tuple[Button, ...], ...]:
    options = [
        Button(f"✓ {label}" if value == result.current else label, action=set_action(result.name, value))
        for value, label in result.options
    ]
    days = [] if result.days is None else [_day_button(day, is_on=day in result.days) for day in range(7)]
    turns = [
        Button(label, action=str(Action("choose", f"{result.name}/{page}")))
        for label, page in (("‹", result.page - 1), ("›", result.page + 1))
        if 0 <= page < result.pages
    ]
    turned = (tuple(turns),) if turns else ()
    return (*rows(days, 4), *rows(options, _WIDTHS.get(result.name, 3)), *turned)


def _day_button(day: int, *, is_on: bool) -> Button:
    label = formats.weekday(day, is_short=True)
    return Button(f"✓ {label}" if is_on else label, action=str(Action("day", str(day))))


def set_action(name: str, value: str) -> str:
    """The action of a button that changes a setting."""
    # The longest names of zones fit only with the short name of the setting.
    return str(Action("set", f"{'tz' if name == 'timezone' else name}={value}"))


def now_is(of: Chat, name: str, chat: ChatName) -> Line:
    """A sentence with the value of a setting."""
    label, value = _(LABELS[name]), Text(setting_choices.shown(of, name), bold=True)
    if chat.is_named:
        return Line(spans(_("{setting} of {chat}: now {value}."), setting=label, chat=str(chat), value=value))
    return Line(spans(_("{setting}: now {value}."), setting=label, value=value))


def changed(result: Changed, chat: ChatName) -> Reply:
    if result.name == "pause":
        return _paused(result, chat)
    blocks: list[Block] = [now_is(result.chat, result.name, chat)]
    if result.note:
        blocks.append(Line((Text(result.note),)))
    if result.name in ("time", "timezone", "days"):  # only these move the next digest
        blocks.append(Note((Text(next_digest(result.first_due)),)))
    more = _buttons(result.choices) if result.choices else ()
    return Reply(Document(tuple(blocks)), (*more, (settings_button(), *undo_button(result.undo))))


def _paused(result: Changed, chat: ChatName) -> Reply:
    undo = undo_button(result.undo)
    if result.chat.paused_until is None:
        line = Line((Text(_("Digests come again.")),))
        note = Note((Text(next_digest(result.first_due)),))
        return Reply(Document((line, note, *about(chat))), ((settings_button(), *undo),))
    line = Line(spans(_("Digests are paused {until}."), until=Text(result.shown, bold=True)))
    kept = Note((Text(_("Nothing is lost: the first digest after that has the best of what came meanwhile.")),))
    resume = Button(pgettext("button", "Resume"), action=str(Action("resume")))
    when = [] if result.first_due is None else [Note((Text(next_digest(result.first_due)),))]
    return Reply(Document((line, kept, *when, *about(chat))), ((resume, *undo), (settings_button(),)))


def not_accepted(result: NotAccepted, chat: ChatName) -> Reply:
    options = result.options or tuple((example, example) for example in result.examples)
    name = setting_values.name_of(result.name)
    actions = [(label, set_action(name, value)) for value, label in options] if name else []
    are_settings = bool(result.examples) and set(result.examples) <= set(LABELS)
    if are_settings:
        actions = [(_(LABELS[each]), str(Action("choose", each))) for each in result.examples]
    buttons = [Button(label, action=action) for label, action in actions if _fits_a_button(action)]
    examples = [Text(example, code=True) for example in result.examples]
    why = Line((Text(sentence(result.why)),))
    attempt = (
        (Line(spans(_("For example: {examples}."), examples=_joined(examples))),)
        if examples and not are_settings
        else ()
    )
    return Reply(Document((why, *attempt, *about(chat))), (*rows(buttons, 3), (settings_button(),)))


def which_setting(result: WhichSetting, chat: ChatName) -> Reply:
    if not result.options:
        line = Line(spans(_("I do not know what to set with {given}."), given=Text(result.given[:80], code=True)))
        return Reply(Document((line, *about(chat))), ((settings_button(),),))
    line = Line(spans(_("What should become {given}?"), given=Text(result.given[:80], code=True)))
    buttons = [
        (Button(_("{setting}: {value}").format(setting=_(LABELS[name]), value=shown), action=set_action(name, value)),)
        for name, value, shown in result.options
        if _fits_a_button(set_action(name, value))
    ]
    return Reply(Document((line, *about(chat))), (*buttons, (settings_button(),)))


def _joined(parts: list[Text]) -> tuple[Span, ...]:
    """Examples with commas between them."""
    return tuple(each for number, part in enumerate(parts) for each in ([Text(", ")] if number else []) + [part])


def _fits_a_button(action: str) -> bool:
    """Whether a value fits; other alphabets and several words do not, and are only shown."""
    return len(action.encode()) <= MAX_ACTION_BYTES and action.isascii() and " " not in action
