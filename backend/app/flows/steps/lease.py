"""Working under a lease: each chunk of a job proves that it is still the owner, in its own transaction."""

from app.domain.jobs import JobRun, Lease, LeaseLost
from app.services import Services


async def hold(keepers: Services, lease: Lease) -> JobRun:
    """The run as it stands, locked until the commit; raises LeaseLost when another worker has taken it over."""
    run = await keepers.job.hold(lease)
    if run is None:
        raise LeaseLost(lease.slot.job)
    return run
