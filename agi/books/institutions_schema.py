"""The tables of `institutions.db`: who may ask about a NIK, and each question that was asked."""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("institutions")


@SCHEMA()
def institutions_and_queries(db: Database) -> None:
    """The first tables. Of PINs and NIKs keyed hashes are kept."""
    for statement in (
        """CREATE TABLE institutions (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            daily INTEGER NOT NULL,
            added TEXT NOT NULL,
            pin BLOB NOT NULL,
            removed TEXT
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE queries (
            seq INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            institution TEXT NOT NULL REFERENCES institutions (id),
            purpose TEXT NOT NULL,
            nik BLOB NOT NULL,
            call TEXT NOT NULL,
            told TEXT NOT NULL
        ) STRICT""",
        """CREATE INDEX queries_of ON queries (institution, at)""",
        """CREATE INDEX queries_by_time ON queries (at)""",
    ):
        db.execute(statement)
