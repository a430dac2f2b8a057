"""What a person can put right."""


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence that says what to do."""


def left_out(error: ModuleNotFoundError) -> str:
    """One sentence for who asks for what the light installation leaves out."""
    return (
        f"This needs {error.name}, which the light installation leaves out: install the whole with "
        "`python3.11 run.py app`."
    )
