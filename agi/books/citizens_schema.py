"""The tables of `citizens.db`: what networks may still ask, challenges that are used up, chats of now."""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("citizens")


@SCHEMA()
def rates_spent_lines(db: Database) -> None:
    """The first tables. Networks and sessions are keyed hashes; what was written is masked; all of it is sealed."""
    for statement in (
        "CREATE TABLE rates (key BLOB PRIMARY KEY, free_at REAL NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE spent (challenge BLOB PRIMARY KEY, until REAL NOT NULL) STRICT, WITHOUT ROWID",
        """CREATE TABLE lines (
            seq INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            session BLOB NOT NULL,
            at TEXT NOT NULL,
            own INTEGER NOT NULL,
            text BLOB NOT NULL
        ) STRICT""",
        "CREATE INDEX lines_of ON lines (session, seq)",
        "CREATE INDEX lines_at ON lines (at)",
    ):
        db.execute(statement)
