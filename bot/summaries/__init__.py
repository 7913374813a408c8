"""Summaries: by models behind two SDKs, or extracted by rules, and the checks that keep both true to the paper.

The steps of a summary, with the module of each:

    providers           the models that MODEL names; a new provider is added here
    google, openai      one provider each: a request, a completion, and its errors by type
    model_client        the interface `Model` of every provider, the budget and one retry
    budget              limits of a day and a minute, and the meter that counts requests and tokens
    fallback            the order of the models: one that cannot serve is paused and gives way to the next
    model_summarizer    brief summaries by one model, several abstracts in one request
    deep_reader         deep summaries: `facts` once in English, then translated
    prompt_building     fills the files of `prompts/`; `sections` chooses what of a full text fits; `glossary` the terms
    reply_schema        the shape that is asked for; reply_parsing (with json_repair) reads the reply
    reply_checks        what of a reply is shown, dropped or asked for again
    claim_checks        one claim against its `source_text`: quote (`quotes`), numbers (`numbers`, `numerals`), `names`,
                        language (`language_check`), forbidden text (`forbidden_text`), subject, negation
    extractive          the summary without a model (`headline_shortening`, `sentence_roles`, `sentences`, `keywords`)
    extractive_deep     its parts from a full text: `full_text_sentences` lists the sentences that stand alone, without
                        what points elsewhere (`sentence_cleaning`); `deep_parts` and `deep_results` say by `deep_cues`
                        and by the names of the paper's own work (`own_names`) which part a sentence belongs to

A statement of a model is shown only with a quote that is in the paper and supports it. Nothing falls back silently:
a summary's provenance says what made it, from what, in whose place, and what was dropped.

To add a provider: implement `model_client.Model` in a module of its own, raise its errors as the types that `complete`
names, build it in `providers._model`, let `bot.settings` accept its name, and give the fake server of
`tests/fakes/models.py` its API, so that `tests/summaries/test_adapters.py` runs on it too.
"""
