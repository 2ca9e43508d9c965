"""Facts that must hold whatever the input; a breach is a bug of ours, never a refusal to a client."""


class InvariantBroken(Exception):
    """Something that can't be true was found true. The transaction is rolled back and the request answers 500."""


def require(condition: bool, fact: str) -> None:
    """Returns when the condition holds; raises InvariantBroken naming the fact otherwise."""
    if not condition:
        raise InvariantBroken(fact)
