"""Every result has a reply that fits a phone, and every button of it can be read back and does something."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from bot import conversation as results
from bot.conversation import Followed, Result, setting_choices, setting_values, topic_key
from bot.conversation.likely_zones import likely_zones
from bot.errors import BadSetting
from bot.model import (
    FOREVER,
    JSON,
    Backtest,
    Card,
    Chat,
    ChatRef,
    Depth,
    Digest,
    FoundPapers,
    Paper,
    PaperList,
    PastDigest,
    Platform,
    SummaryKey,
    VoteKind,
    Window,
)
from bot.references.citations import CitationFormat, cite
from bot.render.nodes import Bullets, Code, Fold, Heading, Line, Note, Picture, Reply
from bot.topics.typed import GuessKind, Talk
from handlers import button_actions
from handlers.commands import COMMANDS
from handlers.discord.cards import reply_components
from handlers.replies import apology, reply
from handlers.reply_parts import EXAMPLES
from handlers.requests import ChatName
from handlers.telegram.cards import reply_messages
from handlers.telegram.sender import keyboard
from tests.handlers.insights import (
    COLD,
    EMPTY,
    FOREIGN,
    FOREIGN_ORDER,
    INSIGHTS,
    SHORT_FOREIGN,
    UNTESTED,
    subscribed,
)
from tests.handlers.services import SERVICES
from tests.render.samples import BRIEF, DEEP_CARD
from tests.render.samples import DEEP as DEEP_SAMPLE

CHAT = Chat(ChatRef(Platform.TELEGRAM, "5"), timezone="Europe/Berlin")
DUE = datetime(2026, 6, 3, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
CARD = Card(Paper("2406.14272", 1, "A title", ("A. Author",), "An abstract.", ("cs.CV",)))
SUMMARY = replace(BRIEF, key=SummaryKey("2406.14272", 1, "en"))
DEEP = replace(DEEP_SAMPLE, key=SummaryKey("2406.14272", 1, "en", Depth.DEEP))
DAY = date(2026, 6, 5)
PAGE = Digest(
    ("cat:cs.CV", "cat:cs.CL", "cat:cs.LG"),
    Window(DAY, DAY),
    700,
    109,
    (replace(CARD, summary=SUMMARY), Card(replace(CARD.paper, id="astro-ph/0601001", title="Long " * 200))) * 5,
    slot="n20260605T091500123456",
    ranked=109,
)
LONG = 'abs:"gaussian splatting" AND cat:cs.CV AND NOT ' + " AND NOT ".join(f"word{n}" for n in range(40))
TOPIC = Followed("cat:cs.CV", "papers in cs.CV", topic_key("cat:cs.CV"), date(2026, 6, 2))
OTHER = results.OtherChat(ChatRef(Platform.TELEGRAM, "-1001234567890"), "Lab " * 30, 3)
LONGEST = Followed(LONG, "papers that …", topic_key(LONG), date(2026, 6, 2))
_ABOUT = "audio-driven talking heads and lip sync for films and games; not face recognition"
INTEREST = Followed(f"about: {_ABOUT}", f"papers close to “{_ABOUT}”", topic_key("about"), date(2026, 6, 2))
BOTH = Followed(
    "cat:cs.CL about: good evaluation", "papers in cs.CL, first those …", topic_key("both"), date(2026, 6, 2)
)

DAY = date(2026, 6, 2)
PAST = PastDigest(
    DAY, Window(DAY, DAY), datetime(2026, 6, 2, tzinfo=UTC), frozenset(("2406.14272",)), "2026-06-02", 109
)

ZONES = ("America/Argentina/Buenos_Aires", *likely_zones("zh", "UTC"))

WEEK = tuple((date(2026, 6, day), 3) for day in (1, 2, 3, 4, 5))
OFFER = results.TopicOffer(
    "lip sync for films",
    tuple(results.OfferedTopic(kind, f"about: lip sync {kind}", "0123456789ab", "cs.CV", 12, 5) for kind in GuessKind),
    Backtest("about: lip sync", WEEK, shown=(CARD.paper,)),
    tuple((note, "some words") for note in results.OfferNote if note is not results.OfferNote.BROAD),
)
BROAD_OFFER = results.TopicOffer(
    "cs.CV",
    (results.OfferedTopic(GuessKind.CATEGORY, "cat:cs.CV", "0123456789ab", "cs.CV", 500, 5),),
    Backtest("cat:cs.CV", tuple((day, 100) for day, _ in WEEK)),
    ((results.OfferNote.BROAD, ""),),
)

EVERY_RESULT: tuple[Result, ...] = (
    results.Welcome(CHAT, 3),
    results.Help(),
    results.Privacy(),
    results.Subscribed(CHAT, LONG, "papers that …", date(2026, 6, 2), DUE, 1, UNTESTED),
    results.AlreadySubscribed("cat:cs.CV", "papers in cs.CV"),
    results.NotUnderstood("a AND", "There is nothing after AND.", 2, "a AND\n  ^"),
    OFFER,
    BROAD_OFFER,
    replace(OFFER, backtest=Backtest("x")),
    results.AskWords("cat:cs.CV", may_type=True),
    results.AskWords("cat:cs.CV", may_type=False),
    results.NoSubject("the"),
    *(
        results.SmallTalk(talk, following)
        for talk in (Talk.GREETING, Talk.THANKS, Talk.NO, Talk.UNDO)
        for following in (0, 1)
    ),
    results.DidYouMeanPaper("a title", (CARD.paper,), OFFER),
    results.DidYouMeanPaper("a title", (CARD.paper, CARD.paper)),
    results.DidYouMeanCommand("subscribe cs.CV", "0123456789ab"),
    results.ManyPapers((CARD, replace(CARD, summary=SUMMARY)), ("2406.99999",), 3),
    results.UnknownFile("a.pdf"),
    results.UnsubscribedSeveral(("cat:cs.CV", LONG), 0),
    results.UnsubscribedSeveral(("cat:cs.CV", LONG), 1, "0123456789ab", ("x",)),
    results.OfferExpired(),
    results.TooMany(50),
    results.Unsubscribed("cat:cs.CV", 0),
    results.NotSubscribed("x", ()),
    results.NotSubscribed("x", (TOPIC, LONGEST)),
    results.Subscriptions(CHAT, ()),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25),
    results.Subscriptions(CHAT, (INTEREST, BOTH)),
    results.Subscribed(CHAT, INTEREST.topic, INTEREST.explained, date(2026, 6, 2), DUE, 1, UNTESTED),
    results.PaperCard(CARD, "en", Depth.BRIEF),
    results.PaperCard(replace(CARD, summary=SUMMARY), "en", Depth.BRIEF),
    results.PaperEvidence(replace(CARD, summary=SUMMARY), "en"),
    results.NoEvidence("2406.14272v1"),
    results.OpenedCard(replace(CARD, summary=SUMMARY), "en", Depth.BRIEF, votes=frozenset({VoteKind.UP})),
    results.OpenedCard(replace(CARD, summary=SUMMARY), "zh", Depth.BRIEF, results.CardView.EVIDENCE),
    results.OpenedCard(replace(CARD, summary=DEEP), "en", Depth.DEEP, results.CardView.READING),
    results.OpenedCard(replace(CARD, summary=DEEP), "en", Depth.DEEP, trouble=results.CardTrouble.BUSY),
    results.OpenedCard(CARD, "en", Depth.BRIEF, trouble=results.CardTrouble.UNREADABLE),
    results.OpenedCard(
        CARD, "en", Depth.BRIEF, trouble=results.TooManyReadings(10, timedelta(minutes=12), is_deep=True)
    ),
    results.OpenedCard(CARD, "en", Depth.BRIEF, is_ready=True),
    results.OpenedCard(Card(replace(CARD.paper, withdrawn=True)), "en", Depth.BRIEF),
    results.BeingRead(CARD, "en", 60.0),
    *(results.CitedPaper(CARD, form, cite([CARD.paper], form)) for form in CitationFormat),
    results.CardFigures(CARD, "en"),
    results.CardClosed(),
    results.DigestPage(PAGE, 10, PAGE.slot, 109),
    results.DigestPage(replace(PAGE, language="ja"), 0, PAGE.slot, 109),
    results.NotALink("x", "There is no arXiv id in it."),
    results.UnknownPaper("2406.99999", "arXiv has no paper 2406.99999; check the id."),
    results.Withdrawn(Card(replace(CARD.paper, withdrawn=True))),
    results.Unreadable("2406.14272", "it is encrypted"),
    results.Liked(FoundPapers((CARD.paper,)), PaperList(("2406.14272",)), 1, is_for_chat=False),
    results.Liked(FoundPapers((CARD.paper,) * 400), PaperList(), 0, is_for_chat=True),
    results.Liked(
        FoundPapers((replace(CARD.paper, title="Long " * 60),) * 400, ("2406.99999",) * 9, ("A title " * 30,) * 9, 300),
        PaperList(("2406.14272",), (), ("@misc{broken",) * 9, 120),
        3,
        is_for_chat=True,
    ),
    results.Liked(FoundPapers((), ("2406.99999",)), PaperList(("2406.99999",)), 0, is_for_chat=False),
    results.Liked(FoundPapers(), PaperList(), 0, is_for_chat=True),
    results.Incomplete("like"),
    results.Busy("arXiv does not answer.", 4000.0),
    results.Voted(CARD.paper, VoteKind.UP),
    results.VoteOptions(CARD.paper),
    results.VoteNotKept(),
    results.PaperNotKept("2406.14272"),
    results.SavedPapers(()),
    results.SavedPapers((replace(CARD.paper, title="Long " * 60),) * 10, 10, 300, "0a1b"),
    results.SavedPapers((CARD.paper,) * 10, 0, 300, "0a1b", is_removing=True),
    results.NotYours(),
    results.References((CARD.paper,), CitationFormat.BIBTEX, "@misc{x}\n", b"@misc{x}\n"),
    results.References((CARD.paper,) * 3, CitationFormat.RIS, "TY", b"TY", are_saved=True),
    results.References((), CitationFormat.RIS, "", b"", found=FoundPapers(unknown_ids=("2606.99999",) * 5)),
    results.FoundInChat("a <b> & *c*", "0123456789ab", ()),
    results.FoundInChat("x" * 200, "0123456789ab", ((CARD.paper, DAY), (CARD.paper, None)) * 5, 10, 999, 200, True),
    results.NothingToSearch("-x"),
    results.SearchExpired(),
    results.PastDigests(()),
    results.PastDigests((PAST,) * 7, 7, 40),
    results.ExportedChat("{}", "@misc{x}"),
    *INSIGHTS,
    results.DigestComing(3, 1),
    results.NothingNow("Nothing is new.", 1),
    results.SettingsView(CHAT, DUE),
    results.Choices("language", "en", (("en", "English"), ("de", "Deutsch")), "or any other"),
    results.Changed(CHAT, "timezone", "Europe/Berlin", DUE),
    results.NotAccepted("timezone", "Berln", "I know no such place.", ("Europe/Berlin",)),
    results.Changed(CHAT, "size", "10 papers", None, "0123456789ab"),
    results.Undone(CHAT, DUE, ("cat:cs.CV",), (LONG,), ("size", "time"), 2),
    results.Undone(CHAT, None, settings=("timezone",)),
    results.WhichSetting("10", (("time", "10:00", "10:00"), ("size", "10", "10 papers"))),
    results.WhichSetting("x " * 80, ()),
    results.NotAccepted("timezone", "USA", "Which one?", (), (("America/New_York", "New York"),)),
    results.NotAccepted("colour", "red", "There is no such setting.", setting_values.NAMES),
    results.Changed(replace(CHAT, paused_until=FOREVER), "pause", "until you resume", None, "0123456789ab"),
    results.Changed(CHAT, "pause", "off", DUE, "0123456789ab"),
    results.UndoExpired(),
    results.UndoRefused(),
    results.ConfirmForget((LONG, "cat:cs.CV") * 9, 7, unreachable=(replace(CHAT, title="Vision lab"), CHAT)),
    results.ConfirmForget(is_paused=True),
    results.ConfirmErase(replace(CHAT, title="Vision lab " * 20), ("cat:cs.CV",)),
    results.Erased(CHAT),
    results.Unchanged(),
    results.Forgotten(),
    results.Resent(),
    results.NotAllowed(),
    results.NotOperator(),
    results.Health(("The database is read-only.", "x" * 900, *("telegram:1 gets nothing: blocked",) * 40)),
    results.AskTopic(CHAT, True),
    results.AskTopic(CHAT, False),
    *(results.AreaOffer(each, UNTESTED, (CARD, Card(CARD.paper)), True) for each in results.AREAS),
    results.AskPlace(CHAT, "cat:cs.CV", ZONES, time(8), True, UNTESTED),
    results.AskPlace(CHAT, LONG, ZONES, time(8, 30), False),
    *(results.Settled(CHAT, DUE, DUE - timedelta(days=days)) for days in (0, 1, 3)),
    results.GroupWelcome(CHAT, 0),
    results.GroupWelcome(CHAT, 2),
    results.Shared((), "paperboy_bot"),
    results.Shared((("cat:cs.CV", topic_key("cat:cs.CV")), (LONG, topic_key(LONG))) * 9, "paperboy_bot"),
    results.Shared((("cat:cs.CV", topic_key("cat:cs.CV")),), ""),
    results.LinkDamaged(),
    results.WhichChat(((CHAT.ref, ""), (ChatRef(Platform.TELEGRAM, "-1001234567890"), "Lab " * 30)), "0123456789ab"),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25, 3),
    results.Subscriptions(CHAT, (TOPIC, LONGEST) * 25, 0, (OTHER,) * 20),
    results.Subscriptions(CHAT, (), 0, (OTHER,)),
    results.Incomplete("subscribe"),
    results.Stale(),
    *SERVICES,
)


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
