"""Draw docs/images/architecture.svg: the rooms of the code on their layers, and the imports between them.

    python docs/make_architecture.py [--check]

A room is a module or package directly below `bot/`, or the whole of `handlers/` or `prompts/`. Its layer comes from the
layers contract in `.importlinter`; the imports are read from the source with `ast`. An arrow that follows from others
is not drawn: where A imports B and B imports C, an import of C by A adds nothing to see. Every box lists all of its
imports in its tooltip. `--check` writes nothing and ends with status 1 if the committed picture differs from the code.
"""

from __future__ import annotations

import ast
import configparser
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "architecture.svg"
PACKAGES = ("bot", "handlers", "prompts")

CAPTIONS = {
    "bot.__main__": "python -m bot",
    "bot.cli": "arguments of the paperboy commands",
    "bot.operator": "doctor, status, backup, demo …",
    "bot.service": "composition root, schedule, health, web",
    "handlers": "Telegram and Discord",
    "bot.conversation": "use cases behind chat commands",
    "bot.pipeline": "the steps, from polling to delivery",
    "bot.sources": "clients of arXiv, all downloads",
    "bot.reading": "full text, figures from HTML and PDF",
    "bot.summaries": "models, extraction, checks of replies",
    "bot.relevance": "similarity, learning, embeddings",
    "bot.providers": "APIs of models, their budget and pauses",
    "bot.storage": "the store, on SQLite and PostgreSQL",
    "bot.site": "the archive: pages, feeds, files",
    "bot.sample": "papers for the demo",
    "bot.decisions": "due times, ranking, retries, budgets",
    "bot.references": "lists of papers in BibTeX, RIS …",
    "bot.topics": "query language, matching",
    "bot.render": "cards and digests in each format",
    "bot.tex": "TeX as readable text",
    "bot.ports": "protocols that adapters implement",
    "bot.settings": "settings from the environment",
    "bot.arxiv": "calendar, categories, ids, links",
    "bot.locales": "the interface in several languages",
    "bot.model": "values of the domain",
    "bot.errors": "errors by what the caller does",
    "prompts": "prompts as files",
}
"""What each room does, in the few words that fit its box."""

BOX_WIDTH, BOX_HEIGHT, ROW_HEIGHT, GAP = 162, 60, 94, 10
LANE_WIDTH = 6  # what a long arrow takes of a row that it passes
MARGIN, LEGEND_HEIGHT = 20, 34
LINE_HEIGHT = 16
CAPTION_LETTERS = 22  # in one line of a box; a caption has two lines at most
LANE_WEIGHT = 40  # against 1 for a box
RELAXATIONS = 400
SWEEPS = 40  # more do not reduce the crossings further

Imports = Mapping[str, frozenset[str]]
Node = tuple[str, ...]
"""A room as `(room,)`, or the lane of an arrow through one row as `(source, target, row)`."""


# ── the code ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_imports(root: Path) -> Imports:
    """Which rooms each room imports, itself excluded. Imports for type checking and inside functions count."""
    files = {module: path for package in PACKAGES for module, path in _modules(root, package)}
    found: dict[str, set[str]] = {}
    for module, path in files.items():
        if module == "bot":
            continue
        room = room_of(module)
        targets = found.setdefault(room, set())
        for name in _imported_names(ast.parse(path.read_text(encoding="utf-8"))):
            while name and name not in files:
                name = name.rpartition(".")[0]
            if name and name != "bot" and room_of(name) != room:
                targets.add(room_of(name))
    return {room: frozenset(targets) for room, targets in sorted(found.items())}


def room_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "bot" else parts[0]


def _modules(root: Path, package: str) -> Iterator[tuple[str, Path]]:
    for path in sorted((root / package).rglob("*.py")):
        yield ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"), path


def _imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def read_contracts(root: Path) -> tuple[list[list[str]], frozenset[str]]:
    """The layers from top to bottom, each with its rooms, and the rooms that the contract on purity names."""
    parser = configparser.ConfigParser()
    parser.read(root / ".importlinter", encoding="utf-8")
    lines = parser["importlinter:contract:layers"]["layers"].split("\n")
    layers = [line.replace("|", " ").replace(":", " ").split() for line in lines if line.strip()]
    return layers, frozenset(parser["importlinter:contract:pure"]["source_modules"].split())


