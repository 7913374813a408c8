"""Lists of papers in every format name their papers, whatever else they contain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import TellUser
from bot.model import NamedPaper, PaperList
from bot.references import read_file, read_words
from bot.references.collected import MOST_ENTRIES
from bot.references.reading import MAX_BYTES


def read(text: str) -> PaperList:
    return read_file(text.encode(), "list")


def test_ids_and_links_one_a_line_are_found_in_order_and_once() -> None:
    found = read(
        "# my papers\n2406.14272v2\nhttps://arxiv.org/pdf/hep-th/9901001\n\n"
        "- Heads that talk, 10.48550/arXiv.2303.08774\narXiv:2406.14272\nsomething else\n"
    )
    assert found == PaperList(("2406.14272", "hep-th/9901001", "2303.08774"), unread=("something else",))


def test_words_between_ids_of_a_message_are_passed_over() -> None:
    assert read_words("like 2406.14272, arxiv.org/abs/2303.08774v1 please").ids == ("2406.14272", "2303.08774")
    assert not read_words("nothing here")


@pytest.mark.parametrize(
    "fields",
    [
        "eprint={2406.14272}, archiveprefix={arXiv}, primaryclass={cs.CV}",
        'eprinttype = "arxiv", EPRINT = "2406.14272v3"',
        "eprint = {arXiv:2406.14272}",
        "journal={arXiv preprint arXiv:2406.14272}",
        "journal={CoRR}, volume={abs/2406.14272}",
        "doi={10.48550/arXiv.2406.14272}",
        "url={https://arxiv.org/abs/2406.14272}, doi={10.1109/5.771073}",
        "ee = {http://arxiv.org/abs/2406.14272}",
        "howpublished={\\url{https://arxiv.org/abs/2406.14272}}",
        "note={Preprint, arXiv:2406.14272 [cs.CV]}",
        "publisher={arXiv}, number={arXiv:2406.14272}",
        "journal = nobody # { arXiv:2406.14272}, note={arXiv:2406.14272}",
        "abstract={as in {arXiv:1111.11111}}, eprint={2406.14272}",
    ],
)
def test_an_entry_of_bibtex_names_its_id_in_many_ways(fields: str) -> None:
    found = read(f"@article{{key,\n title={{A {{T}}itle}},\n author={{Ann A and Bob B}},\n {fields}\n}}")
    assert found == PaperList(("2406.14272",))


def test_an_old_id_of_bibtex_is_joined_with_its_archive() -> None:
    assert read("@misc{k, eprint={9901001}, archivePrefix={arXiv}, primaryClass={hep-th}}").ids == ("hep-th/9901001",)
    assert read("@misc{k, eprint={0601001}, archivePrefix={arXiv}, primaryClass={math.AG}}").ids == ("math/0601001",)


def test_an_entry_without_an_id_is_named_by_title_and_first_author() -> None:
    found = read(
        '@string{acl = {ACL}}\n@inproceedings{k, title={{BERT}: \\`A la {\\"U}ber}, journal = acl, pages={1.2},\n'
        ' author={Gr{\\"o}{\\ss}e, J{\\"u}rgen and Bob B}}\n@book{l, title={Second Book of Things}, author={Bob Lee}}'
    )
    assert found == PaperList(
        named=(NamedPaper("BERT: À la Über", "Größe"), NamedPaper("Second Book of Things", "Lee"))
    )


def test_a_number_of_another_archive_is_no_id() -> None:
    found = read("@misc{k, title={A Title}, eprint={2406.14272}, eprinttype={pubmed}}")
    assert found == PaperList(named=(NamedPaper("A Title"),))


def test_a_damaged_entry_of_bibtex_costs_no_other() -> None:
    found = read(
        "@misc{a, title={One, url={https://arxiv.org/abs/2001.00001},\n@misc{b, eprint={2001.00002}}\n"
        "@misc{c, eprint={2001.00003}, = , }\n@misc{d, eprint = {2001.00004}}\n@misc{e, title={cut of"
    )
    assert found.ids == ("2001.00001", "2001.00002", "2001.00004")
    assert found.unread == ("@misc{c, eprint={2001.00003}, = , }", "@misc{e, title={cut of")


RIS = """TY  - JOUR\r
AU  - Ångström, José\r
AU  - Builder, Bob\r
TI  - Heads That Talk:\r
 a study\r
