"""The tables of `mailbox.db`: messages, their answers until these are sent, numbers that wait for proof, threads."""

from sqlite_utils import Database, Migrations

SCHEMA = Migrations("mailbox")


@SCHEMA()
def inbox_outbox_halves(db: Database) -> None:
    """The first tables. What is sealed is gone once nobody needs it; what stays is masked."""
    for statement in (
        """CREATE TABLE inbox (
            seq INTEGER PRIMARY KEY,
            door TEXT NOT NULL,
            message TEXT NOT NULL,
            sender BLOB,
            address BLOB,
            body BLOB,
            masked TEXT NOT NULL,
            intent TEXT NOT NULL DEFAULT '',
            came TEXT NOT NULL,
            state TEXT NOT NULL,
            UNIQUE (door, message)
        ) STRICT""",
        """CREATE INDEX inbox_to_do ON inbox (state, seq) WHERE state = 'new'""",
        """CREATE TABLE outbox (
            seq INTEGER PRIMARY KEY REFERENCES inbox (seq),
            door TEXT NOT NULL,
            token TEXT NOT NULL UNIQUE,
            address BLOB,
            body BLOB,
            masked TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            next_at TEXT NOT NULL,
            why TEXT NOT NULL
        ) STRICT""",
        """CREATE INDEX outbox_to_do ON outbox (state, next_at) WHERE state IN ('ready', 'sending')""",
        """CREATE TABLE halves (
            sender BLOB PRIMARY KEY,
            subject TEXT NOT NULL,
            number BLOB NOT NULL,
            at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ):
        db.execute(statement)


@SCHEMA()
def threads(db: Database) -> None:
    """Messages of one sender by one door belong together; an agent may take such a thread over.

    `thread` is a keyed hash. Where its answers go is kept, sealed, for as long as an agent may write there. `author`:
    the account of the agent who wrote an answer, "" for the hotline's own.
    """
    for statement in (
        "ALTER TABLE inbox ADD COLUMN thread BLOB",
        "ALTER TABLE inbox ADD COLUMN author TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX inbox_thread ON inbox (thread, seq) WHERE thread IS NOT NULL",
        """CREATE TABLE threads (
            thread BLOB PRIMARY KEY,
            door TEXT NOT NULL,
            address BLOB NOT NULL,
            state TEXT NOT NULL,
            agent TEXT NOT NULL,
            since TEXT NOT NULL,
            last TEXT NOT NULL
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX threads_to_do ON threads (state, since) WHERE state <> 'hotline'",
    ):
        db.execute(statement)


@SCHEMA()
def parts(db: Database) -> None:
    """Parts of messages, sealed; one that was joined stays for a while without its words, to know it if it comes again.

    `whole` and `said` are keyed hashes: of which message it is a part, and what it says.
    """
    db.execute(
        """CREATE TABLE parts (
            whole BLOB NOT NULL,
            nth INTEGER NOT NULL,
            said BLOB NOT NULL,
            door TEXT NOT NULL,
            address BLOB,
            sender BLOB,
            body BLOB,
            came TEXT NOT NULL,
            PRIMARY KEY (whole, nth)
        ) STRICT, WITHOUT ROWID"""
    )


@SCHEMA()
def proofs(db: Database) -> None:
    """By what peers know messages of ours of which they have told, or which they have taken: each proves one answer."""
    db.execute(
        """CREATE TABLE proofs (
            door TEXT NOT NULL,
            known TEXT NOT NULL,
            at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')),
            PRIMARY KEY (door, known)
        ) STRICT, WITHOUT ROWID"""
    )


@SCHEMA()
def accounts(db: Database) -> None:
    """What many senders have in common, for locks, until a message is answered: never an address in clear."""
    db.execute("ALTER TABLE inbox ADD COLUMN account TEXT NOT NULL DEFAULT ''")


@SCHEMA()
def calls_of_threads(db: Database) -> None:
    """The number of the call with which an agent goes on in a thread."""
    db.execute("ALTER TABLE threads ADD COLUMN call TEXT NOT NULL DEFAULT ''")
