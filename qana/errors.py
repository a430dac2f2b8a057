"""What a person can put right."""


class UserError(ValueError):
    """Input that cannot be used; the message is one sentence that says what to do."""