def without_implied(imports: Imports) -> Imports:
    """The imports without those that follow from others (the transitive reduction)."""
    reach: dict[str, frozenset[str]] = {}

    def reachable(room: str) -> frozenset[str]:
        if room not in reach:
            reach[room] = imports.get(room, frozenset()).union(*map(reachable, imports.get(room, ())))
        return reach[room]

    return {
        room: frozenset(
            target for target in targets if not any(target in reachable(other) for other in targets - {target})
        )
        for room, targets in imports.items()
    }


# ── the layout ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Layout:
    """Rows of nodes from top to bottom, each node's centre, and each arrow as the nodes that it passes."""

    rows: list[list[Node]]
    x: dict[Node, float]
    arrows: list[list[Node]]
    width: float

    def y(self, row: int) -> float:
        """The upper edge of a row's boxes."""
        return MARGIN + LEGEND_HEIGHT + row * ROW_HEIGHT


def lay_out(layers: list[list[str]], imports: Imports) -> Layout:
    """Order each row so that few arrows cross, then pull every node towards its neighbours."""
    row_of = {room: row for row, rooms in enumerate(layers) for room in rooms}
    rows: list[list[Node]] = [[(room,) for room in rooms] for rooms in layers]
    arrows: list[list[Node]] = []
    for source, targets in imports.items():
        for target in sorted(targets):
            lanes: list[Node] = [(source, target, str(row)) for row in range(row_of[source] + 1, row_of[target])]
            for lane in lanes:
                rows[int(lane[2])].append(lane)
            arrows.append([(source,), *lanes, (target,)])
    rows = _with_few_crossings(rows, arrows)
    x = _positions(rows, arrows)
    left = min(x[node] - _width(node) / 2 for node in x) - MARGIN
    width = max(x[node] + _width(node) / 2 for node in x) + MARGIN - left
    return Layout(rows, {node: x[node] - left for node in x}, arrows, width)


def _width(node: Node) -> float:
    return BOX_WIDTH if len(node) == 1 else LANE_WIDTH


def _neighbours(arrows: list[list[Node]]) -> tuple[dict[Node, list[Node]], dict[Node, list[Node]]]:
    """For each node, the nodes that its arrows lead to one row above and one row below."""
    above: dict[Node, list[Node]] = {}
    below: dict[Node, list[Node]] = {}
    for arrow in arrows:
        for upper, lower in pairwise(arrow):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def _with_few_crossings(rows: list[list[Node]], arrows: list[list[Node]]) -> list[list[Node]]:
    """Sort rows by the mean place of their neighbours, downwards and upwards in turn; the best order seen wins."""
    above, below = _neighbours(arrows)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        neighbours, order = (above, range(len(rows))) if sweep % 2 == 0 else (below, range(len(rows) - 1, -1, -1))
        for row in order:
            place = {node: index for nodes in rows for index, node in enumerate(nodes)}
            key = {node: _mean([place[n] for n in neighbours.get(node, ())], place[node]) for node in rows[row]}
            rows[row] = sorted(rows[row], key=lambda node: (key[node], place[node]))
        _swap_neighbours(rows, below)
        if (count := _crossings(rows, below)) < fewest:
            best, fewest = [list(row) for row in rows], count
    return best


def _swap_neighbours(rows: list[list[Node]], below: dict[Node, list[Node]]) -> None:
    for nodes in rows:
        for index in range(len(nodes) - 1):
            before = _crossings(rows, below)
            nodes[index], nodes[index + 1] = nodes[index + 1], nodes[index]
            if _crossings(rows, below) >= before:
                nodes[index], nodes[index + 1] = nodes[index + 1], nodes[index]


def _crossings(rows: list[list[Node]], below: dict[Node, list[Node]]) -> int:
    place = {node: index for nodes in rows for index, node in enumerate(nodes)}
    count = 0
    for nodes in rows:
        lines = [(place[node], place[lower]) for node in nodes for lower in below.get(node, ())]
        count += sum((a - c) * (b - d) < 0 for i, (a, b) in enumerate(lines) for c, d in lines[:i])
    return count


