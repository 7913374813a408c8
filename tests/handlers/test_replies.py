"""Every result has a reply that fits a phone, and every button of it can be read back and does something."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from bot import conversation as results
from bot.conversation import Result, setting_choices, setting_values
from bot.errors import BadSetting
from bot.model import JSON, ChatRef, Depth, Platform, VoteKind
from bot.render.nodes import Bullets, Code, Fold, Heading, Line, Note, Picture, Reply
from handlers import button_actions
from handlers.commands import COMMANDS
from handlers.discord.cards import reply_components
from handlers.replies import apology, reply
from handlers.reply_parts import EXAMPLES
from handlers.requests import ChatName
from handlers.telegram.cards import reply_messages
from handlers.telegram.sender import keyboard
from tests.handlers.every_result import CARD, CHAT, DUE, EVERY_RESULT
from tests.handlers.insights import COLD, EMPTY, FOREIGN, FOREIGN_ORDER, SHORT_FOREIGN, UNTESTED, subscribed
from tests.render.samples import DEEP_CARD


def lines(answer: Reply) -> Iterator[str]:
    for block in answer.document.blocks:
        match block:
            case Heading(spans) | Line(spans) | Note(spans):
                yield "".join(span.text for span in spans)
            case Bullets(items):
                yield from ("".join(span.text for span in item) for item in items)
            case Code(text):
                yield text
            case Fold(title):
                yield "".join(span.text for span in title)


def test_every_kind_of_result_is_among_these_samples() -> None:
    assert isinstance(Result, types.UnionType)
    assert {type(each) for each in EVERY_RESULT} == set(get_args(Result))


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_result_is_answered_in_sentences(result: Result) -> None:
    said = list(lines(reply(result)))
    assert said
    assert all(each.strip() for each in said)
    assert not any(".." in each or "None" in each for each in said)


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_button_leads_somewhere_and_fits_both_platforms(result: Result) -> None:
    rows = reply(result).buttons
    buttons = [button for row in rows for button in row]
    assert len(buttons) <= 25
    assert all(len(row) <= 5 for row in rows)
    for button in buttons:
        assert (button.url is None) != (button.action is None)
        if button.action is not None:
            assert len(button.action.encode()) <= button_actions.MAX_ACTION_BYTES
            assert button_actions.parse(button.action) is not None


def custom_ids(components: Sequence[JSON]) -> list[str]:
    """What buttons send back, and the options of menus."""
    nested = [custom_id for component in components for custom_id in custom_ids(component.get("components", ()))]
    chosen = [option["value"] for component in components for option in component.get("options", ())]
    pressed = [each["custom_id"] for each in components if "custom_id" in each and "options" not in each]
    return pressed + chosen + nested


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_every_button_of_every_reply_carries_its_chat_on_both_platforms(result: Result) -> None:
    answer = reply(result)
    actions = sorted(button.action for row in answer.buttons for button in row if button.action is not None)
    group = ChatRef(Platform.TELEGRAM, "-1001234567890/2147483647")
    markups = [keyboard(message["buttons"], group) for message in reply_messages(answer) if message["buttons"]]
    on_telegram = [button.callback_data for made in markups if made for row in made.inline_keyboard for button in row]
    sent = sorted(str(data) for data in on_telegram if data is not None)
    # The buttons of the question which chat is meant carry the one that they stand for.
    assert sent == sorted(action if "@" in action else f"{action}@{group.id}" for action in actions)
    channel = ChatRef(Platform.DISCORD, "1234567890123456789")
    # What is a fold of the text on Telegram is a button on Discord.
    folds = [block.action for block in answer.document.blocks if isinstance(block, Fold) and block.action]
    on_discord = [custom_id for message in reply_components(answer, channel) for custom_id in custom_ids([message])]
    sent_back = (*actions, *folds)
    assert sorted(on_discord) == sorted(action if "@" in action else f"{action}@{channel.id}" for action in sent_back)


ABOUT_NO_CHAT = (
    results.ConfirmErase,  # these name the chat that cannot be reached
    results.Erased,
    results.Help,
    results.Privacy,
    results.PaperCard,
    results.BeingRead,
    results.CitedPaper,
    results.CardFigures,
    results.CardClosed,
    results.PaperEvidence,
    results.NoEvidence,
    results.NotALink,
    results.SmallTalk,
    results.ManyPapers,
    results.UnknownFile,
    results.UnknownPaper,
    results.Withdrawn,
    results.Unreadable,
    results.Voted,
    results.VoteOptions,
    results.PaperNotKept,
    results.NotYours,
    results.References,
    results.SearchExpired,
    results.NotOperator,
    results.Health,
    results.TooManyReadings,
    results.PaperNews,
    results.BroadcastPlan,
    results.BroadcastTooLong,
    results.BroadcastSent,
    results.LinkDamaged,
    results.WhichChat,
)


@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_an_answer_about_another_chat_names_it_and_never_says_this_chat(result: Result) -> None:
    if isinstance(result, ABOUT_NO_CHAT):
        return  # no command about another chat comes to these
    said = "\n".join(lines(reply(result, ChatName("#vision in Lab", is_elsewhere=True))))
    assert "#vision in Lab" in said
    assert "this chat" not in said.casefold()


def test_the_question_before_deleting_names_its_chat_wherever_it_is_asked() -> None:
    for name in (ChatName("#vision in Lab"), ChatName("#vision in Lab", is_elsewhere=True)):
        assert "#vision in Lab" in "\n".join(lines(reply(results.ConfirmForget(), name)))


@pytest.mark.parametrize("name", setting_values.NAMES)
def test_every_choice_of_a_setting_is_a_button_and_the_current_one_is_marked(name: str) -> None:
    choices = setting_choices.choices(CHAT, name)
    assert isinstance(choices, results.Choices)
    buttons = [button for row in reply(choices).buttons for button in row]
    assert all(button.action and button_actions.parse(button.action) for button in buttons)
    marked = [button for button in buttons if button.label.startswith("✓")]
    assert sum((button.action or "").startswith("set:") for button in marked) == 1


def test_a_mistake_in_a_topic_is_pointed_at() -> None:
    said = list(lines(reply(EVERY_RESULT[5])))
    assert said == ["There is nothing after AND.", "a AND\n  ^"]


def test_the_first_digest_is_given_in_the_chats_own_time() -> None:
    said = "\n".join(lines(reply(results.Subscribed(CHAT, "cat:cs.CV", "papers", date(2026, 6, 2), DUE, 1, UNTESTED))))
    assert "Wednesday 3 June at 08:30 (Berlin time)" in said


def test_help_names_every_command_and_its_examples_are_real_topics() -> None:
    from bot import topics

    said = "\n".join(lines(reply(results.Help())))
    assert all((f"/{command.name} " in said) is not command.is_for_operators for command in COMMANDS)
    assert all(topics.parse(query).query for query, _ in EXAMPLES)


def test_a_card_offers_the_deep_reading_unless_it_is_one() -> None:
    def labels(depth: Depth) -> list[str]:
        return [button.label for row in reply(results.PaperCard(CARD, "en", depth)).buttons for button in row]

    assert "Read it all" in labels(Depth.BRIEF)
    assert "Read it all" not in labels(Depth.DEEP)


def test_errors_for_people_are_shown_and_others_get_only_a_reference() -> None:
    assert list(lines(reply(BadSetting("SIZE", "is no number.")))) == ["SIZE: is no number."]
    assert "0a1b" in "\n".join(lines(apology("0a1b")))


@pytest.mark.parametrize(
    "forged",
    [
        None,
        7,
        "",
        "drop",
        "drop:",
        "drop:ü",
        "drop:a b",
        "sudo:now",
        "x" * 100,
        "digest:\n",
        "set:" + "a" * 60,
        "\ud9ba",
    ],
)
def test_forged_actions_are_not_read(forged: object) -> None:
    parsed = button_actions.parse(forged)
    assert parsed is None or (forged, parsed.argument) == ("drop:", "")


def test_commands_are_what_every_platform_can_register() -> None:
    for command in COMMANDS:
        assert command.name.isascii()
        assert command.name.islower()
        assert 1 <= len(command.name) <= 32
        assert 1 <= len(command.description) <= 100
        required = [argument.required for argument in command.arguments]
        assert required == sorted(required, reverse=True)
        assert all(len(argument.description) <= 100 for argument in command.arguments)
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)


def test_no_reply_shows_the_syntax_of_interests() -> None:
    for result in EVERY_RESULT:
        shown = reply(result)
        assert not any("about:" in line for line in lines(shown))
        assert not any("about:" in button.label for row in shown.buttons for button in row)


def test_an_interest_in_another_script_gets_the_advice_to_write_it_in_english() -> None:
    advice = "I compare words here, and papers are in English: describe it in English, too."
    for tested in (FOREIGN, SHORT_FOREIGN, FOREIGN_ORDER):
        assert advice in [*lines(reply(subscribed(tested)))]
    for tested in (EMPTY, COLD, replace(FOREIGN_ORDER, is_by_words=False)):
        assert advice not in [*lines(reply(subscribed(tested)))]


def test_the_front_of_a_card_shows_neither_figures_nor_the_parts_of_the_reading() -> None:
    opened = results.OpenedCard(DEEP_CARD, "en", Depth.DEEP)
    front, reading = reply(opened), reply(replace(opened, view=results.CardView.READING))
    assert not any(isinstance(block, Fold | Picture) for block in front.document.blocks)
    assert "figure" not in "\n".join(lines(front)).casefold()
    assert sum(isinstance(block, Fold) for block in reading.document.blocks) == 6
    assert not any(isinstance(block, Picture) for block in reading.document.blocks)
    shown = reply(results.CardFigures(DEEP_CARD, "en"))
    assert any(isinstance(block, Picture) for block in shown.document.blocks)
    assert shown.silent


def test_whoever_opens_a_card_of_a_group_saves_it_in_their_own_chat() -> None:
    own = ChatRef(Platform.TELEGRAM, "5")
    opened = results.OpenedCard(CARD, "en", Depth.BRIEF, votes=frozenset({VoteKind.SAVED}), saved_in=own)
    labels = {button.action: button.label for row in reply(opened).buttons for button in row}
    assert labels["save:2406.14272@5"] == "🔖 ✓"
    assert labels["up:2406.14272"] == "👍"


@pytest.mark.parametrize("is_elsewhere", [False, True])
@pytest.mark.parametrize("result", EVERY_RESULT, ids=lambda result: type(result).__name__)
def test_a_chat_may_have_any_title(result: Result, is_elsewhere: bool) -> None:
    """A title with the marks of a template stands wherever another title does, as it is."""
    plain, title = "#4711", "Lab {0} {chat} %s {"
    said, expected = (list(lines(reply(result, ChatName(name, is_elsewhere)))) for name in (title, plain))
    assert said == [line.replace(plain, title) for line in expected]
