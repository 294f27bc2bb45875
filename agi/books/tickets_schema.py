"""The tables of `tickets.db`: tickets, and what the office noted about them."""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("tickets")


@SCHEMA()
def tickets_and_notes(db: Database) -> None:
    """The first tables. Of a PIN a keyed hash is kept; of a person the number to call, where one was left."""
    for statement in (
        """CREATE TABLE tickets (
            id TEXT PRIMARY KEY,
            number TEXT NOT NULL UNIQUE,
            category TEXT NOT NULL,
            channel TEXT NOT NULL,
            call TEXT NOT NULL,
            opened TEXT NOT NULL,
            changed TEXT NOT NULL,
            state TEXT NOT NULL,
            mark TEXT NOT NULL,
            due TEXT,
            message_s REAL NOT NULL,
            answer TEXT NOT NULL,
            pin BLOB NOT NULL,
            callback TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE INDEX tickets_by_state ON tickets (state, due)""",
        """CREATE TABLE notes (
            seq INTEGER PRIMARY KEY,
            ticket TEXT NOT NULL REFERENCES tickets (id),
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            text TEXT NOT NULL
        ) STRICT""",
        """CREATE INDEX notes_of ON notes (ticket)""",
    ):
        db.execute(statement)


@SCHEMA()
def reason_of_tickets(db: Database) -> None:
    """What the hotline found out about a NIK that an institution refused; the NIK itself is sealed."""
    for column in ("reason TEXT NOT NULL DEFAULT ''", "refused_by TEXT NOT NULL DEFAULT ''"):
        db.execute(f"ALTER TABLE tickets ADD COLUMN {column}")
    db.execute("ALTER TABLE tickets ADD COLUMN nik BLOB NOT NULL DEFAULT x''")


@SCHEMA()
def life_events(db: Database) -> None:
    """A life event that was reported ahead: what, on which day, and in which region it is completed."""
    for column in ("event TEXT NOT NULL DEFAULT ''", "event_day TEXT", "region TEXT NOT NULL DEFAULT ''"):
        db.execute(f"ALTER TABLE tickets ADD COLUMN {column}")


@SCHEMA()
def fraud_in_tickets(db: Database) -> None:
    """From which number a fraud came, and what it was after."""
    for column in ("suspect TEXT NOT NULL DEFAULT ''", "asked_for TEXT NOT NULL DEFAULT ''"):
        db.execute(f"ALTER TABLE tickets ADD COLUMN {column}")