UR  - https://example.org/a;b\r
ER  -\r
\r
TY  - UNPB\r
T1  - Another\r
DO  - 10.48550/arXiv.2406.14272\r
ER  - \r
TY  - GEN\r
T1  - A third\r
M1  - arXiv:hep-th/9901001 [hep-th]\r
N1  - likes arXiv:1111.11111\r
TY  - JOUR\r
TI  - The last has no end\r
UR  - http://arxiv.org/abs/2303.08774\r
"""


def test_entries_of_ris_name_their_papers() -> None:
    found = read(RIS)
    assert found == PaperList(
        ("2406.14272", "hep-th/9901001", "2303.08774"), (NamedPaper("Heads That Talk: a study", "Ångström"),)
    )


def test_the_same_title_twice_is_one_paper() -> None:
    found = read("@misc{a, title={Heads that Talk}}\n@misc{b, title={{Heads That Talk}}}")
    assert len(found.named) == 1


def test_entries_past_the_limit_are_counted() -> None:
    lines = "\n".join(f"2001.{number + 1:05}" for number in range(MOST_ENTRIES + 7))
    assert (len(read(lines).ids), read(lines).left_out) == (MOST_ENTRIES, 7)
    entries = "".join(f"@misc{{k{number}, title={{Title {number}}}}}\n" for number in range(MOST_ENTRIES + 7))
    assert (len(read(entries).named), read(entries).left_out) == (MOST_ENTRIES, 7)
    records = "".join(f"TY  - GEN\nTI  - Title {number}\nER  - \n" for number in range(MOST_ENTRIES + 7))
    assert (len(read(records).named), read(records).left_out) == (MOST_ENTRIES, 7)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_common_encodings_are_read(encoding: str) -> None:
    found = read_file("@misc{k, title={Für Größe}, author={Große, A}}".encode(encoding), "list.bib")
    assert found.named == (NamedPaper("Für Größe", "Große"),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "x.bib names no paper; it should hold arXiv ids or links, one a line, or BibTeX or RIS."),
        (b"@misc{k, note={nothing}}", "x.bib names no paper"),
        (b"\n# only a comment\n", "x.bib names no paper"),
        (b"%PDF-1.7 2406.14272", "x.bib is not a text file"),
        (b"\x00\x01\x02 2406.14272", "x.bib is not a text file"),
        (b"a" * (MAX_BYTES + 1), "x.bib has more than 5 MB, the most that a list may have; divide it."),
    ],
)
def test_a_file_that_names_no_paper_gets_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(TellUser) as refused:
        read_file(content, "x.bib")
    assert str(refused.value).startswith(sentence)


def test_braces_inside_each_other_do_not_end_the_parser() -> None:
    deep = "{" * 5000 + "}" * 5000
    assert read(f"@misc{{k, title={deep}, }}\n@misc{{l, eprint={{2406.14272}}}}").ids == ("2406.14272",)


PIECES = st.sampled_from(
    [
        *(
            "@misc{k",
            "@string{a",
            "@comment{",
            "{",
            "}",
            '"',
            ",",
            "=",
            "#",
            "\\",
            "%",
            "$",
            "é",
            "\u200b",
            "\n",
            "\r\n",
        ),
        *("title", "eprint", "author", "abstract={", " and ", "2406.14272", "arXiv:"),
        *("TY  - JOUR", "TI  - ", "UR  - ", "ER  - "),
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=60).map("".join))
def test_no_text_breaks_the_readers(text: str) -> None:
    try:
        found = read(text)
    except TellUser:
        return
    assert found


@given(st.binary(max_size=300))
def test_no_bytes_break_the_readers(content: bytes) -> None:
    try:
        found = read_file(content, "x")
    except TellUser:
        return
    assert found