def _mean(values: list[float] | list[int], default: float) -> float:
    return sum(values) / len(values) if values else default


def _positions(rows: list[list[Node]], arrows: list[list[Node]]) -> dict[Node, float]:
    above, below = _neighbours(arrows)
    x: dict[Node, float] = {}
    for nodes in rows:
        x.update(_packed(nodes, dict.fromkeys(nodes, 0.0)))
    for _ in range(RELAXATIONS):
        for nodes in (*rows, *rows[::-1]):
            x.update(_packed(nodes, {node: _wanted(node, above, below, x) for node in nodes}))
    return {node: round(value) for node, value in x.items()}


def _wanted(node: Node, above: dict[Node, list[Node]], below: dict[Node, list[Node]], x: dict[Node, float]) -> float:
    """The mean place of a node's neighbours. Lanes of one arrow count more, so that long arrows run straight."""
    near = [*above.get(node, ()), *below.get(node, ())]
    values = [x[other] for other in near for _ in range(LANE_WEIGHT if len(other) == len(node) == 3 else 1)]
    return _mean(values, x[node])


def _packed(nodes: list[Node], wanted: dict[Node, float]) -> dict[Node, float]:
    """Centres as near to the wanted ones as the widths allow: the mean of packing from the left and from the right."""

    def pushed(order: list[Node], sign: int) -> dict[Node, float]:
        placed: dict[Node, float] = {}
        limit = float("-inf")
        for node in order:
            placed[node] = max(sign * wanted[node], limit + _width(node) / 2)
            limit = placed[node] + _width(node) / 2 + GAP
        return {node: sign * value for node, value in placed.items()}

    left, right = pushed(nodes, 1), pushed(nodes[::-1], -1)
    return {node: (left[node] + right[node]) / 2 for node in nodes}


# ── the picture ───────────────────────────────────────────────────────────────────────────────────────────────────

STYLE = """
svg { --page: #ffffff; --text: #1f2328; --faint: #59636e; --line: #8b949e;
  --pure: #dafbe1; --pure-edge: #2da44e; --other: #ddf4ff; --other-edge: #218bff; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --text: #f0f6fc; --faint: #b1bac4; --line: #768390;
    --pure: #12361f; --pure-edge: #3fb950; --other: #0c2d4d; --other-edge: #4493f8; }
}
text { font-family: system-ui, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: var(--text); }
.name { font-size: 16px; font-weight: 600; } .caption { font-size: 13px; fill: var(--faint); }
.legend { font-size: 14px; fill: var(--faint); }
.page { fill: var(--page); } .arrow { fill: none; stroke: var(--line); stroke-width: 1.4; }
.head { fill: var(--line); }
.pure { fill: var(--pure); stroke: var(--pure-edge); } .other { fill: var(--other); stroke: var(--other-edge); }
"""


def draw(layout: Layout, imports: Imports, pure: frozenset[str]) -> str:
    height = layout.y(len(layout.rows) - 1) + BOX_HEIGHT + MARGIN
    size = f'width="{layout.width:.0f}" height="{height:.0f}" viewBox="0 0 {layout.width:.0f} {height:.0f}"'
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="Rooms of the code and their imports">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="head" d="M0 0.8 L8 4 L0 7.2 z"/></marker></defs>',
        '<rect class="page" width="100%" height="100%"/>',
        *_legend(),
        *_drawn_arrows(layout),
        *(
            _box(node[0], layout.x[node], layout.y(row), imports[node[0]], node[0] in pure)
            for row, nodes in enumerate(layout.rows)
            for node in nodes
            if len(node) == 1
        ),
        "</svg>",
    ]
    return "\n".join(body) + "\n"


def _legend() -> Iterator[str]:
    y = MARGIN
    for x, kind, text in (
        (MARGIN, "pure", "pure: values in, values out"),
        (MARGIN + 240, "other", "may do I/O or read files"),
    ):
        yield f'<rect class="{kind}" x="{x}" y="{y - 11}" width="16" height="14" rx="3"/>'
        yield f'<text class="legend" x="{x + 24}" y="{y}">{text}</text>'
    note = "→ imports; an arrow that follows from others is left out"
    yield f'<text class="legend" x="{MARGIN + 480}" y="{y}">{note}</text>'


