"""The tables of `hotline.toml`, but for those of doors; every field says what it is for."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork


class Section(BaseModel):
    """One table of `hotline.toml`; an unknown name in it is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Office(Section):
    """Who answers: what callers are told about the office itself."""

    language: str = Field("id", pattern=r"^[a-z]{2,3}$", description="Language of the prompts: prompts/LANGUAGE.toml.")
    zone: Literal["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"] = Field(
        "Asia/Jakarta", description="The office's time zone (WIB, WITA, WIT); times are stored in UTC."
    )
    data_days: int = Field(
        3, ge=0, le=3650, description="Age in days from which answers of the registry say of which day its data are."
    )


class Telephony(Section):
    """Where Asterisk listens."""

    listen: str = Field(
        "127.0.0.1",
        description="Address for SIP and RTP; `hotline up --listen` overrides it until it is given this one.",
    )
    sip_port: int = Field(5060, ge=1024, le=65535, description="UDP port of SIP.")
    rtp_first: int = Field(10000, ge=1024, le=65534, description="First UDP port for audio (RTP).")
    rtp_last: int = Field(10999, ge=1025, le=65535, description="Last UDP port for audio; a call takes two ports.")
    behind_nat: bool = Field(
        True,
        description="Telephones may send sound from another address than they name; false keeps strangers' sound out.",
    )
    trunk_calls: int = Field(
        0, ge=0, description="Calls at once of one trunk, one more is refused; 0: half as many again as line.max_calls."
    )
    account_calls: int = Field(
        40, ge=1, description="Calls at once of one tester's or agent's account; one more is refused."
    )
    house_calls: int = Field(
        60, ge=1, description="Calls at once of all these accounts together; they take no caller's place."
    )
    number: str = Field("1500537", pattern=r"^[0-9]{3,15}$", description="The number callers dial.")


class Line(Section):
    """The service that Asterisk hands calls to (FastAGI, loopback only)."""

    agi_port: int = Field(4573, ge=1024, le=65535, description="TCP port of the FastAGI service on 127.0.0.1.")
    max_calls: int = Field(120, ge=1, description="Callers talked with at once; one more goes to the agents' queue.")
    stop_grace_s: float = Field(30.0, ge=0, description="Seconds a stopping line lets calls in progress finish.")


class Dialogue(Section):
    """How patient the hotline is. ISO/IEC 13714 asks for time-outs of 3 to 10 s."""

    first_key_ms: int = Field(7000, ge=500, le=60000, description="Silence after a prompt before no-input (ms).")
    between_keys_ms: int = Field(4000, ge=500, le=60000, description="Longest pause between two digits (ms).")
    total_ms: int = Field(60000, ge=1000, le=600000, description="Longest time for one entry (ms).")
    tries: int = Field(3, ge=1, le=9, description="No-inputs and no-matches in a row before giving up.")
    silent_turns: int = Field(12, ge=1, description="Questions in a row without any key or word before goodbye.")
    longest_call_s: int = Field(
        1800, ge=5, description="Longest time the hotline talks with one caller (s); waiting and agents do not count."
    )


class Voice(Section):
    """The synthetic voice."""

    engine: Literal["kokoro", "espeak"] = Field(
        "kokoro", description="Who speaks; `espeak` (espeak-ng) is also what speaks where Kokoro is not installed."
    )
    name: str = Field("", description="The engine's voice; empty: `hf_alpha` of Kokoro, `poz/id` of espeak-ng.")
    words_per_minute: int = Field(145, ge=80, le=300, description="Speaking rate; 140-150 suits a telephone.")


Spoken = Literal["yesno", "options", "digits", "nik", "date", "number", "list", "repair", "intents", "lone_word"]
"""Kinds of questions that may be answered by speech."""


class Speech(Section):
    """Speech recognition. Without it, or when it fails, every question is answered by keys."""

    enabled: bool = Field(True, description="Whether callers may speak as well as press keys; needs a model.")
    model: Path = Field(
        Path("data/model"), description="Any Vosk model directory for Indonesian; a relative one is below the root."
    )
    recognisers: int = Field(40, ge=1, description="Questions listened to at once; above it keys only.")
    slow_ms: int = Field(5000, ge=200, le=10000, description="Lag of recognition at which keys must do (ms).")
    accept: dict[Spoken, float] = Field(
        {}, description="Confidence from which a spoken answer is taken unasked, by kind of question (1.01: never)."
    )
    confirm: dict[Spoken, float] = Field(
        {},
        description="Confidence from which a spoken answer is read back, below it no-match, by kind of question.",
    )
    collect_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="TCP port on 127.0.0.1 of `hotline speech collect`, for testers who dial 20; 0: nobody can.",
    )


class Identity(Section):
    """What proves who is asked about, besides the NIK."""

    kk_digits: int = Field(
        10, ge=6, le=16, description="How many of the last digits of the KK number callers are asked for."
    )


class Lockout(Section):
    """When guessing is stopped, for the number asked about and for the caller."""

    tries: int = Field(3, ge=1, description="Failed tries before the short lock.")
    minutes: int = Field(15, ge=1, description="Length of the short lock in minutes.")
    day_tries: int = Field(10, ge=1, description="Failed tries within a day before the long lock.")
    hours: int = Field(24, ge=1, description="Length of the long lock in hours.")
    shared_tries: int = Field(
        30, ge=1, description="Failed tries before all callers without a number, or all of one account, are locked."
    )
    shared_minutes: int = Field(15, ge=1, description="Minutes in which those are counted, and length of their lock.")


class Kept(Section):
    """How long editions of what callers hear are kept. One that a call record names is never removed."""

    keep: int = Field(20, ge=1, description="The newest editions, which are always kept.")
    days: int = Field(90, ge=0, description="Days for which older editions are kept too.")


