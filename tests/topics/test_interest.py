"""Interests: what is wanted, what is pushed away and where, in the languages that people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadTopic
from bot.model import is_interest, split_query
from bot.topics import And, Category, Not, Or, archives, explain, interest_parts, parse
from bot.topics.interest import Interest, cleaned
from bot.topics.syntax_tree import EVERYTHING
from tests.strategies import queries

FACES = ("face recognition",)


@pytest.mark.parametrize(
    ("text", "wanted", "unwanted"),
    [
        ("lip sync; not face recognition", "lip sync", FACES),
        ("lip sync, not face recognition", "lip sync", FACES),
        ("lip sync. Not face recognition.", "lip sync", FACES),
        ("lip sync (no face recognition) for films", "lip sync for films", FACES),
        ("lip sync - no face recognition", "lip sync", FACES),
        ("lip sync but not face recognition", "lip sync", FACES),
        ("lip sync\nfor films\n\nnot face recognition", "lip sync for films", FACES),
        ("lip sync,\nno face recognition", "lip sync", FACES),
        ("lip sync but please no face recognition", "lip sync", FACES),
        ("lip sync, minus face recognition", "lip sync", FACES),
        ("lip sync except face recognition", "lip sync", FACES),
        ("lip sync, without face recognition", "lip sync", FACES),
        ("not face recognition but lip sync", "lip sync", FACES),
        ("lip sync, please no papers on face recognition", "lip sync", FACES),
        ("I work on lip sync. I am not interested in face recognition.", "I work on lip sync", FACES),
        ("I work on lip sync; we don't work on face recognition", "I work on lip sync", FACES),
        ("lip sync, not face recognition, gesture synthesis", "lip sync, gesture synthesis", FACES),
        ("lip sync; not face recognition, gesture synthesis", "lip sync", (*FACES, "gesture synthesis")),
        ("lip sync, not faces, gaze or hand poses", "lip sync", ("faces", "gaze or hand poses")),
        ("lip sync; not face recognition or hand poses", "lip sync", (*FACES, "hand poses")),
        ("lip sync; not face recognition; no surveys; also dubbing", "lip sync; also dubbing", (*FACES, "surveys")),
        ("vídeos de caras, sin reconocimiento facial", "vídeos de caras", ("reconocimiento facial",)),
        ("sincronía labial; no me interesan las encuestas", "sincronía labial", ("encuestas",)),
        ("têtes parlantes, mais pas de reconnaissance", "têtes parlantes", ("reconnaissance",)),
        ("têtes parlantes sauf la reconnaissance", "têtes parlantes", ("reconnaissance",)),
        ("sprechende Köpfe, keine Gesichtserkennung", "sprechende Köpfe", ("Gesichtserkennung",)),
        ("nicht Gesichtserkennung sondern Lippen", "Lippen", ("Gesichtserkennung",)),
        ("говорящие головы, но не распознавание лиц", "говорящие головы", ("распознавание лиц",)),
        ("говорящие головы; кроме распознавания лиц", "говорящие головы", ("распознавания лиц",)),
        ("vídeo de rostos, sem reconhecimento facial", "vídeo de rostos", ("reconhecimento facial",)),
        ("teste parlanti, ma non riconoscimento", "teste parlanti", ("riconoscimento",)),
        ("音频驱动的说话人头像，不要人脸识别", "音频驱动的说话人头像", ("人脸识别",)),
        ("音频驱动的说话人头像但不包括人脸识别", "音频驱动的说话人头像", ("人脸识别",)),
        ("我研究口型同步，对人脸识别不感兴趣", "我研究口型同步", ("人脸识别",)),
        ("不是人脸识别而是口型同步", "口型同步", ("人脸识别",)),
        ("口型同步，人脸识别除外", "口型同步", ("人脸识别",)),
        ("口型同步，除了人脸识别以外", "口型同步", ("人脸识别",)),
        ("リップシンク、顔認識は除く", "リップシンク", ("顔認識",)),
        ("顔認識ではなくリップシンク", "リップシンク", ("顔認識",)),
        ("립싱크, 얼굴 인식 제외", "립싱크", ("얼굴 인식",)),
    ],
)
def test_what_an_interest_is_not_about_is_split_off(text: str, wanted: str, unwanted: tuple[str, ...]) -> None:
    assert interest_parts(text) == Interest(wanted, unwanted)


@pytest.mark.parametrize(
    "text",
    [
        "papers that do not need labels",
        "few-shot learning without fine-tuning",
        "what language models do not know",
        "video generation, not only diffusion but flow matching",
        "no-reference image quality, non-autoregressive decoding",
        "no-regret learning, no free lunch theorems",
        "no free lunch; black-box optimization",
        "methods whether or not they are learned",
        "notation, nothingness and nodes",
        "tareas que no necesitan etiquetas",
        "Verfahren ohne Beschriftung",
        "méthodes sans étiquettes",
        "методы без разметки",
        "métodos sem rótulos",
        "不需要标注的方法",
        "不仅是扩散模型，也看流匹配",
        "除了扩散模型，还看流匹配",
        "教師なし学習",
    ],
)
def test_a_negation_inside_of_a_statement_stays_in_it(text: str) -> None:
    assert interest_parts(text) == Interest(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("talking heads in cs.CV and eess.IV", Interest("talking heads", (), ("cs.CV", "eess.IV"))),
        ("in cs.CV, cs.GR or hep-th: talking heads", Interest("talking heads", (), ("cs.CV", "cs.GR", "hep-th"))),
        ("cs.CV中的说话人头像", Interest("说话人头像", (), ("cs.CV",))),
        ("talking heads cat:math", Interest("talking heads", (), ("math.*",))),
        ("the math of talking heads", Interest("the math of talking heads")),
        ("talking heads; not cs.RO", Interest("talking heads", (), (), ("cs.RO",))),
        ("talking heads; no robots in cs.RO", Interest("talking heads", ("robots",))),
        ("talking heads (in cs.cv, not faces)", Interest("talking heads", ("faces",), ("cs.CV",))),
    ],
)
def test_categories_in_the_text_say_where_to_look(text: str, expected: Interest) -> None:
    assert interest_parts(text) == expected


def test_a_topic_with_an_interest_matches_as_its_query_does() -> None:
    topic = parse("cs.CL   About:  evaluation \u200bthat\ncan be trusted ")
    assert topic.query == "cat:cs.CL about: evaluation that can be trusted"
    assert (topic.node, topic.about) == (Category("cs.CL"), "evaluation that can be trusted")
    assert not is_interest(topic.query)
    assert explain(topic) == "papers in cs.CL, first those close to “evaluation that can be trusted”"
    assert archives(topic) == frozenset({"cs"})


def test_an_interest_alone_looks_everywhere_or_at_the_categories_it_names() -> None:
    everywhere, somewhere = parse("about: talking heads"), parse("about: talking heads in cs.CV or eess.IV; not cs.RO")
    assert is_interest(everywhere.query)
    assert everywhere.node == EVERYTHING
    assert archives(everywhere) is None
    assert explain(everywhere) == "papers close to “talking heads”"
    assert somewhere.node == And((Or((Category("cs.CV"), Category("eess.IV"))), Not(Category("cs.RO"))))
    assert archives(somewhere) == frozenset({"cs", "eess"})


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("cs.CL AND about: good evaluation", "cat:cs.CL about: good evaluation"),
        ("cs.CL, about: good evaluation", "cat:cs.CL about: good evaluation"),
        ("about：扩散模型", "about: 扩散模型"),
        ('"all about: eve" about: old films', '"all about eve" about: old films'),
        ("about: about: what we know", "about: about: what we know"),
        ('about: the "talking" heads) of (AND', 'about: the "talking" heads) of (AND'),
        ("gan roundabout: x", None),
    ],
)
def test_an_interest_begins_at_its_mark(typed: str, query: str | None) -> None:
    if query is None:
        with pytest.raises(BadTopic, match="no field"):
            parse(typed)
    else:
        assert parse(typed).query == query


@pytest.mark.parametrize(
    ("query", "message", "position"),
    [
        ("about:", "There is nothing after “about:”", 6),
        ("cs.CL about:  ", "There is nothing after “about:”", 12),
        ("about: nerf", "“nerf” says too little", 6),
        ("about: 扩", "says too little", 6),
        ("about: papers in cs.CV", "says too little", 6),
        ("about: not faces", "only says what the papers should not be about", 6),
        ("about: talking heads in cs.ZZ", "no category “cs.ZZ”", 24),
        ("about: " + "ab " * 140, "too long (419 characters, the most is 400)", 6),
        ("(cs.CL about: talking heads", "closing parenthesis missing", 0),
        ("a" * 150 + " about: " + "ab " * 120, "too long", 500),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(query: str, message: str, position: int) -> None:
    with pytest.raises(BadTopic) as refused:
        parse(query)
    assert message in str(refused.value)
    assert refused.value.position == position


def test_the_explanation_says_what_was_understood_as_pushed_away_and_where_to_look() -> None:
    assert explain(parse("about: lip sync in cs.CV or eess.IV; no face recognition; not cs.RO")) == (
        "papers close to “lip sync” and not to “face recognition”, in cs.CV or eess.IV not in cs.RO"
    )
    assert explain(parse("gan about: lip sync; not faces, not surveys")) == (
        "papers that mention “gan”, first those close to “lip sync” and not to “faces” or “surveys”"
    )


texts = st.text(
    st.sampled_from('ab not no but or 不要除了 はなくない cs.CV,;.()-“"\u200b\u200d\u0600\ufe0f🔥\t ，。；')
) | st.lists(
    st.sampled_from(
        ["not", "no", "but", "or", "faces", "lips,", "in", "cs.CV", ";", "(", ")", ".", "—", "except", "除了"]
    )
).map(" ".join)


@given(texts)
def test_cleaning_and_splitting_take_any_text(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)
    parts = interest_parts(text)
    assert parts == interest_parts(cleaned(text))
    assert all(part == part.strip() and part for part in parts.unwanted)


@given(st.none() | queries(), texts)
def test_the_normal_form_of_a_topic_with_an_interest_parses_to_itself(exact: str | None, text: str) -> None:
    try:
        topic = parse(f"{exact or ''} about: {text}")
    except BadTopic:
        return
    assert parse(topic.query) == topic
    assert split_query(topic.query)[1] == topic.about == cleaned(text)
    assert is_interest(topic.query) == (exact is None)
