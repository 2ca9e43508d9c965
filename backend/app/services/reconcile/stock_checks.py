"""Prizes with stock: initial + restocks - left = units won."""

from app.services.reconcile.check import Check

STOCK_CHECKS: tuple[Check, ...] = (
    Check(
        "I16 stock = start + restocks",
        "what there was of a prize is what it started with and what operators added",
        """
        SELECT s.feature_type, s.prize_id, s.supply, l.units, l.started FROM prize_stock s
        LEFT JOIN (
            SELECT feature_type, prize_id, SUM(delta) AS units,
                   SUM(CASE reason WHEN 'STARTED' THEN delta ELSE 0 END) AS started
            FROM prize_stock_log GROUP BY feature_type, prize_id
        ) l ON l.feature_type = s.feature_type AND l.prize_id = s.prize_id
        WHERE l.units IS NULL OR l.units <> s.supply OR l.started <> s.started_with
        """,
    ),
    Check(
        "I16 stock - left = won",
        "a prize's units are given away once each, numbered without a gap, never more than there are",
        """
        SELECT g.feature_type, g.stock_prize_id, g.given, g.newest, s.supply FROM (
            SELECT feature_type, stock_prize_id, COUNT(*) AS given, MIN(stock_unit_no) AS oldest,
                   MAX(stock_unit_no) AS newest
            FROM game_plays WHERE stock_prize_id IS NOT NULL GROUP BY feature_type, stock_prize_id
        ) g LEFT JOIN prize_stock s ON s.feature_type = g.feature_type AND s.prize_id = g.stock_prize_id
        WHERE s.supply IS NULL OR g.given > s.supply OR g.given <> g.newest OR g.oldest <> 1
        """,
    ),
)
