"""The tables of `safety.db`: whom the hotline has called, and which NIKs nobody may ask it about. Keyed hashes only."""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("safety")


@SCHEMA()
def outgoing_and_frozen(db: Database) -> None:
    """The first tables."""
    for statement in (
        """CREATE TABLE outgoing (
            seq INTEGER PRIMARY KEY, callee BLOB NOT NULL, ticket TEXT NOT NULL, at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX outgoing_to ON outgoing (callee, at)",
        "CREATE INDEX outgoing_at ON outgoing (at)",
        "CREATE TABLE frozen (nik BLOB PRIMARY KEY, at TEXT NOT NULL, call TEXT NOT NULL) STRICT, WITHOUT ROWID",
    ):
        db.execute(statement)
