"""The process in which files from strangers are opened: `python -m bot.reading.worker`, one job from standard input.

A job is {"paper": …, "pdf": path, "out": directory, "max_pages": n, "figures": [numbers] | null} or
{"pictures": {number: [[path, …], …]}, "out": directory}. The answer, `result.json` in `out`, is
{"reading": …}, {"pictures": {number: [file, width, height]}} or {"problem": sentence}.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

MEMORY = 1_500_000_000
"""Bytes of address space."""
CPU_SECONDS = 60
FILE_BYTES = 60_000_000


def main() -> int:
    """Do the job on standard input within the limits; 0 where an answer was written."""
    _limit()
    job = json.load(sys.stdin)
    out = Path(job["out"])
    try:
        answer = _pictures(job["pictures"], out) if "pictures" in job else _pdf(job, out)
    except MemoryError:
        answer = {"problem": "The PDF needs more memory than a paper may take."}
    (out / "result.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _pdf(job: Mapping[str, Any], out: Path) -> dict[str, Any]:
    from bot.errors import NotReadable
    from bot.model import Figure
    from bot.reading.pdf import open_pdf, read_pdf
    from bot.reading.reading_cache import paper_from_json, reading_to_json

    try:
        document = open_pdf(Path(job["pdf"]))
        try:
            reading, areas = read_pdf(document, paper_from_json(job["paper"]), max_pages=job["max_pages"])
            wanted = job.get("figures")
            drawn: list[Figure] = []
            for figure, area in zip(reading.figures, areas, strict=True):
                made = None
                if area is not None and (wanted is None or figure.number in wanted) and len(drawn) < 40:
                    made = _cropped(document, area, out / f"figure-{_safe(figure.number)}")
                drawn.append(replace(figure, file=made[0], width=made[1], height=made[2]) if made else figure)
            return {"reading": reading_to_json(replace(reading, figures=tuple(drawn)))}
        finally:
            document.close()
    except NotReadable as problem:
        return {"problem": str(problem)}


def _cropped(document: Any, area: Any, stem: Path) -> tuple[str, int, int] | None:
    from bot.reading.pictures import crop_area, save_picture

    saved = save_picture(crop_area(document, area), stem)
    return (saved[0].name, saved[1], saved[2]) if saved else None


def _pictures(figures: Mapping[str, Sequence[Sequence[str]]], out: Path) -> dict[str, Any]:
    from bot.reading.pictures import join_images, save_picture

    made: dict[str, list[Any]] = {}
    for number, rows in figures.items():
        picture = join_images([[Path(path) for path in row] for row in rows])
        saved = save_picture(picture, out / f"figure-{_safe(number)}") if picture is not None else None
        if saved:
            made[number] = [saved[0].name, saved[1], saved[2]]
    return {"pictures": made}


def _safe(number: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in number)[:20]


if __name__ == "__main__":
    sys.exit(main())
