"""The commands as a user types them: wrong input gets one sentence and an exit status, right input its result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.arxiv import calendar
from tests.fakes.arxiv import FakeArxiv, made_up

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv() as fake:
        yield fake


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def paperboy(*words: str, data: Path, arxiv: FakeArxiv | None = None, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command with only what it needs in its environment."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATA_DIR": str(data), "COLUMNS": "100"}
    environment |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    if arxiv is not None:
        environment |= {name.upper(): value for name, value in arxiv.urls().items()} | {"ARXIV_DELAY_SECONDS": "0"}
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(
        command, env=environment | more, cwd=data, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("words", "settings", "status", "sentence"),
    [
        (["status"], {"MODEL": "gpt"}, 2, "MODEL: “gpt” is not a model"),
        (["status"], {"DIGEST_TIME": "soon"}, 2, "DIGEST_TIME: "),
        (["status"], {"DATABASE_URL": "postgresql+psycopg://me:pw@127.0.0.1:9/x"}, 1, "The database x on 127.0.0.1:9"),
        (["digest", '"talking head'], {}, 2, "closing quotation mark missing"),
        (["digest", "cat:cs.ZZ"], {}, 2, "arXiv has no category “cs.ZZ”"),
        (["digest", "cs.CV", "--date", "2199-01-01"], {}, 2, "The listing of 2199-01-01 is not out yet"),
        (["digest", "cs.CV", "--date", "today"], {}, 2, "“today” is not a date"),
        (["summarize", "https://example.org/paper.pdf"], {}, 2, "Send an arXiv id"),
        (["summarize", "2413.00001"], {}, 2, "there is no month 13"),
        (["summarize", "2606.00001", "--lang", "Klingon"], {}, 2, "“Klingon” is not a language"),
        (["summarize", "2606.00001", "--lang", "xx"], {}, 2, "“xx” is not a language that Paperboy knows; write"),
        (["summarize", "2606.00001", "--format", "pdf"], {}, 2, "“pdf” is not a format"),
        (["summarize", "2606.99999"], {}, 2, "arXiv has no paper 2606.99999"),
        (["subscribe", "--chat", "slack:1", "cs.CV"], {}, 2, "“slack:1” is not a chat"),
        (["once"], {"TELEGRAM_BOT_TOKEN": "nonsense"}, 2, "TELEGRAM_BOT_TOKEN"),
        (["subscribe", "--chat", "telegram:1", ""], {}, 2, "cs.CV: everything in a category"),
        (["subscribe", "--chat", "telegram:1", "-survey"], {}, 2, "it only says what not to look for; add what to"),
        (["subscribe", "--chat", "telegram:1", "talking", "head"], {}, 2, "in quotes: 'talking head'."),
        (["unsubscribe", "--chat", "telegram:1", "talking", "head"], {}, 2, "in quotes: 'talking head'."),
        (["digest", "talking", "head", "-survey"], {}, 2, "No such option: -s"),
        (["digest", "talking", "head"], {}, 2, "in quotes: 'talking head'."),
        (["subscribe", "--chat", "telegram:1", "cs.CV", "--quite"], {}, 2, "There is no option --quite"),
        (["subscribe", "--chat", "telegram:abc", "cs.CV"], {}, 2, "ids are numbers. Send /subscribe in the chat"),
        (["replay", "7"], {}, 2, "Delivery 7 is neither given up"),
        (["replay", "abc"], {}, 2, "“abc” is not the number of a delivery; `paperboy status` shows them."),
        (["replay", "9" * 30], {}, 2, "is not the number of a delivery"),
        (["replay", "3", "--given-up"], {}, 2, "either by number or with --given-up"),
        (["digest"], {}, 2, "Say what to choose by: a QUERY, --about TEXT or --liked FILE."),
        (["digest", "--about", " "], {}, 2, "--about is empty; say in a few words what"),
        (
            ["digest", "cs.CV", "--size", "0"],
            {},
            2,
            "“0” is not a number of cards; write one from 1 to 1000, or --all.",
        ),
        (["digest", "cs.CV", "--size", "5", "--all"], {}, 2, "--size and --all contradict each other"),
        (["digest", "--liked", "missing.bib"], {}, 2, "missing.bib cannot be read (No such file or directory); name a"),
        (["digest", "--liked", "/dev/null"], {}, 2, "null names no paper; it should hold arXiv ids or links"),
        (["digest", "cs.CV", "--days", "0"], {}, 2, "“0” is not a number of days; write one from 1 to 60."),
        (["summarize", "2606.00001", "--depth", "medium"], {}, 2, "“medium” is not a depth; write brief"),
        (["export", "--opml", "--people"], {}, 2, "--people and --opml contradict each other"),
        (["digest", "cs.CL", "--style", "lists"], {}, 2, "“lists” is not a style; write list, cards or titles"),
        (
            ["summarize", "2606.00001", "-o", f"{__file__}/x"],
            {"ARXIV_API_URL": "http://127.0.0.1:9"},
            2,
            "is not a folder",
        ),
        (
            ["digest", "cs.CV", "--format", "hexo", "-o", __file__],
            {"ARXIV_API_URL": "http://127.0.0.1:9"},
            2,
            "is not a folder",
        ),
    ],
)
def test_wrong_input_gives_a_sentence_and_never_a_traceback(
    words: list[str], settings: dict[str, str], status: int, sentence: str, data: Path, arxiv: FakeArxiv
) -> None:
    done = paperboy(*words, data=data, arxiv=arxiv, **settings)
    assert sentence in done.stderr
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_withdrawn_paper_is_shown_as_withdrawn(data: Path, arxiv: FakeArxiv) -> None:
    done = paperboy("summarize", "2606.00101", data=data, arxiv=arxiv)
    assert done.returncode == 0
    assert "withdrawn" in done.stdout


def test_a_paper_as_json_has_the_fields_that_arxiv_gives(data: Path, arxiv: FakeArxiv) -> None:
    done = paperboy("summarize", "https://arxiv.org/abs/2606.00001v1", "--format", "json", data=data, arxiv=arxiv)
    card = json.loads(done.stdout)
    assert (card["id"], card["version"], card["title"]) == ("2606.00001", "v1", "Paper folding, learned")
    assert card["authors"] == ["Jürgen Größe", "Łukasz Żak"]
    assert card["urls"]["abs"] == "https://arxiv.org/abs/2606.00001v1"
    assert card["summary"]["provenance"]["model"] == "extractive"


def test_a_hexo_post_of_one_paper_is_written_into_a_new_folder(data: Path, arxiv: FakeArxiv, tmp_path: Path) -> None:
    words = ["summarize", "2606.00001", "--format", "hexo", "-o", str(tmp_path / "posts")]
    done = paperboy(*words, data=data, arxiv=arxiv)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "posts" / "2606.00001v1.md").read_text().startswith("---\n")


def test_a_digest_of_a_sunday_says_that_it_shows_the_listing_of_friday(data: Path, arxiv: FakeArxiv) -> None:
    words = ["digest", "cs.CV", "--date", "2026-06-07", "--format", "json"]
    done = paperboy(*words, data=data, arxiv=arxiv)
    assert done.returncode == 0, done.stderr
    assert "6–7 June is a weekend: arXiv announces nothing; this is the listing of Friday 5 June.\n" in done.stderr
    assert json.loads(done.stdout)["window"] == {"first": "2026-06-05", "last": "2026-06-05"}


def test_digest_says_that_it_asks_arxiv_only_if_it_does(tmp_path: Path, arxiv: FakeArxiv) -> None:
    words = ["digest", "cs.CV", "--date", "2026-06-02", "--format", "json"]
    first = paperboy(*words, data=tmp_path, arxiv=arxiv)
    second = paperboy(*words, data=tmp_path, arxiv=arxiv)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert "Asking arXiv" in first.stderr
    assert "Asking arXiv" not in second.stderr


def test_the_demo_runs_without_settings_and_shows_a_digest_and_the_place_of_the_pages(tmp_path: Path) -> None:
    done = paperboy("demo", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "New on arXiv" in done.stdout
    assert "sample text" in done.stdout
    assert (tmp_path / "demo" / "site" / "index.html").is_file()
    assert "$" not in done.stdout
    second = paperboy("demo", data=tmp_path)
    assert second.stdout == done.stdout


def test_chats_and_subscriptions_can_be_managed_from_the_command_line(tmp_path: Path) -> None:
    assert "it follows nothing" in paperboy("unsubscribe", "--chat", "telegram:1", "cs.CV", data=tmp_path).stderr
    done = paperboy("subscribe", "--chat", "telegram:1", "cs.cv", data=tmp_path)
    assert "telegram:1 now follows cat:cs.CV" in done.stdout
    assert "follows cat:cs.CV already" in paperboy("subscribe", "--chat", "telegram:1", "cs.CV", data=tmp_path).stdout
    assert "cat:cs.CV" in paperboy("subscriptions", data=tmp_path).stdout
    assert "telegram:1" in paperboy("chats", data=tmp_path).stdout
    assert paperboy("unsubscribe", "--chat", "telegram:1", "1", data=tmp_path).returncode == 0
    assert "Nobody follows anything" in paperboy("subscriptions", data=tmp_path).stdout


def test_once_says_that_nobody_follows_anything(tmp_path: Path, arxiv: FakeArxiv) -> None:
    done = paperboy("once", data=tmp_path, arxiv=arxiv)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("No chat follows a topic; set DEFAULT_TOPICS or subscribe a chat.\n")


def test_once_says_on_standard_error_why_it_failed(tmp_path: Path) -> None:
    gone = "http://127.0.0.1:9"
    (tmp_path / ".env").write_text(f"ARXIV_FEED_URL={gone}\nARXIV_API_URL={gone}\nARXIV_OAI_URL={gone}\n")
    done = paperboy("once", data=tmp_path, DEFAULT_TOPICS="cs.CV", ARXIV_DELAY_SECONDS="0")
    assert done.returncode == 1
    assert done.stderr.startswith("Asking arXiv …\narXiv cannot be reached (no connection to 127.0.0.1)")
    assert "Asking arXiv again in 1 s …\n" in done.stderr, "it is not silent while it tries again"
    assert "\narXiv: feed: " in done.stderr
    assert "arXiv: " not in done.stdout
    assert "Nobody" not in done.stdout


def test_without_a_terminal_every_sentence_and_row_is_one_line(tmp_path: Path) -> None:
    assert "subscribe`, or DEFAULT_TOPICS)." in paperboy("status", data=tmp_path, COLUMNS="40").stdout.splitlines()[0]
    topic = " OR ".join(f'"a rather long topic {word}"' for word in ("one", "two", "three"))
    paperboy("subscribe", "--chat", "telegram:1", topic, data=tmp_path)
    assert len(paperboy("subscriptions", data=tmp_path, COLUMNS="40").stdout.splitlines()) == 2


def test_status_counts_each_listing_also_by_category(tmp_path: Path) -> None:
    day = calendar.fed_day(datetime.now(UTC))
    new = [made_up(f"{day:%y%m}.0000{n}", day, categories=("cs.CV", "stat.ML")) for n in (1, 2)]
    other = made_up(f"{day:%y%m}.00003", day, categories=("math.CO", "cs.CV"))
    paperboy("subscribe", "--chat", "site:archive", "cs.CV OR stat.ML", data=tmp_path)
    with FakeArxiv({day: [*new, other]}) as arxiv:
        assert paperboy("once", data=tmp_path, arxiv=arxiv).returncode == 0
    total = paperboy("status", data=tmp_path).stdout.splitlines()
    assert total[0].split()[:3] == ["listing", "announced", "ingested"]
    assert total[1].split()[2:5] == ["3", "3", "3"]
    lines = [line.split() for line in paperboy("status", "--by-category", data=tmp_path).stdout.splitlines()]
    assert lines[0][:3] == ["listing", "category", "announced"]
    assert [line[2:6] for line in lines[1:3]] == [["cs.CV", "2", "2", "2"], ["math.CO", "1", "1", "1"]]


def test_a_backup_is_a_whole_database(tmp_path: Path) -> None:
    paperboy("subscribe", "--chat", "telegram:1", "cs.CV", data=tmp_path)
    assert paperboy("backup", str(tmp_path / "copy.sqlite3"), data=tmp_path).returncode == 0
    copy = f"sqlite+aiosqlite:///{tmp_path / 'copy.sqlite3'}"
    assert "cat:cs.CV" in paperboy("subscriptions", data=tmp_path, DATABASE_URL=copy).stdout
    assert paperboy("backup", str(tmp_path / "copy.sqlite3"), data=tmp_path).returncode == 2


def test_an_export_is_json_printed_or_in_a_file(tmp_path: Path) -> None:
    paperboy("subscribe", "--chat", "telegram:1", "cs.CV", data=tmp_path)
    printed = paperboy("export", "--chat", "telegram:1", data=tmp_path)
    assert (printed.returncode, printed.stderr) == (0, "")
    [chat] = json.loads(printed.stdout)["chats"]
    assert [followed["topic"] for followed in chat["subscriptions"]] == ["cat:cs.CV"]
    written = paperboy("export", "-o", "chats.json", data=tmp_path)
    assert (written.stdout, written.stderr) == ("", "Wrote chats.json (1 chat).\n")
    assert json.loads((tmp_path / "chats.json").read_text(encoding="utf-8"))["chats"] == [chat]
    missing = paperboy("export", "--chat", "telegram:2", "-o", "chats.json", data=tmp_path)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert json.loads((tmp_path / "chats.json").read_text(encoding="utf-8"))["chats"] == [chat], "it stays as it was"
