"""Packing blocks into messages within a platform's limits. Pure.

Groups of blocks (a card, a header) fill messages in order. A group that fits into a message is never divided; one that
does not is divided between blocks, then between items, spans and words.

A cost is a pair of what a platform counts: units of text, and entities or components. Costs of blocks add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.render.nodes import Block, Bullets, Code, Fold, Heading, Line, Note, Span, Text
from bot.render.plain import cut

Cost = tuple[int, int]
"""(units of text, entities or components)"""
_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that should share a message."""

    blocks: tuple[Block, ...]
    ids: tuple[str, ...] = ()
    """The papers shown by the group."""
    base_cost: Cost = (0, 0)
    """The cost of the group besides its blocks, in each message that shows a part of it."""
    stays_with_next: bool = False
    """True for a header: the next group begins in the same message even if it has to be divided."""
    cost: Cost | None = None
    """What its blocks cost together, if that is known."""
    markup: str | None = None
    """Its blocks in the platform's markup, if they were rendered before."""


@dataclass(slots=True)
class GroupPart:
    """The blocks of a group that one message shows."""

    group: Group
    blocks: list[Block] = field(default_factory=list)
    is_last: bool = False
    """Whether the group ends with this part."""
    is_whole: bool = False
    """Whether this part is the whole group."""


def pack(groups: Iterable[Group], cost: Callable[[Block], Cost], limit: Cost) -> list[list[GroupPart]]:
    """Pack groups into messages within `limit`, each a list of group parts, in order.

    A group is divided only if it does not fit into a message of its own. A single node that cannot be divided (a
    picture) may exceed the limit.
    """
    packer = _Packer(cost, limit)
    for group in groups:
        packer.add(group)
    packer.flush()
    return packer.messages


def papers_of(parts: Iterable[GroupPart]) -> tuple[str, ...]:
    """The papers that a message shows, each once: it may hold two parts of a group that was divided."""
    return tuple(dict.fromkeys(ident for part in parts for ident in part.group.ids))


def most_that_fit(most: int, made: Callable[[int], _T | None]) -> _T | None:
    """What `made` makes of the largest number, at most `most`, for which it is not None; None if it always is.

    Where a number fits, each smaller one must fit too.
    """
    fitting, low, high = None, 0, most
    while low <= high:
        middle = (low + high + 1) // 2
        tried = made(middle)
        if tried is not None:
            fitting, low = tried, middle + 1
        else:
            high = middle - 1
    return fitting


def sum_of(costs: Iterable[Cost]) -> Cost:
    """What several costs are together."""
    text = entities = 0
    for text_units, entity_count in costs:
        text += text_units
        entities += entity_count
    return text, entities


class _Packer:
    def __init__(self, cost: Callable[[Block], Cost], limit: Cost) -> None:
        self.cost = cost
        self.limit = limit
        self.messages: list[list[GroupPart]] = []
        self.current: list[GroupPart] = []
        self.used: Cost = (0, 0)

    def add(self, group: Group) -> None:
        if not group.blocks:  # a digest without notes has an empty group for them
            return
        needed = group.cost if group.cost is not None else sum_of(map(self.cost, group.blocks))
        whole = group.base_cost[0] + needed[0], group.base_cost[1] + needed[1]
        if self._fits(whole):
            self.current.append(GroupPart(group, list(group.blocks), is_last=True, is_whole=True))
            self.used = self.used[0] + whole[0], self.used[1] + whole[1]
        elif _within(whole, self.limit):  # it fits into an empty message
            self.flush()
            self.add(group)
        else:
            self._divide(group)
            self.current[-1].is_last = True

    def _divide(self, group: Group) -> None:
        # Only a header may share a message with the first part of a large card.
        if not all(part.group.stays_with_next for part in self.current):
            self.flush()
        self._open(group)
        body, end = self._without_end(group)
        for block in body:
            # The end of the group stays with the last piece before it, so that no message has the end alone.
            after = end if block is body[-1] else ()
            pieces = split(block, self._fits_between(group, after))
            for number, piece in enumerate(pieces, 1):
                needed = self.cost(piece)
                together = [needed, *map(self.cost, after if number == len(pieces) else ())]
                if not self._fits(sum_of(together)):
                    self._continue(group, sum_of(together))
                self._put([piece], needed)
        for block in end:
            self._put([block], self.cost(block))

    def _without_end(self, group: Group) -> tuple[Sequence[Block], Sequence[Block]]:
        """The blocks of a group, and the notes that end it; no end if it would take much of a message."""
        start = len(group.blocks)
        while start and isinstance(group.blocks[start - 1], Note):
            start -= 1
        body, end = group.blocks[:start], group.blocks[start:]
        is_short = _within(sum_of([group.base_cost, *map(self.cost, end)]), _half(self.limit))
        return (body, end) if body and is_short else (group.blocks, ())

    def _fits_between(self, group: Group, after: Sequence[Block]) -> Callable[[Block], bool]:
        """Whether a block fits into a message with the heading that it follows and with `after`."""
        before = [block for block in self.current[-1].blocks[-1:] if _is_heading(block)]
        room = _minus(self.limit, sum_of([group.base_cost, *map(self.cost, after)]))
        with_heading = _minus(room, sum_of(map(self.cost, before)))
        least = with_heading if _within(_half(room), with_heading) else room
        return lambda block: _within(self.cost(block), least)

    def _continue(self, group: Group, needed: Cost) -> None:
        """Start a new message for blocks of cost `needed`; a heading before them moves along if it fits."""
        blocks = self.current[-1].blocks
        moved = [blocks[-1]] if len(blocks) > 1 and _is_heading(blocks[-1]) else []
        if not _within(sum_of([group.base_cost, needed, *map(self.cost, moved)]), self.limit):
            moved = []
        if moved:
            blocks.pop()
        if not blocks:  # the group has shown nothing in this message
            self.current.pop()
        self.flush()
        self._open(group)
        for block in moved:
            self._put([block], self.cost(block))

    def flush(self) -> None:
        if self.current:
            self.messages.append(self.current)
        self.current = []
        self.used = (0, 0)

    def _fits(self, needed: Cost) -> bool:
        return self.used[0] + needed[0] <= self.limit[0] and self.used[1] + needed[1] <= self.limit[1]

    def _open(self, group: Group) -> None:
        self.current.append(GroupPart(group))
        self.used = sum_of([self.used, group.base_cost])

    def _put(self, blocks: list[Block], needed: Cost) -> None:
        self.current[-1].blocks += blocks
        self.used = sum_of([self.used, needed])


