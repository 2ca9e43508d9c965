"""Writes examples/*/events.jsonl anew: `python examples/make_events.py`. Seeded: every run gives the same bytes.

One line an event: a CloudEvent whose time is `day` (0 is the season's first) and `at` (KST). `late: 1` reaches the
service on the day after; a line that stands twice is an event that was sent twice.
"""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
DAYS = 10
COPIES, LATE = 0.04, 0.05  # what a real queue does to events
Line = dict[str, Any]


class Book:
    """The lines of one host."""

    def __init__(self, source: str, dice: random.Random) -> None:
        self.source, self.dice = source, dice
        self.lines: list[Line] = []

    def add(self, day: int, hours: tuple[int, int], event_type: str, subject: str, **data: Any) -> Line:
        dice = self.dice
        at = f"{dice.randrange(*hours):02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}"
        line = {"day": day, "at": at, "id": f"{event_type.partition('.')[0]}-{len(self.lines):05d}"}
        line |= {"source": self.source, "type": event_type, "subject": subject, "data": data}
        if dice.random() < LATE and day < DAYS - 1:
            line["late"] = 1
        self.lines.append(line)
        return line

    def text(self) -> str:
        """In the order in which the service gets them: day by day, shuffled a little, some of them twice."""
        sent = [line for line in self.lines for _ in range(2 if self.dice.random() < COPIES else 1)]
        self.dice.shuffle(sent)
        sent.sort(key=lambda line: (line["day"] + line.get("late", 0), line["at"][:2]))
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in sent)


def lecture(book: Book) -> None:
    """Learners come, finish lectures, pass quizzes; some subscribe, and some of those leave again."""
    dice = book.dice
    for number in range(90):
        who, zeal = f"learner-{number:03d}", dice.uniform(0.3, 0.95)
        for day in (day for day in range(DAYS) if dice.random() < zeal):
            book.add(day, (8, 10), "attendance.checked", who)
            for _ in range(dice.randrange(4)):
                book.add(day, (10, 22), "lecture.completed", who, lecture_id=f"L-{dice.randrange(40)}",
                         minutes=dice.choice([4, 18, 25, 42]))  # fmt: skip
            if dice.random() < 0.4:
                book.add(day, (20, 24), "quiz.passed", who, quiz_id=f"Q-{dice.randrange(12)}",
                         score=dice.randrange(50, 101))  # fmt: skip
        if number % 6 == 0:
            start = dice.randrange(6)
            book.add(start, (9, 12), "subscription.started", who, plan="PLUS")
            if number % 18 == 0:
                book.add(start + 3, (12, 15), "subscription.ended", who, plan="PLUS")


def lms(book: Book) -> None:
    """Students buy courses and get on with them; progress comes as a percentage, sometimes corrected downwards."""
    dice = book.dice
    for number in range(100):
        who = f"student-{number:03d}"
        for course in dice.sample(range(12), dice.randrange(1, 5)):
            day = dice.randrange(3)
            bought = book.add(day, (9, 12), "course.purchased", who, course_id=f"C-{course}", price=49_000)
            percent, steady = 0, dice.choice([4, 9, 14])
            for later in range(day, DAYS):
                percent = min(100, percent + dice.randrange(steady * 2))
                shown = max(0, percent - dice.choice([0, 0, 0, 0, 7]))
                book.add(later, (13, 23), "progress.updated", who, course_id=f"C-{course}", percent=shown)
            if dice.random() < 0.12:
                order = bought["id"]
                book.add(DAYS - 2, (9, 22), "course.refunded", who, course_id=f"C-{course}", purchase=order)


def vod(book: Book) -> None:
    """Viewers watch titles to some point, often the same twice; the player reports the week's minutes as a total."""
    dice = book.dice
    for number in range(100):
        who, zeal, minutes = f"viewer-{number:03d}", dice.uniform(0.2, 0.95), {0: 0, 1: 0}
        for day in (day for day in range(DAYS) if dice.random() < zeal):
            for _ in range(dice.randrange(1, 5)):
                title, percent = f"T-{dice.randrange(60)}", dice.choice([12, 55, 89, 90, 97, 100])
                minutes[day // 7] += percent // 2
                book.add(day, (12, 24), "video.watched", who, title_id=title, percent=percent)
                total = max(0, minutes[day // 7] - dice.choice([0, 0, 0, 11]))
                book.add(day, (12, 24), "minutes.total", who, week=day // 7, total=total)


def focus(book: Book) -> None:
    """People work in sessions, alone or in rooms; some work more than any day's cap pays."""
    dice = book.dice
    for number in range(90):
        who, room = f"worker-{number:03d}", f"ROOM_{number % 9}"
        for day in (day for day in range(DAYS) if dice.random() < 0.75):
            for _ in range(dice.choice([1, 2, 3, 4, 8])):
                book.add(day, (6, 24), "session.finished", who, room=room, minutes=dice.choice([5, 15, 25, 25, 50]))


HOSTS: dict[str, Callable[[Book], None]] = {"lecture": lecture, "lms": lms, "vod": vod, "focus": focus}


def events_of(host: str) -> str:
    """The whole file of one host."""
    book = Book(f"/{host}", random.Random(f"dojang:{host}"))
    HOSTS[host](book)
    return book.text()


if __name__ == "__main__":
    for name in HOSTS:
        (HERE / name / "events.jsonl").write_text(events_of(name), encoding="utf-8")
