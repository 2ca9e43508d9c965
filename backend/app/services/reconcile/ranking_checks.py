"""Uploaded rankings: every entry belongs to a day that was uploaded."""

from app.services.reconcile.check import Check

RANKING_CHECKS: tuple[Check, ...] = (
    Check(
        "I23 ranking has its day",
        "no rank is below one, and every one is of a day that was uploaded",
        """
        SELECT e.rank_date, e.rank_no FROM daily_ranking_entries e
        LEFT JOIN daily_rankings d ON d.rank_date = e.rank_date WHERE d.rank_date IS NULL OR e.rank_no < 1
        """,
    ),
)
