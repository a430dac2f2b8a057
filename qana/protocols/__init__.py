"""How a model is judged: each protocol a file, each with a report in models/protocols/."""
