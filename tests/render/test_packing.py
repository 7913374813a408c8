"""Blocks are packed into messages within limits, in order, and groups are divided only if they have to be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.nodes import Block, Bullets, Code, Document, Fold, Heading, Line, Link, Note, Text
from bot.render.packing import Group, pack, split
from tests.render.samples import letters, plain_text

LIMIT = (120, 6)


def size(block: Block) -> tuple[int, int]:
    """(characters, spans) of a block."""
    if isinstance(block, Fold):
        inner = [size(part) for part in block.blocks]
        title = sum(len(span.text) for span in block.title)
        return title + sum(chars for chars, _ in inner), len(block.title) + sum(spans for _, spans in inner)
    if isinstance(block, Bullets):
        spans = [span for item in block.items for span in item]
    else:
        spans = list(getattr(block, "spans", ())) or [Text(getattr(block, "text", ""))]
    return sum(len(span.text) for span in spans), len(spans)


def fits(block: Block) -> bool:
    characters, spans = size(block)
    return characters <= LIMIT[0] and spans <= LIMIT[1]


words = st.integers(1, 300).map(lambda length: ("a bb ccc dddd eeeeeeeeeeee " * 12)[:length].strip())
span = st.one_of(words.map(Text), words.map(lambda text: Link(text, "https://x.org")))
spans = st.lists(span, min_size=1, max_size=5)
flat = st.one_of(
    spans.map(lambda found: Line(tuple(found))),
    spans.map(lambda found: Note(tuple(found))),
    spans.map(lambda found: Heading(tuple(found))),
    st.lists(spans.map(tuple), min_size=1, max_size=4).map(lambda items: Bullets(tuple(items), numbered=True)),
    words.map(Code),
)
blocks = st.one_of(flat, st.lists(flat, min_size=1, max_size=4).map(lambda inner: Fold((Text("deep"),), tuple(inner))))


@given(blocks)
def test_a_block_splits_into_blocks_that_fit_and_keep_its_text(block: Block) -> None:
    parts = split(block, fits)
    assert all(fits(part) for part in parts)
    said = letters("".join(plain_text(Document((part,))) for part in parts))
    whole = letters(plain_text(Document((block,))))
    assert said.replace("deep", "") == whole.replace("deep", "")


@settings(max_examples=60)
@given(st.lists(st.lists(blocks, min_size=1, max_size=3), max_size=5))
def test_messages_stay_within_the_limit_and_keep_everything_in_order(made: list[list[Block]]) -> None:
    groups = [Group(tuple(group), (str(n),), (3, 0)) for n, group in enumerate(made)]
    messages = pack(groups, size, LIMIT)
    for sections in messages:
        costs = [size(block) for section in sections for block in section.blocks]
        assert sum(chars for chars, _ in costs) + 3 * len(sections) <= LIMIT[0]
        assert sum(spans for _, spans in costs) <= LIMIT[1]
    said = [block for sections in messages for section in sections for block in section.blocks]
    whole = [block for group in made for block in group]
    assert _said(said) == _said(whole)
    assert [s.group.ids[0] for m in messages for s in m if s.is_last] == [str(n) for n in range(len(made))]


def _said(found: list[Block]) -> str:
    return letters(plain_text(Document(tuple(found)))).replace("deep", "")


def test_a_card_that_fits_a_message_is_never_divided() -> None:
    cards = [Group((Line((Text("x" * 50),)), Line((Text("y" * 20),))), (str(n),)) for n in range(5)]
    messages = pack(cards, size, LIMIT)
    assert [[section.group.ids[0] for section in message] for message in messages] == [
        ["0"],
        ["1"],
        ["2"],
        ["3"],
        ["4"],
    ]


def test_a_header_shares_a_message_with_the_first_part_of_a_large_card() -> None:
    header = Group((Heading((Text("Today"),)),), stays_with_next=True)
    messages = pack([header, Group((Line((Text("A"),)), Line((Text("word " * 60),))), ("a",))], size, LIMIT)
    assert [section.group.ids for section in messages[0]] == [(), ("a",)]


def test_a_heading_never_ends_a_message_that_is_continued() -> None:
    card = Group((Line((Text("x" * 100),)), Heading((Text("Method"),)), Line((Text("y" * 100),))), ("a",))
    first, second = pack([card], size, LIMIT)
    assert not isinstance(first[-1].blocks[-1], Heading)
    assert isinstance(second[0].blocks[0], Heading)


def test_a_heading_that_does_not_fit_into_the_next_message_stays() -> None:
    card = Group((Line((Text("x" * 20),)), Heading((Text("h" * 80),)), Line((Text("y" * 100),))), ("a",))
    first, second = pack([card], size, LIMIT)
    assert isinstance(first[-1].blocks[-1], Heading)
    assert len(second[0].blocks) == 1


def test_numbers_of_a_list_continue_after_a_split() -> None:
    items = Bullets(tuple((Text("z" * 50),) for _ in range(5)), numbered=True)
    assert [part.start for part in split(items, fits) if isinstance(part, Bullets)] == [1, 3, 5]


def bold(text: str) -> Line:
    return Line((Text(text, bold=True),))


def test_the_heading_of_a_part_never_ends_a_piece_of_a_fold() -> None:
    def items(count: int) -> Bullets:
        return Bullets(tuple((Text("z" * 30),) for _ in range(count)))

    fold = Fold((Text("deep"),), (items(3), bold("Method"), items(6), bold("Results"), items(2)))
    pieces = [part for part in split(fold, fits) if isinstance(part, Fold)]
    assert len(pieces) > 2
    assert not any(isinstance(part.blocks[-1], Line) for part in pieces)
    assert _said(list(pieces)) == _said([fold])


def test_a_list_that_has_to_be_divided_begins_below_its_heading() -> None:
    items = Bullets(tuple((Text("z" * 58),) for _ in range(5)))
    first, *_ = pack([Group((Heading((Text("Evidence"),)), items))], size, LIMIT)
    assert [type(block) for block in first[-1].blocks] == [Heading, Bullets]


def test_the_last_line_of_a_card_never_stands_alone_in_a_message() -> None:
    items = Bullets(tuple((Text("z" * 55),) for _ in range(4)))
    notes = (Note((Text("n" * 10),)), Note((Text("m" * 10),)))
    for body in ((items,), (Line((Text("x" * 60),)), Line((Text("y" * 55),)))):
        *_, last = pack([Group((*body, *notes), ("a",))], size, LIMIT)
        assert not isinstance(last[0].blocks[0], Note)
        assert tuple(last[0].blocks[-2:]) == notes