class Trunk(Section):
    """The operator's SIP trunk; its password is kept in var/secrets/trunk."""

    host: str = Field(
        "",
        pattern=r"^([A-Za-z0-9.-]+(:[0-9]{1,5})?)?$",
        description='The operator\'s address, "sbc.example:5060"; empty: no trunk.',
    )
    username: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_.+-]*$",
        description="The account to register with; empty: the operator asks for none.",
    )
    match: tuple[IPvAnyNetwork, ...] = Field(
        (), description="Addresses the operator's calls come from; empty: trunk.host."
    )


class Queue(Section):
    """The agents' queue."""

    after_call_s: int = Field(30, ge=0, le=600, description="Seconds an agent has after a call before the next rings.")
    announce_s: int = Field(30, ge=10, description="Seconds between announcements of position and wait.")
    max_wait_s: int = Field(600, ge=10, description="Longest wait before the caller is offered the menu again.")
    repeat_credit_s: int = Field(
        180,
        ge=0,
        le=3600,
        description="Seconds by which who hung up while waiting, within the last day, is put ahead; 0: none.",
    )
    show_number: bool = Field(False, description="Whether agents see callers' whole numbers, not three digits of them.")
    ring_s: int = Field(15, ge=3, description="Seconds one agent's phone rings before the next is tried.")


class Survey(Section):
    """The survey of satisfaction (SKM, PermenPANRB 14/2017)."""

    enabled: bool = Field(False, description="Whether callers are asked one question of the survey after an answer.")
    days: int = Field(90, ge=1, description="Days in which no number is asked twice.")
    least: int = Field(30, ge=1, description="Answers to each of the nine questions before an index is told.")


class Pages(Section):
    """The pages in a browser, for admins, supervisors and testers."""

    enabled: bool = Field(True, description="Whether `hotline up` starts the pages.")
    listen: str = Field(
        "127.0.0.1",
        description="Address of the pages; any other than 127.0.0.1 needs the certificate and second factors.",
    )
    port: int = Field(8537, ge=1024, le=65535, description="TCP port of the pages.")
    certificate: Path = Field(
        Path(), description="The TLS certificate (PEM) with its chain; a relative path is below the root."
    )
    certificate_key: Path = Field(Path(), description="The key of that certificate (PEM).")
    telephone_port: int = Field(
        8538,
        ge=1024,
        le=65535,
        description="TCP port of Asterisk on 127.0.0.1, by which the pages pass on calls from a browser.",
    )
    session_hours: int = Field(12, ge=1, le=72, description="Hours after which one must sign in again.")


class Citizens(Section):
    """The page for citizens, which anybody may open; the office's web server stands before it."""

    enabled: bool = Field(False, description="Whether `hotline up` starts the page for citizens.")
    port: int = Field(
        8540,
        ge=1024,
        le=65535,
        description="TCP port on 127.0.0.1 by which the office's web server passes on the page for citizens.",
    )
    forwarded: bool = Field(
        True,
        description="Whether that web server says in X-Forwarded-For who asks; false: all who ask share one limit.",
    )


class Tickets(Section):
    """Complaints and wishes of citizens."""

    message_s: int = Field(90, ge=10, le=300, description="Longest message that a caller may leave (s).")
    keep_days: int = Field(
        365, ge=1, description="Days after which closed tickets and drafts are deleted, with their recordings."
    )


class Messages(Section):
    """Text messages."""

    telephones: bool = Field(True, description="Whether text messages of telephones (SIP MESSAGE) are answered.")
    keep_days: int = Field(30, ge=1, description="Days after which messages, which are kept masked, are deleted.")
    webhook_port: int = Field(
        8539,
        ge=1024,
        le=65535,
        description="TCP port on 127.0.0.1 by which the office's web server passes on webhooks: each door at /NAME.",
    )


class Cases(Section):
    """What calls were about, by the number that callers are told."""

    told: bool = Field(True, description="Whether callers are told the number of their call before goodbye.")
    days: int = Field(14, ge=1, le=365, description="Days for which that number opens the case; then it is deleted.")
    resume_minutes: int = Field(
        10, ge=0, le=60, description="Minutes in which who was cut off may go on where they were; 0: never."
    )


class Callback(Section):
    """Calling back who does not want to wait for an agent."""

    enabled: bool = Field(True, description="Whether callers may be called back; others than the house's by the trunk.")
    after_s: int = Field(60, ge=8, description="Seconds in the queue after which it is offered there.")
    ring_s: int = Field(25, ge=10, le=28, description="Seconds for which a telephone rings that we call.")
    tries: int = Field(3, ge=1, le=9, description="How often somebody is called who does not answer.")
    every_minutes: int = Field(15, ge=1, description="Minutes between these calls.")
    days: int = Field(7, ge=1, le=30, description="Days after which nobody is called any more.")
    per_day: int = Field(2, ge=1, description="Callbacks within a day to one number, and for one caller.")
    most: int = Field(200, ge=1, description="Callbacks that wait at once; one more is not taken.")


class Log(Section):
    """Logs under var/log."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least severe event logged.")
    max_mb: int = Field(10, ge=1, description="Size at which a log file is rotated (MB).")
    keep: int = Field(5, ge=1, description="Rotated files kept.")


class Places(Section):
    """Folders; relative ones are below the project's root."""

    prompts: Path = Field(Path("prompts"), description="Menu, texts, lexicon and recordings that admins edit.")
    data: Path = Field(Path("data"), description="The databases.")
    var: Path = Field(Path("var"), description="All that is made at run time; may be deleted when the hotline is down.")
