"""How close papers are to topics, interests and what chats like. `measuring.PaperRelevance` implements the port.

1. `terms` cuts a text into terms: stems of words, and pairs of neighbours. A term is handled by its key, a hash.
2. `term_table` knows in how many papers each term occurs, and a vector for each frequent one (`starter`: the bundled
   table, which the store's own counts are added to).
3. `paper_block` holds the features of papers as arrays, `paper_memory` as many blocks as fit into its limit.
4. `queries` turns a topic into weights of terms; `scores` has the formulas, `weights` every number in them.
5. `model_weights` reads a chat's model. `learner_process` starts `learner`, which trains with scikit-learn by
   `training`, from the examples that `training_set` weights.
6. `vector_process` starts `vector_maker`, which makes vectors of terms from the store's own papers with scikit-learn by
   `term_vectors`; `own_vectors` packs them.

Only these processes (`line_process` on the service's side, `line_answers` on theirs) import scikit-learn.

`embeddings` is optional: vectors of texts, made by a model.
"""