def split(block: Block, fits: Callable[[Block], bool]) -> list[Block]:
    """Split a block into blocks that fit: between its blocks, items or spans; within a string only as a last resort."""
    if fits(block):
        return [block]
    if isinstance(block, Heading | Line | Note):
        whole = block  # bound here, since the type of `block` is not narrowed inside the lambda
        return list(_fill(block.spans, lambda spans: replace(whole, spans=tuple(spans)), fits, _split_span))
    if isinstance(block, Bullets):
        return _split_bullets(block, fits)
    if isinstance(block, Fold):
        fold, title = block, block.title
        # A title that is too long for a message is shown as a line, which can be split.
        if not block.blocks or not fits(Fold(title, ())):
            return [piece for part in (Line(title), *block.blocks) for piece in split(part, fits)]
        return list(_fill(block.blocks, lambda blocks: replace(fold, blocks=tuple(blocks)), fits, split, _is_heading))
    if isinstance(block, Code):
        return list(_fill(block.text.split("\n"), lambda lines: Code("\n".join(lines)), fits, _split_text))
    return [block]


def _split_bullets(block: Bullets, fits: Callable[[Block], bool]) -> list[Block]:
    parts: list[Block] = []
    start = block.start
    # Measured with the longest number, since the number of the first item is not known yet.
    for items in _fill(block.items, list, lambda items: fits(Bullets(tuple(items), block.numbered, 9999)), _split_item):
        parts.append(Bullets(tuple(items), block.numbered, start))
        start += len(items)
    return parts


def _split_item(item: tuple[Span, ...], fits: Callable[[tuple[Span, ...]], bool]) -> list[tuple[Span, ...]]:
    return list(_fill(item, lambda spans: tuple(spans), fits, _split_span))


def _split_span(span: Span, fits: Callable[[Span], bool]) -> list[Span]:
    pieces = _split_text(span.text, lambda text: fits(replace(span, text=text)))
    return [replace(span, text=piece) for piece in pieces]


def _split_text(text: str, fits: Callable[[str], bool]) -> list[str]:
    pieces = []
    while text:
        head, text = cut(text, fits)
        pieces.append(head)
    return pieces or [""]


def _fill(
    parts: Sequence[_T],
    build: Callable[[list[_T]], _U],
    fits: Callable[[_U], bool],
    split_one: Callable[[_T, Callable[[_T], bool]], list[_T]],
    is_heading: Callable[[_T], bool] = lambda _: False,
) -> Iterable[_U]:
    """Build wholes of as many parts as fit each; a part that does not fit alone is split by `split_one`.

    A heading that would end a whole begins the next one, if something fits below it.
    """
    current: list[_T] = []
    for part in parts:
        if fits(build([*current, part])):
            current.append(part)
            continue
        above = current[-1:] if current and is_heading(current[-1]) else []
        pieces = _pieces(part, above, build, fits, split_one)
        if not fits(build([*above, pieces[0]])):
            above = []
            pieces = _pieces(part, above, build, fits, split_one)
        if before := current[: len(current) - len(above)]:
            yield build(before)
        # The last piece is not full and may be followed by the next part.
        current = above
        for piece in pieces:
            if piece is not pieces[0]:
                yield build(current)
                current = []
            current = [*current, piece]
    if current:
        yield build(current)


def _pieces(
    part: _T,
    above: list[_T],
    build: Callable[[list[_T]], _U],
    fits: Callable[[_U], bool],
    split_one: Callable[[_T, Callable[[_T], bool]], list[_T]],
) -> list[_T]:
    return split_one(part, lambda smaller: fits(build([*above, smaller])))


def _is_heading(block: Block) -> bool:
    """Whether a block is the heading of what follows: in a fold, that is a line of bold text."""
    if isinstance(block, Line):
        return bool(block.spans) and all(isinstance(span, Text) and span.bold for span in block.spans)
    return isinstance(block, Heading)


def is_tight(before: Block, after: Block) -> bool:
    """Whether two neighbouring blocks have no empty line between them."""
    if isinstance(before, Heading) and not isinstance(after, Fold):
        return True
    pairs = ((Note, Note), (Line, Bullets), (Bullets, Bullets), (Fold, Fold))
    return any(isinstance(before, first) and isinstance(after, second) for first, second in pairs)


def _minus(cost: Cost, other: Cost) -> Cost:
    return cost[0] - other[0], cost[1] - other[1]


def _half(cost: Cost) -> Cost:
    return cost[0] // 2, cost[1] // 2


def _within(cost: Cost, limit: Cost) -> bool:
    return cost[0] <= limit[0] and cost[1] <= limit[1]
