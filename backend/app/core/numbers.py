"""Whole numbers as people and programs type them."""


def whole_number(text: str, *, most_digits: int = 15) -> int | None:
    """The number that these digits write; None for anything else: other scripts' digits, `²`, signs, or too many."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most_digits else None
