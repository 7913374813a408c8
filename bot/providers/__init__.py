"""Requests to the providers of models, whatever they are for: the clients of their APIs, and what all requests share.

gemini_api, openai_api   the client of one provider each, and its errors by type
metered_requests         one retry after a short fault, inside budget, slots and pauses:
budget                   the meter that reserves requests and tokens before they are used and settles them after
                         (`process_usage` counts them where there is no store)
slots                    how many requests run at the same time, and which of those that wait is sent next
pauses                   models that are down or over their quota are asked by nobody for a while
"""
