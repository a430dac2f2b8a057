"""Facts, model cards, README tables, the report of one diagnosis, the handout."""
