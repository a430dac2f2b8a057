"""What can go wrong with an explanation."""

from qana.errors import UserError


class ExplanationError(UserError):
    """A map that cannot be made; the message is one sentence that says why."""
