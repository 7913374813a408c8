"""The labels of the notes on a summary, by their kinds: rows of `bot.render.labels`."""

from __future__ import annotations

NOTES: dict[str, tuple[str, str, str, str, str]] = {
    # key: en, zh, es, ja, ru
    "note: hidden": (
        "1 hidden passage left out",
        "略去 1 处隐藏文字",
        "1 pasaje oculto omitido",
        "隠された箇所を1か所除外",
        "пропущен 1 скрытый фрагмент",
    ),
    "note: hidden, several": (
        "{n} hidden passages left out",
        "略去 {n} 处隐藏文字",
        "{n} pasajes ocultos omitidos",
        "隠された箇所を{n}か所除外",
        "пропущено скрытых фрагментов: {n}",
    ),
    "note: orders": (
        "1 sentence with orders to a summarizer left out",
        "略去 1 个指使摘要程序的句子",
        "1 frase con órdenes a un programa de resumen omitida",
        "要約プログラムへの指示を含む文を1件除外",
        "пропущено 1 предложение с указаниями для программы реферирования",
    ),
    "note: orders, several": (
        "{n} sentences with orders to a summarizer left out",
        "略去 {n} 个指使摘要程序的句子",
        "{n} frases con órdenes a un programa de resumen omitidas",
        "要約プログラムへの指示を含む文を{n}件除外",
        "пропущено предложений с указаниями для программы реферирования: {n}",
    ),
    "note: orders in full text": (
        "1 sentence of the full text with orders to a summarizer left out",
        "略去全文中 1 个指使摘要程序的句子",
        "1 frase del texto completo con órdenes a un programa de resumen omitida",
        "全文から要約プログラムへの指示を含む文を1件除外",
        "в полном тексте пропущено 1 предложение с указаниями для программы реферирования",
    ),
    "note: orders in full text, several": (
        "{n} sentences of the full text with orders to a summarizer left out",
        "略去全文中 {n} 个指使摘要程序的句子",
        "{n} frases del texto completo con órdenes a un programa de resumen omitidas",
        "全文から要約プログラムへの指示を含む文を{n}件除外",
        "в полном тексте пропущено предложений с указаниями для программы реферирования: {n}",
    ),
    "note: no further sentence": (
        "no further sentence can be read by itself for: {parts}",
        "以下部分没有更多可单独读懂的句子：{parts}",
        "ninguna otra frase se entiende por sí sola para: {parts}",
        "単独で読める文が他にない項目：{parts}",
        "нет других предложений, понятных сами по себе, для разделов: {parts}",
    ),
    "note: no sentence": (
        "no sentence of the full text can be read by itself",
        "全文中没有可单独读懂的句子",
        "ninguna frase del texto completo se entiende por sí sola",
        "全文に単独で読める文がない",
        "в полном тексте нет предложений, понятных сами по себе",
    ),
    "brief instead of deep": (
        "brief instead of deep: {reason}",
        "仅简要总结，未深入解读：{reason}",
        "breve en lugar de a fondo: {reason}",
        "詳細解説の代わりに要約：{reason}",
        "кратко вместо подробного разбора: {reason}",
    ),
    "note: no full text": (
        "there is no full text",
        "没有全文",
        "no hay texto completo",
        "全文がない",
        "нет полного текста",
    ),
    "note: too little verified": (
        "too little of the reading could be verified",
        "可核实的内容太少",
        "se pudo verificar muy poco de la lectura",
        "確認できた内容が少なすぎる",
        "удалось проверить слишком мало",
    ),
    "note: language unchecked": (
        "language unchecked",
        "语言未核对",
        "idioma sin comprobar",
        "言語は未確認",
        "язык не проверен",
    ),
    "list comma": (
        ", ",
        "、",
        ", ",
        "、",
        ", ",
    ),
}
