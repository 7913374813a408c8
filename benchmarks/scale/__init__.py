"""One real day for thousands of chats: what matching, choosing, composing, leasing and looking on cost."""
