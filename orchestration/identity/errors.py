"""What stops a resolution, said so that a person can mend it."""


class IdentityError(ValueError):
    """An override, a seed or a file of the resolution is wrong; the message names the mend."""
