"""Names of the deployed models."""

DEFAULT_MODEL = "akida2"
