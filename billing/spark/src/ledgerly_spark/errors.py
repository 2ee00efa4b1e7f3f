"""What can go wrong."""


class NotWholeError(Exception):
    """A split, or the whole output, is not what was sent: nothing of it may be used."""


class UsageError(Exception):
    """The job was asked for something that it does not allow."""
