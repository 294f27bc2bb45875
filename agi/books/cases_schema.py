"""The tables of `cases.db`: what calls were about, by their numbers, and who is to be called back."""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("cases")


@SCHEMA()
def cases_and_callbacks(db: Database) -> None:
    """The first tables. Of a caller a keyed hash is kept; of who is to be called back the number, until it is over."""
    for statement in (
        """CREATE TABLE cases (
            number TEXT PRIMARY KEY,
            call TEXT NOT NULL UNIQUE,
            caller BLOB NOT NULL,
            opened TEXT NOT NULL,
            changed TEXT NOT NULL,
            topic TEXT NOT NULL,
            verified TEXT NOT NULL,
            reached TEXT NOT NULL,
            about TEXT NOT NULL,
            status TEXT NOT NULL,
            joined TEXT,
            dropped TEXT
        ) STRICT, WITHOUT ROWID""",
        """CREATE INDEX cases_dropped ON cases (caller, dropped) WHERE dropped IS NOT NULL""",
        """CREATE TABLE callbacks (
            id TEXT PRIMARY KEY,
            case_number TEXT NOT NULL,
            caller BLOB NOT NULL,
            number TEXT NOT NULL,
            account TEXT NOT NULL,
            code TEXT NOT NULL,
            joined TEXT NOT NULL,
            asked TEXT NOT NULL,
            due TEXT NOT NULL,
            expires TEXT NOT NULL,
            changed TEXT NOT NULL,
            state TEXT NOT NULL,
            tries INTEGER NOT NULL,
            call TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE INDEX callbacks_by_state ON callbacks (state, joined)""",
    ):
        db.execute(statement)
