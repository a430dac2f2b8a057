"""Parts of the page Model facts, a file a question."""
