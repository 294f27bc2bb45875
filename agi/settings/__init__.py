"""Settings of one installation: `hotline.toml` at the root, overridden by `HOTLINE_…` variables.

Every field is documented in `tables` and `doors`; the README's table of settings is checked against this file.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import SettingsError as VariableError

from agi import tomlfile, wrong_settings
from agi.settings import doors, tables
from agi.wrong_settings import ENVIRONMENT, NESTED, SettingsError

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"  # tables of people who are all made up
LISTEN = "listen"  # the file below var/ that keeps the address of `hotline up --listen`


def settings_file() -> Path:
    """Where the settings are read from: the file named by HOTLINE_SETTINGS, else `hotline.toml` (may be absent)."""
    return Path(os.environ.get("HOTLINE_SETTINGS", ROOT / "hotline.toml"))


def _in_file() -> tomlfile.TomlFile:
    """What stands in the file of settings, nothing where there is none. Raises `SettingsError`."""
    if not os.path.lexists(settings_file()):
        return tomlfile.TomlFile({}, "")
    try:
        return tomlfile.read(settings_file())
    except tomlfile.TomlError as wrong:
        raise SettingsError(str(wrong)) from None


def kept_address(var: Path) -> str | None:
    """The address that `hotline up --listen` was told, kept below `var`; None where the settings' own holds."""
    try:
        return (var / LISTEN).read_text().strip() or None
    except OSError:
        return None


