"""Whose things are: some are for the players of every host, others for those of one. The one place that decides it.

To everybody else they are as if they were not there: not listed, not found, never counted.
"""


def is_open(owner: int | None, host_id: int) -> bool:
    """Whether what belongs to `owner` (None: to all) is for the players of this host."""
    return owner is None or owner == host_id


class Belonging:
    """What players see or join, and that names its host: `host_id` None is for the players of every host."""

    __slots__ = ()

    host_id: int | None

    def is_open_to(self, host_id: int) -> bool:
        """Whether players of this host see it and may take part."""
        return is_open(self.host_id, host_id)
