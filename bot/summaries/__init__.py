"""Summaries: by models behind two SDKs, or extracted by rules, and the checks that keep both true to the paper.

The steps of a summary, with the module of each:

    providers           the models that MODEL and MODEL_JUDGE name; a new provider is added here
    google, openai      one provider each: a request and its completion (`bot.providers` has the clients of the APIs)
    model_client        the interface `Model` of every provider; asks one inside the budget (`bot.providers`)
    fallback            the order of the models: one that cannot serve gives way to the next
    model_summarizer    brief summaries by one model (`brief_replies`), several abstracts in one request
    deep_reader         deep summaries: `facts` once in English, then in other languages (`translation`)
    prompt_building     fills the files of `prompts/` with the numbered sentences of a `source_text` (`sentences` splits
                        it, `sections` chooses what of a full text fits) and the terms of `glossary`
    reply_schema        the shape that is asked for; reply_parsing (with json_repair) reads the reply
    claim_drafts        each claim with the sentences that it names, and what the rules on claims say of it (below)
    judge               asks a model whether the sentences support each claim (`statements`): `judge_questions`, among
                        them `canaries` (`altered_sentences`) that show whether it can be believed, and `judge_answers`
    settling            which claims are shown in the model's words, and for which the paper's sentence stands
    extractive          the summary without a model: `abstract_sentences` with their `sentence_roles`, of which
                        `headline_choice` (with `headline_shortening`) and `takeaway_choice` choose
    extractive_deep     its parts from a full text: `full_text_sentences` lists the sentences that stand alone, without
                        what points elsewhere (`sentence_cleaning`); `deep_parts` and `deep_results` say by `deep_cues`
                        and by the names of the paper's own work (`own_names`) which part a sentence belongs to, and
                        `repetition` leaves out what the card tells already

The rules that these share:

    claim_checks        what no claim may contain (`forbidden_text`, `language_check`), and why a claim is doubted:
                        `negations`, `directions`, `sides`, `overstatement`, `wording`, `names`, and its numbers
                        (`numbers`, `numerals`, `number_support`, `number_binding`); `word_lists` reads their words
    term_checks         which keywords of a model are shown
    keywords            the keywords of an extractive summary: `noun_phrases`, weighed by how rare they are in the store
                        (`term_background`) or in a bundled table (`term_counts`)
    self_contained      whether a sentence is understood without those around it: `openings`, `definite_nouns`,
                        `complete_sentences`; `patterns` has what these rules share
    planted_orders      sentences that give orders to a summarizer, by `order_phrases` and `order_phrases_by_language`
    quotes              whether two passages say the same words
    offloading          runs the checks outside the event loop

A model's words are shown only if a judge found them supported by the sentences that they name. Nothing falls back
silently: a summary's provenance says what made it, from what, in whose place, and what was dropped.

To add a provider: write its client in `bot.providers`, which raises its errors as the types that `Model.complete`
names, implement `model_client.Model` in a module of its own, build it in `providers._model`, let `bot.settings` accept
its name, and give the fake server of `tests/fakes/models.py` its API, so that `tests/summaries/test_adapters.py` runs
on it too.
"""
