"""The labels of the reasons for a card's place: rows of `bot.render.labels`."""

from __future__ import annotations

REASONS: dict[str, tuple[str, str, str, str, str]] = {
    # key: en, zh, es, ja, ru
    "reason: guess": (
        "a guess: your vote will tell",
        "试推荐：请投票告知是否喜欢",
        "una prueba: su voto lo dirá",
        "お試し：評価をお寄せください",
        "наугад: решит ваш голос",
    ),
    "reason: interest": ("about {words}", "内容：{words}", "sobre {words}", "内容：{words}", "тема: {words}"),
    "reason: author": ("by {name}", "作者：{name}", "de {name}", "著者：{name}", "автор: {name}"),
    "reason: liked, one": (
        "close to a paper you liked",
        "与您喜欢的 1 篇论文相近",
        "cercano a un artículo que le gustó",
        "高評価の論文1件に近い",
        "близко к статье, которая вам понравилась",
    ),
    "reason: liked": (
        "close to {n} papers you liked",
        "与您喜欢的 {n} 篇论文相近",
        "cercano a {n} artículos que le gustaron",
        "高評価の論文{n}件に近い",
        "близко к понравившимся статьям: {n}",
    ),
    "reason: learned": (
        "your votes favour {words}",
        "您的投票偏好：{words}",
        "sus votos prefieren {words}",
        "評価の傾向：{words}",
        "вы цените: {words}",
    ),
    "reason: accepted": (
        "accepted at {venue}",
        "已被 {venue} 接收",
        "aceptado en {venue}",
        "{venue} に採択",
        "принято: {venue}",
    ),
    "reason: accepted with honour": (
        "{honour} at {venue}",
        "{venue} {honour}",
        "{honour} en {venue}",
        "{venue} {honour}",
        "{honour}, {venue}",
    ),
    "honour: best paper": ("best paper", "最佳论文", "mejor artículo", "最優秀論文", "лучшая статья"),
    "honour: award": ("award", "获奖论文", "premio", "受賞論文", "награда"),
    "honour: oral": ("oral", "口头报告", "presentación oral", "口頭発表", "устный доклад"),
    "honour: spotlight": ("spotlight", "Spotlight", "spotlight", "Spotlight", "spotlight"),
    "honour: highlight": ("highlight", "Highlight", "highlight", "Highlight", "highlight"),
    "reason: votes": (
        "liked in {n} chats",
        "{n} 个聊天点赞",
        "gustó en {n} chats",
        "{n}件のチャットで高評価",
        "понравилось в чатах: {n}",
    ),
    "reason: code": ("has code", "有代码", "con código", "コードあり", "есть код"),
}
