"""The labels on cards, digests and pages of the archive in each interface language, and dates. Pure.

A new label is one row of `_ROWS`, with all languages; `{…}` are values that `label` fills in. Text of papers is never
translated here.
"""

from __future__ import annotations

from datetime import date

from bot.model import Window
from bot.model.languages import canonical, primary
from bot.render.labels_of_notes import NOTES
from bot.render.labels_of_reasons import REASONS
from bot.render.labels_traditional_chinese import TRADITIONAL_CHINESE

# Rows, not one dictionary for each language: a translation that is missing is a type error.
_ROWS: dict[str, tuple[str, str, str, str, str]] = {
    # key: en, zh, es, ja, ru
    "and more": ("and {n} more", "等，另有 {n} 人", "y {n} más", "ほか{n}名", "и ещё {n}"),
    "sample": ("sample text", "示例文本", "texto de muestra", "サンプル文", "пример текста"),
    "withdrawn": (
        "This paper has been withdrawn by its authors.",
        "本文已被作者撤回。",
        "Los autores han retirado este artículo.",
        "この論文は著者により取り下げられました。",
        "Авторы отозвали эту статью.",
    ),
    "cross": ("cross-list", "交叉列表", "lista cruzada", "クロスリスト", "кросс-листинг"),
    "replace": ("replacement", "更新版本", "versión nueva", "改訂版", "новая версия"),
    "abstract": ("abstract", "摘要", "resumen", "要旨", "аннотация"),
    "pdf": ("PDF", "PDF", "PDF", "PDF", "PDF"),
    "html": ("HTML", "HTML", "HTML", "HTML", "HTML"),
    "code": ("code", "代码", "código", "コード", "код"),
    "project": ("project", "项目", "proyecto", "プロジェクト", "проект"),
    "matched": ("matched", "匹配", "coincide", "一致", "совпало"),
    "keywords": ("Keywords", "关键词", "Palabras clave", "キーワード", "Ключевые слова"),
    "affiliations": ("Affiliations", "机构", "Afiliaciones", "所属", "Организации"),
    "comment": ("Comment", "备注", "Comentario", "コメント", "Примечание"),
    "by": (
        "by {model} from {source}",
        "由 {model} 根据{source}生成",
        "por {model}, a partir {source}",
        "{model} が{source}から作成",
        "{model}, источник: {source}",
    ),
    "extractive": (
        "sentences picked from {source}, no model",
        "从{source}中摘取的原句，未用模型",
        "frases originales extraídas {source}, sin modelo",
        "{source}の原文からの抜粋（モデル不使用）",
        "предложения оригинала, без модели, источник: {source}",
    ),
    "from abstract": ("the abstract", "摘要", "del resumen", "要旨", "аннотация"),
    "from html": (
        "the full text (HTML)",
        "全文（HTML）",
        "del texto completo (HTML)",
        "全文（HTML）",
        "полный текст (HTML)",
    ),
    "from pdf": ("the full text (PDF)", "全文（PDF）", "del texto (PDF)", "全文（PDF）", "полный текст (PDF)"),
    "read sections": (
        "read: {n} of {of} sections",
        "已读：{n}/{of} 节",
        "leído: {n} de {of} secciones",
        "読了：{of}節中{n}節",
        "прочитано разделов: {n} из {of}",
    ),
    "read pages": (
        "read: {n} of {of} pages",
        "已读：{n}/{of} 页",
        "leído: {n} de {of} páginas",
        "読了：{of}ページ中{n}ページ",
        "прочитано страниц: {n} из {of}",
    ),
    "picked by": (
        "sentences picked from {source} by {model}",
        "由 {model} 从{source}中摘取的原句",
        "frases originales extraídas {source} por {model}",
        "{model} が{source}の原文から抜粋",
        "предложения оригинала, выбор: {model}, источник: {source}",
    ),
    "checked": (
        "{n} statements, each checked against its sentence by {judge}",
        "{n} 条陈述，均由 {judge} 对照原句核查",
        "{n} afirmaciones, cada una cotejada con su frase por {judge}",
        "記述{n}件、すべて {judge} が原文と照合",
        "утверждений: {n}, каждое сверено со своим предложением ({judge})",
    ),
    "one checked": (
        "1 statement, checked against its sentence by {judge}",
        "1 条陈述，由 {judge} 对照原句核查",
        "1 afirmación, cotejada con su frase por {judge}",
        "記述1件、{judge} が原文と照合",
        "1 утверждение, сверено со своим предложением ({judge})",
    ),
    "checked and picked": (
        "{n} statements checked against their sentences by {judge}, {m} in the paper’s own words",
        "{n} 条陈述由 {judge} 对照原句核查，{m} 条为论文原句",
        "{n} afirmaciones cotejadas con sus frases por {judge}, {m} en palabras del artículo",
        "記述{n}件は {judge} が原文と照合、{m}件は論文の原文",
        "утверждений: {n}, сверены с предложениями ({judge}); словами статьи: {m}",
    ),
    "one checked, others picked": (
        "1 statement checked against its sentence by {judge}, {m} in the paper’s own words",
        "1 条陈述由 {judge} 对照原句核查，{m} 条为论文原句",
        "1 afirmación cotejada con su frase por {judge}, {m} en palabras del artículo",
        "記述1件は {judge} が原文と照合、{m}件は論文の原文",
        "1 утверждение сверено с предложением ({judge}); словами статьи: {m}",
    ),
    "the same model": ("the same model", "同一模型", "el mismo modelo", "同じモデル", "та же модель"),
    "quoted": (
        "quotes found, meaning not checked",
        "引文已找到，含义未核查",
        "citas localizadas, significado sin comprobar",
        "引用は確認済み、意味は未確認",
        "цитаты найдены, смысл не проверен",
    ),
    "not translated": (
        "in English, not translated",
        "英文原文，未翻译",
        "en inglés, sin traducir",
        "英語のまま（未翻訳）",
        "на английском, без перевода",
    ),
    "no translation held": (
        "in English: no translation could be confirmed",
        "英文原文：译文均未能确认",
        "en inglés: no se pudo confirmar ninguna traducción",
        "英語のまま（確認できた訳文なし）",
        "на английском: ни один перевод не удалось подтвердить",
    ),
    "original": ("(original)", "（原文）", "(original)", "（原文）", "(оригинал)"),
    "evidence": ("Evidence", "依据", "Evidencia", "根拠", "Подтверждения"),
    "why": ("Why?", "为什么？", "¿Por qué?", "なぜ？", "Почему?"),
    "vote": ("Vote on a paper …", "评价论文……", "Votar un artículo…", "論文を評価…", "Оценить статью…"),
    "evidence by statement": (
        "evidence by statement",
        "各条陈述的依据",
        "evidencia de cada afirmación",
        "記述ごとの根拠",
        "подтверждения по утверждениям",
    ),
    "full text": ("full text", "全文", "texto completo", "全文", "полный текст"),
    "no summary": (
        "not summarized yet; this is the abstract",
        "尚未总结；以下为摘要原文",
        "aún sin resumir; este es el resumen original",
        "未要約のため要旨を表示",
        "ещё не реферировано; показана аннотация",
    ),
    "background": ("Background", "背景", "Contexto", "背景", "Предыстория"),
    "prior work": (
        "Prior work and its gap",
        "已有工作及其不足",
        "Trabajo previo y sus carencias",
        "先行研究と課題",
        "Прежние работы и пробел",
    ),
    "method": ("Method", "方法", "Método", "手法", "Метод"),
    "results": ("Results", "结果", "Resultados", "結果", "Результаты"),
    "methods": ("Step by step", "方法步骤", "Paso a paso", "手法の詳細", "Шаг за шагом"),
    "significance": ("Significance", "意义", "Relevancia", "意義", "Значимость"),
    "innovation": ("Innovation", "创新", "Innovación", "新規性", "Новизна"),
    "performance": ("Performance", "性能", "Rendimiento", "性能", "Качество"),
    "workload": ("Workload", "工作量", "Carga de trabajo", "作業量", "Объём работы"),
    "conclusion": ("Conclusion", "结论", "Conclusión", "結論", "Вывод"),
    "takeaways": ("Key takeaways", "要点", "Ideas clave", "要点", "Главное"),
    "summary": ("Summary", "总结", "Síntesis", "要約", "Кратко"),
    "deep": ("Deep reading", "深入解读", "Lectura a fondo", "詳細解説", "Подробный разбор"),
    "figure": ("Figure {n}", "图 {n}", "Figura {n}", "図{n}", "Рисунок {n}"),
    "figures": ("Figures", "图", "Figuras", "図", "Рисунки"),
    "figure licence": (
        "figures: {licence}",
        "图片许可：{licence}",
        "figuras: {licence}",
        "図のライセンス：{licence}",
        "рисунки: {licence}",
    ),
    "page": ("p. {n}", "第 {n} 页", "pág. {n}", "{n}ページ", "с. {n}"),
    "digest": ("New on arXiv", "arXiv 新论文", "Novedades en arXiv", "arXiv 新着", "Новое на arXiv"),
    "n of m": (
        "{n} of {of} new papers match",
        "{of} 篇新论文中有 {n} 篇匹配",
        "coinciden {n} de {of} artículos nuevos",
        "新着{of}件中{n}件が一致",
        "подходят {n} из {of} новых статей",
    ),
    "doubtful": (
        "A message of the digest of {day} may not have arrived; this cannot be checked.",
        "{day} 摘要中的一条消息可能未送达：无法得知。",
        "Quizá no llegó un mensaje del resumen del {day}: nadie puede saberlo.",
        "{day}のダイジェストのメッセージ1通が届いていない可能性があります。確認する方法はありません。",
        "Одно сообщение дайджеста за {day} могло не дойти: узнать это нельзя.",
    ),
    "send again": ("Send it again", "重新发送", "Enviarlo de nuevo", "もう一度送る", "Отправить ещё раз"),
    "also": ("Also matching", "其他匹配论文", "También coinciden", "その他の一致", "Также подходят"),
    "and more papers": ("… and {n} more", "……另有 {n} 篇", "… y {n} más", "…ほか{n}件", "… и ещё {n}"),
    "nothing": (
        "Nothing new for your topics.",
        "您的主题暂无新论文。",
        "Nada nuevo para sus temas.",
        "トピックに一致する新着はありません。",
        "По вашим темам нет нового.",
    ),
    "archive": ("Archive", "存档", "Archivo", "アーカイブ", "Архив"),
    "days": ("Days", "日期", "Días", "日付", "Дни"),
    "topics": ("Topics", "主题", "Temas", "トピック", "Темы"),
    "paper": ("{n} paper", "{n} 篇论文", "{n} artículo", "論文{n}件", "статей: {n}"),
    "papers": ("{n} papers", "{n} 篇论文", "{n} artículos", "論文{n}件", "статей: {n}"),
    "no papers": (
        "No papers yet.",
        "尚无论文。",
        "Aún no hay artículos.",
        "まだ論文はありません。",
        "Статей пока нет.",
    ),
    "about archive": (
        "Paperboy’s archive: new arXiv papers by topic",
        "Paperboy 存档：按主题整理的 arXiv 新论文",
        "Archivo de Paperboy: artículos nuevos de arXiv por tema",
        "Paperboy のアーカイブ：トピック別の arXiv 新着論文",
        "Архив Paperboy: новые статьи arXiv по темам",
    ),
    "from sample": (
        "made from a bundled sample",
        "由自带示例生成",
        "hecho con una muestra incluida",
        "付属のサンプルから作成",
        "собрано из прилагаемого примера",
    ),
    "feed": ("Atom feed", "Atom 订阅", "Fuente Atom", "Atomフィード", "Лента Atom"),
    "older": ("older", "更早", "anterior", "前へ", "раньше"),
    "newer": ("newer", "更新", "siguiente", "次へ", "позже"),
    "footer": (
        "Metadata from arXiv. Thank you to arXiv for use of its open access interoperability.",
        "元数据来自 arXiv。感谢 arXiv 提供开放获取的互操作接口。",
        "Metadatos de arXiv. Gracias a arXiv por su interoperabilidad de acceso abierto.",
        "メタデータはarXivより。オープンアクセスの相互運用性を提供するarXivに感謝します。",
        "Метаданные arXiv. Спасибо arXiv за открытый доступ к данным.",
    ),
    "authors": ("Authors", "作者", "Autores", "著者", "Авторы"),
    "version": ("version {n}", "版本 {n}", "versión {n}", "第{n}版", "версия {n}"),
}

