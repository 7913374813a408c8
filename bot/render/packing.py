"""Blocks into messages: what belongs together stays together, what is too large is split between nodes.

A cost is a pair of what a platform counts (text units, and entities or components). Costs of blocks add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from bot.render.nodes import Block, Bullets, Code, Fold, Heading, Line, Note, Span
from bot.render.plain import cut

Cost = tuple[int, int]
_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that should share a message; `base` is what the group costs besides its blocks, in each message."""

    blocks: tuple[Block, ...]
    ids: tuple[str, ...] = ()
    base: Cost = (0, 0)
    stays: bool = False
    """True for a header, which goes before what follows, however large that is."""


@dataclass(slots=True)
class PackedSection:
    """What one message shows of a group; `ends` is true where the group ends with it."""

    group: Group
    blocks: list[Block] = field(default_factory=list)
    ends: bool = False


def pack(groups: Iterable[Group], cost: Callable[[Block], Cost], limit: Cost) -> list[list[PackedSection]]:
    """Messages as lists of sections, each message within `limit`; a group is divided only if it alone is too large."""
    packer = _Packer(cost, limit)
    for group in groups:
        packer.add(group)
    packer.flush()
    return packer.messages


class _Packer:
    def __init__(self, cost: Callable[[Block], Cost], limit: Cost) -> None:
        self.cost = cost
        self.limit = limit
        self.messages: list[list[PackedSection]] = []
        self.current: list[PackedSection] = []
        self.spent: Cost = (0, 0)

    def add(self, group: Group) -> None:
        if not group.blocks:
            return
        whole = _sum([group.base, *(self.cost(block) for block in group.blocks)])
        if self._fits(whole):
            self._open(group)
            self._put(list(group.blocks), _less(whole, group.base))
        elif _within(whole, self.limit):
            self.flush()
            self.add(group)
            return
        else:
            self._divide(group)
        self.current[-1].ends = True

    def _divide(self, group: Group) -> None:
        if not all(section.group.stays for section in self.current):
            self.flush()
        room = _less(self.limit, group.base)
        self._open(group)
        for block in group.blocks:
            for piece in split(block, lambda part: _within(self.cost(part), room)):
                needed = self.cost(piece)
                if not self._fits(needed):
                    self._next(group, needed)
                self._put([piece], needed)

    def _next(self, group: Group, needed: Cost) -> None:
        """Go on in a new message, taking a heading along that would end this one, if it fits there too."""
        blocks = self.current[-1].blocks
        taken = [blocks[-1]] if len(blocks) > 1 and isinstance(blocks[-1], Heading) else []
        if not _within(_sum([group.base, needed, *map(self.cost, taken)]), self.limit):
            taken = []
        if taken:
            blocks.pop()
        if not blocks:
            self.current.pop()
        self.flush()
        self._open(group)
        for block in taken:
            self._put([block], self.cost(block))

    def flush(self) -> None:
        if self.current:
            self.messages.append(self.current)
        self.current = []
        self.spent = (0, 0)

    def _fits(self, needed: Cost) -> bool:
        return _within(_sum([self.spent, needed]), self.limit)

    def _open(self, group: Group) -> None:
        self.current.append(PackedSection(group))
        self.spent = _sum([self.spent, group.base])

    def _put(self, blocks: list[Block], needed: Cost) -> None:
        self.current[-1].blocks += blocks
        self.spent = _sum([self.spent, needed])


def split(block: Block, fits: Callable[[Block], bool]) -> list[Block]:
    """`block` as blocks that fit: between items, blocks or spans, and inside a string only where one is too long."""
    if fits(block):
        return [block]
    if isinstance(block, Heading | Line | Note):
        shell = block
        return list(_greedy(block.spans, lambda spans: replace(shell, spans=tuple(spans)), fits, _split_span))
    if isinstance(block, Bullets):
        return _split_bullets(block, fits)
    if isinstance(block, Fold):
        title = block.title
        if not block.blocks or not fits(Fold(title, ())):
            return [piece for part in (Line(title), *block.blocks) for piece in split(part, fits)]
        return list(_greedy(block.blocks, lambda blocks: Fold(title, tuple(blocks)), fits, split))
    if isinstance(block, Code):
        return list(_greedy(block.text.split("\n"), lambda lines: Code("\n".join(lines)), fits, _split_text))
    return [block]


def _split_bullets(block: Bullets, fits: Callable[[Block], bool]) -> list[Block]:
    parts: list[Block] = []
    start = block.start
    for items in _greedy(
        block.items, list, lambda items: fits(Bullets(tuple(items), block.numbered, 9999)), _split_item
    ):
        parts.append(Bullets(tuple(items), block.numbered, start))
        start += len(items)
    return parts


def _split_item(item: tuple[Span, ...], fits: Callable[[tuple[Span, ...]], bool]) -> list[tuple[Span, ...]]:
    return list(_greedy(item, lambda spans: tuple(spans), fits, _split_span))


def _split_span(span: Span, fits: Callable[[Span], bool]) -> list[Span]:
    pieces = _split_text(span.text, lambda text: fits(replace(span, text=text)))
    return [replace(span, text=piece) for piece in pieces]


def _split_text(text: str, fits: Callable[[str], bool]) -> list[str]:
    pieces = []
    while text:
        head, text = cut(text, fits)
        pieces.append(head)
    return pieces or [""]


def _greedy(
    parts: Sequence[_T],
    build: Callable[[list[_T]], _U],
    fits: Callable[[_U], bool],
    split_one: Callable[[_T, Callable[[_T], bool]], list[_T]],
) -> Iterable[_U]:
    """Build wholes of as many parts as fit; a part that is too large by itself is split by `split_one`."""
    current: list[_T] = []
    for part in parts:
        if fits(build([*current, part])):
            current.append(part)
            continue
        if current:
            yield build(current)
        *full, last = split_one(part, lambda smaller: fits(build([smaller])))
        for piece in full:
            yield build([piece])
        current = [last]
    if current:
        yield build(current)


def tight(before: Block, after: Block) -> bool:
    """Whether two blocks stand on neighbouring lines, without an empty line between."""
    if isinstance(before, Heading) and not isinstance(after, Fold):
        return True
    pairs = ((Note, Note), (Line, Bullets), (Bullets, Bullets), (Fold, Fold))
    return any(isinstance(before, first) and isinstance(after, second) for first, second in pairs)


def _sum(costs: Iterable[Cost]) -> Cost:
    text = other = 0
    for one, two in costs:
        text += one
        other += two
    return text, other


def _less(cost: Cost, taken: Cost) -> Cost:
    return cost[0] - taken[0], cost[1] - taken[1]


def _within(cost: Cost, limit: Cost) -> bool:
    return cost[0] <= limit[0] and cost[1] <= limit[1]
