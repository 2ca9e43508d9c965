"""Which of our two languages a reader gets."""

KOREAN, ENGLISH = "ko", "en"
LANGUAGES = (KOREAN, ENGLISH)
MOST_TAGS = 20  # no browser sends more; a longer list is somebody's experiment


def preferred_language(accept: str) -> str:
    """`ko` or `en`: whichever an Accept-Language header prefers; Korean when it says neither."""
    wanted: list[tuple[float, str]] = []
    for part in accept.split(",")[:MOST_TAGS]:
        tag, _, weight = part.partition(";")
        name, quality = tag.strip().lower().split("-")[0], weight.strip().removeprefix("q=")
        if name in LANGUAGES and _number(quality) > 0:
            wanted.append((_number(quality), name))
    return max(wanted, key=lambda item: item[0])[1] if wanted else KOREAN


def _number(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0
