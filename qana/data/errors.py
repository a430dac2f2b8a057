"""What can be wrong with data that a user hands over."""

from qana.errors import UserError


class DataError(UserError):
    """Data that cannot be used."""
