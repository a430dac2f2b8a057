"""Reports: facts, model cards, README and results, the report on a diagnosis, the handout."""
