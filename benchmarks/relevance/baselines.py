"""Orders to compare with: what was done before, and the plain methods of the field."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot import topics
from bot.decisions import matches
from bot.model import Paper
from bot.topics.text import words

Papers = Sequence[Paper]
Scores = Sequence[float]


def titles_first(query: str, papers: Papers) -> list[str]:
    """The order of a topic before there was relevance: matches in the title first, then the newest. Only what matches
    the query literally."""
    found = []
    for paper in papers:
        because = matches.match_of(query, paper).because
        if because:
            title = f" {' '.join(words(paper.title))} "
            in_title = any(f" {' '.join(words(term))} " in title for term in because)
            found.append((in_title, paper.id))
    return [name for _, name in sorted(found, reverse=True)]


def literal(query: str, papers: Papers) -> set[str]:
    """The ids of what matches a query literally."""
    topic = topics.parse(query)
    return {paper.id for paper in papers if matches.match_of(topic.query, paper).because}


def tfidf(sentence: str, papers: Papers, all_papers: Papers) -> Scores:
    """Similarity of plain TF-IDF vectors of scikit-learn, with its English stop words."""
    vectorizer = TfidfVectorizer(stop_words="english").fit([*map(_text, all_papers)])
    scores = vectorizer.transform([*map(_text, papers)]) @ vectorizer.transform([sentence]).T
    return list(scores.toarray().ravel())


def bm25(sentence: str, papers: Papers, all_papers: Papers, k: float = 1.2, b: float = 0.75) -> Scores:
    vectorizer = CountVectorizer(stop_words="english")
    counts = vectorizer.fit_transform([*map(_text, all_papers)])
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log(1 + (len(all_papers) - present + 0.5) / (present + 0.5))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    of_day = vectorizer.transform([*map(_text, papers)]).tocsc()
    own = np.asarray(of_day.sum(axis=1)).ravel() / lengths.mean()
    scores = np.zeros(len(papers))
    for column in vectorizer.transform([sentence]).indices:
        count = of_day[:, column].toarray().ravel()
        scores += rarity[column] * count * (k + 1) / (count + k * (1 - b + b * own))
    return list(scores)


def linear(liked: Papers, others: Papers, papers: Papers, all_papers: Papers) -> Scores:
    """A plain linear model on TF-IDF."""
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True).fit([*map(_text, all_papers)])
    features = vectorizer.transform([*map(_text, [*liked, *others])])
    model = LogisticRegression(C=10, class_weight="balanced", solver="liblinear")
    model.fit(features, [1] * len(liked) + [0] * len(others))
    return list(model.decision_function(vectorizer.transform([*map(_text, papers)])))


def _text(paper: Paper) -> str:
    return f"{paper.title} {paper.abstract}"