_COLUMNS = ("en", "zh", "es", "ja", "ru")
CATALOG: dict[str, dict[str, str]] = {
    language: {key: row[index] for key, row in (_ROWS | NOTES | REASONS).items()}
    for index, language in enumerate(_COLUMNS)
} | {"zh-Hant": TRADITIONAL_CHINESE}
LABEL_LANGUAGES = tuple(CATALOG)

# Chinese and Japanese write months as numbers. Russian has the genitive here, as dates need it.
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def interface_language(language: str) -> str:
    """The language of our own labels for a language code: "zh-CN" → "zh"; English if there are no labels in it."""
    # The exact code first: "zh-Hant" has labels of its own and must not become "zh".
    code = canonical(language)
    return code if code in CATALOG else primary(code) if primary(code) in CATALOG else "en"


def label(key: str, language: str, **values: object) -> str:
    """The label `key` in `language` with its values filled in."""
    text = CATALOG[interface_language(language)][key]
    return text.format(**values) if values else text


def format_date(day: date, language: str) -> str:
    """A date as it is usually written in a language: "2 June 2026", "2026年6月2日"."""
    code = interface_language(language)
    if code in ("zh", "zh-Hant", "ja"):
        return f"{day.year}年{day.month}月{day.day}日"
    month = _MONTHS[code].split()[day.month - 1]
    if code == "es":
        return f"{day.day} de {month} de {day.year}"
    return f"{day.day} {month} {day.year}"


def format_window(window: Window, language: str) -> str:
    """The first and last day of a window, or the only one."""
    if window.first == window.last:
        return format_date(window.last, language)
    return f"{format_date(window.first, language)} – {format_date(window.last, language)}"
