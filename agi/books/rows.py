"""What the writer writes: one SQL text, or two, for each thing that happens to a call."""

from enum import Enum


class Row(Enum):
    """What can be handed over; each value is the SQL that writes it, with one set of parameters for all of it."""

    BEGIN = (
        """INSERT INTO calls (id, caller_hash, caller, started) VALUES (?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            caller_hash = coalesce(caller_hash, excluded.caller_hash),
            caller = CASE caller WHEN '' THEN excluded.caller ELSE caller END,
            started = min(started, excluded.started)""",
    )
    EVENT = (
        """INSERT INTO events (call, at, kind, node, prompts, result, mode, attempt, value, took_ms, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
    )
    ABOUT = ("""UPDATE calls SET about_hash = ?, about = ? WHERE id = ?""",)
    END = (
        """INSERT INTO calls (id, started, ended, outcome, place, why) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET
            ended = max(started, coalesce(ended, ''), excluded.ended),
            outcome = iif(coalesce(outcome, 'transferred') = 'transferred', excluded.outcome, outcome),
            place = iif(coalesce(outcome, 'transferred') = 'transferred', excluded.place, place),
            why = iif(coalesce(outcome, 'transferred') = 'transferred'
                          OR (outcome, why, place) = (excluded.outcome, 'hung up', excluded.place), excluded.why, why),
            afterwards = iif(coalesce(outcome, 'transferred') = 'transferred' OR excluded.place <> 'queue'
                                 OR (outcome, place, why) = (excluded.outcome, excluded.place, excluded.why),
                             afterwards, trim(excluded.outcome || ': ' || excluded.why, ': '))""",
    )
    RESUME = (
        """INSERT INTO events (call, at, kind, node, prompts, result, mode, attempt, value, took_ms, detail)
        SELECT id, ended, 'noted', 'queue', '[]', outcome, '', 0, '', 0, why
        FROM calls WHERE id = ? AND ended IS NOT NULL""",
        """UPDATE calls SET ended = NULL, outcome = NULL, place = '', why = '', afterwards = '' WHERE id = ?""",
    )