def _drawn_arrows(layout: Layout) -> Iterator[str]:
    """Arrows start and end side by side on a box, in the order in which they arrive there."""
    starts: dict[Node, list[list[Node]]] = {}
    ends: dict[Node, list[list[Node]]] = {}
    for arrow in layout.arrows:
        starts.setdefault(arrow[0], []).append(arrow)
        ends.setdefault(arrow[-1], []).append(arrow)
    row_of = {node: row for row, nodes in enumerate(layout.rows) for node in nodes}
    for arrow in layout.arrows:
        first = _port(layout, arrow, starts[arrow[0]], at=0, towards=1)
        last = _port(layout, arrow, ends[arrow[-1]], at=-1, towards=-2)
        points = [(first, layout.y(row_of[arrow[0]]) + BOX_HEIGHT)]
        for lane in arrow[1:-1]:
            y = layout.y(row_of[lane])
            points += [(layout.x[lane], y), (layout.x[lane], y + BOX_HEIGHT)]
        points.append((last, layout.y(row_of[arrow[-1]]) - 1))
        yield f'<path class="arrow" marker-end="url(#head)" d="{_curve(points)}"/>'


def _port(layout: Layout, arrow: list[Node], together: list[list[Node]], *, at: int, towards: int) -> float:
    """Where an arrow touches its box: the arrows of one side are spread over it by where they come from."""
    order = sorted(together, key=lambda other: (layout.x[other[towards]], other))
    step = min(17.0, (BOX_WIDTH - 24) / len(order))
    return layout.x[arrow[at]] + (order.index(arrow) - (len(order) - 1) / 2) * step


def _curve(points: list[tuple[float, float]]) -> str:
    x, y = points[0]
    path = [f"M{x:.0f} {y:.0f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        middle = (y1 + y2) / 2
        straight = x1 == x2
        path.append(
            f"L{x2:.0f} {y2:.0f}" if straight else f"C{x1:.0f} {middle:.0f} {x2:.0f} {middle:.0f} {x2:.0f} {y2:.0f}"
        )
    return " ".join(path)


def _box(room: str, x: float, y: float, imports: frozenset[str], is_pure: bool) -> str:
    listed = ", ".join(sorted(imports)) or "no other room"
    lines = _wrapped(CAPTIONS[room])
    baseline = y + (BOX_HEIGHT - LINE_HEIGHT * len(lines)) / 2 + 6
    caption = "".join(
        f'<text class="caption" text-anchor="middle" x="{x:.0f}" y="{baseline + 1 + LINE_HEIGHT * line:.0f}">'
        f"{escape(text)}</text>"
        for line, text in enumerate(lines, start=1)
    )
    return (
        f"<g><title>{room} imports {listed}</title>"
        f'<rect class="{"pure" if is_pure else "other"}" x="{x - BOX_WIDTH / 2:.0f}" y="{y:.0f}" '
        f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="7"/>'
        f'<text class="name" text-anchor="middle" x="{x:.0f}" y="{baseline:.0f}">{room}</text>{caption}</g>'
    )


def _wrapped(caption: str) -> list[str]:
    lines = [""]
    for word in caption.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > CAPTION_LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def picture(root: Path) -> str:
    """The SVG for the code below `root`. Raises ValueError for a room that has no layer or no caption."""
    imports = read_imports(root)
    layers, pure = read_contracts(root)
    placed = {room for rooms in layers for room in rooms}
    if missing := sorted(set(imports) ^ placed):
        raise ValueError(f"The layers in .importlinter and the rooms of the code differ: {', '.join(missing)}.")
    if missing := sorted(set(imports) ^ set(CAPTIONS)):
        raise ValueError(f"CAPTIONS in docs/make_architecture.py and the rooms differ: {', '.join(missing)}.")
    return draw(lay_out(layers, without_implied(imports)), imports, pure)


def main() -> None:
    try:
        made = picture(ROOT)
    except ValueError as error:
        sys.exit(str(error))
    if sys.argv[1:] == ["--check"]:
        if not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != made:
            sys.exit("docs/images/architecture.svg does not show the code as it is; run `make architecture`.")
        return
    PICTURE.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