class Settings(BaseSettings):
    """All settings; `Settings()` reads `hotline.toml` (or the file named by HOTLINE_SETTINGS) and the environment.

    Raises `SettingsError` for what is wrong in either, or makes no sense together.
    """

    model_config = SettingsConfigDict(env_prefix=ENVIRONMENT, env_nested_delimiter=NESTED, extra="forbid", frozen=True)

    office: tables.Office = tables.Office()
    telephony: tables.Telephony = tables.Telephony()
    line: tables.Line = tables.Line()
    dialogue: tables.Dialogue = tables.Dialogue()
    voice: tables.Voice = tables.Voice()
    speech: tables.Speech = tables.Speech()
    identity: tables.Identity = tables.Identity()
    lockout: tables.Lockout = tables.Lockout()
    editions: tables.Kept = tables.Kept()
    trunk: tables.Trunk = tables.Trunk()
    queue: tables.Queue = tables.Queue()
    survey: tables.Survey = tables.Survey()
    pages: tables.Pages = tables.Pages()
    citizens: tables.Citizens = tables.Citizens()
    tickets: tables.Tickets = tables.Tickets()
    messages: tables.Messages = tables.Messages()
    whatsapp: doors.Whatsapp = doors.Whatsapp()
    messenger: doors.Messenger = doors.Messenger()
    smpp: doors.Smpp = doors.Smpp()
    sms: doors.Sms = doors.Sms()
    mail: doors.Mail = doors.Mail()
    x: doors.X = doors.X()
    cases: tables.Cases = tables.Cases()
    callback: tables.Callback = tables.Callback()
    log: tables.Log = tables.Log()
    places: tables.Places = tables.Places()

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as wrong:
            lines = _in_file().lines
            found = list(wrong_settings.faults(wrong, type(self), settings_file(), lines))
        except VariableError as wrong:
            found = [f"Ada variabel yang tidak bisa dibaca ({wrong}): tulis {ENVIRONMENT}TABEL__NAMA=nilai."]
        else:
            found = [f"{settings_file()}: {clash}" for clash in wrong_settings.clashes(self)]
        found += wrong_settings.unknown_variables(type(self))
        if found:
            raise SettingsError("\n".join(found)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order: arguments, environment, `hotline.toml`. No .env file, no secrets folder."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, _in_file().tables)

    @model_validator(mode="before")
    @classmethod
    def _listen_where_told(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The address of `hotline up --listen` stands above all others until another is given."""
        places = given.get("places")
        var = places.get("var") if isinstance(places, dict) else getattr(places, "var", None)
        told = kept_address(ROOT / str(var or tables.Places().var))
        telephony = given.get("telephony", {})
        if told is None or not isinstance(telephony, dict):
            return given
        return {**given, "telephony": {**telephony, "listen": told}}

    @property
    def doors(self) -> Mapping[str, doors.DoorTable]:
        """The tables of doors, by their names."""
        named = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: table for name, table in named if isinstance(table, doors.DoorTable)}

    @property
    def prompts(self) -> Path:
        """Folder of menu, texts, lexicon and recordings."""
        return ROOT / self.places.prompts

    @property
    def lexicon(self) -> Path:
        """How words are said and heard that are not read as they are spelt."""
        return self.prompts / "lexicon.toml"

    @property
    def data(self) -> Path:
        """Folder of the databases."""
        return ROOT / self.places.data

    @property
    def var(self) -> Path:
        """Folder of everything made at run time."""
        return ROOT / self.places.var

    @property
    def calls_at_once(self) -> int:
        """Calls there can be at once: those of a trunk and those of the house; what is more is refused."""
        return self.trunk_calls + self.telephony.house_calls

    @property
    def trunk_calls(self) -> int:
        """Calls at once of one trunk, talked with or waiting for an agent."""
        return self.telephony.trunk_calls or self.line.max_calls * 3 // 2

    @property
    def legs(self) -> int:
        """Telephones in calls at once: a call with an agent has two."""
        return 2 * self.calls_at_once

    @property
    def speech_model(self) -> Path:
        """The Vosk model directory to hear with."""
        return ROOT / self.speech.model

    @property
    def editions_folder(self) -> Path:
        """Folder of all that callers hear or heard, by number."""
        return self.var / "editions"

    @property
    def current_edition(self) -> Path:
        """The link to the one that callers hear."""
        return self.editions_folder / "current"

    @property
    def sounds(self) -> Path:
        """The clips that callers hear now."""
        return self.current_edition / "sounds"

    @property
    def speech_built(self) -> Path:
        """The model that callers are heard with now: it knows the words of their menu."""
        return self.current_edition / "model"

    @property
    def registry_db(self) -> Path:
        """The look-up database."""
        return self.data / "registry.db"

    @property
    def calls_db(self) -> Path:
        """The database of call records and lock-outs."""
        return self.data / "calls.db"

    @property
    def institutions_db(self) -> Path:
        """The database of institutions that may ask about a NIK, and of what they asked."""
        return self.data / "institutions.db"

    @property
    def pages_db(self) -> Path:
        """The database of accounts, sessions and the audit of the pages."""
        return self.data / "pages" / "pages.db"

    @property
    def hours_file(self) -> Path:
        """When agents are on duty."""
        return self.data / "office" / "hours.toml"

    @property
    def tickets_folder(self) -> Path:
        """Folder of the tickets' database and of the messages that were recorded for them."""
        return self.data / "tickets"

    @property
    def tickets_db(self) -> Path:
        """The database of complaints and wishes."""
        return self.tickets_folder / "tickets.db"

    @property
    def cases_db(self) -> Path:
        """The database of what calls were about, and of callbacks."""
        return self.data / "cases" / "cases.db"

    @property
    def safety_db(self) -> Path:
        """The database of calls that we made, and of NIKs that nobody may ask about."""
        return self.data / "safety" / "safety.db"

    @property
    def mailbox_db(self) -> Path:
        """The database of messages that came and of their answers."""
        return self.data / "mailbox" / "mailbox.db"

    @property
    def citizens_folder(self) -> Path:
        """Folder of what the page for citizens keeps for some hours."""
        return self.var / "citizens"

    @property
    def messages_spool(self) -> Path:
        """Where messages lie while they are recorded: Asterisk may write there."""
        return self.var.absolute() / "asterisk" / "spool" / "messages"

    @property
    def secure_pages(self) -> bool:
        """Whether the pages are served with TLS."""
        return self.pages.certificate != Path() and self.pages.certificate_key != Path()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The office's time zone."""
        return ZoneInfo(self.office.zone)
