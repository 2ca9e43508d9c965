"""Teams: ranks that stand are those of the members' scores, and what was paid belongs to a member."""

from app.services.reconcile.check import Check

TEAM_CHECKS: tuple[Check, ...] = (
    Check(
        "I8 team = members",
        "the score of a team's rank is what its members added",
        """
        SELECT r.contest_id, r.team_id, r.score, COALESCE(SUM(m.score), 0) FROM team_results r
        LEFT JOIN team_members m ON m.contest_id = r.contest_id AND m.team_id = r.team_id
        GROUP BY r.contest_id, r.team_id, r.score HAVING r.score <> COALESCE(SUM(m.score), 0)
        """,
    ),
    Check(
        "I8 member is of the contest",
        "every member is in a team of the contest, and no day counted more than the whole",
        """
        SELECT m.contest_id, m.user_id, m.team_id FROM team_members m JOIN teams t ON t.id = m.team_id
        WHERE t.contest_id <> m.contest_id OR (m.reached_at IS NULL AND m.score <> 0)
        """,
    ),
    Check(
        "I13 contest = ranks",
        "a contest that is over has a rank for each of its teams, an open one none",
        """
        SELECT c.id, c.state, COUNT(t.id), COUNT(r.team_id) FROM team_contests c
        LEFT JOIN teams t ON t.contest_id = c.id AND t.closed_at IS NULL
        LEFT JOIN team_results r ON r.contest_id = c.id AND r.team_id = t.id
        GROUP BY c.id, c.state
        HAVING COUNT(r.team_id) <> CASE WHEN c.state = 'OPEN' THEN 0 ELSE COUNT(t.id) END
        """,
    ),
    Check(
        "I9 team reward had a rank",
        "every reward of a contest belongs to a member of a team that has a rank",
        """
        SELECT l.operation_id FROM reward_log l WHERE l.source = 'TEAM' AND NOT EXISTS (
            SELECT 1 FROM team_members m JOIN team_contests c ON c.id = m.contest_id
            JOIN team_results r ON r.contest_id = m.contest_id AND r.team_id = m.team_id
            WHERE m.user_id = l.user_id AND m.score > 0
                AND INSTR(CONCAT(l.operation_id, '#'), CONCAT('TEAM:', c.code, ':', m.user_id, '#')) = 1
        )
        """,
    ),
    Check(
        "I13 run = team rewards",
        "a settlement's run counted the members who are in the reward log",
        """
        SELECT r.id, r.subject, r.done_count, COUNT(l.id) FROM job_runs r
        LEFT JOIN reward_log l ON l.source = 'TEAM' AND INSTR(l.operation_id, '#') = 0
            AND INSTR(l.operation_id, CONCAT('TEAM:', r.subject, ':')) = 1
        WHERE r.job = 'team_settlement' GROUP BY r.id, r.subject, r.done_count HAVING r.done_count <> COUNT(l.id)
        """,
    ),
)
