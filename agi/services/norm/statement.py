"""The whole norm check: every rule with what was measured, of the working copy or of an edition."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agi.dialogue.finding import Finding
from agi.editions.store import Edition, Editions
from agi.services.norm import dialogue, rules, wording
from agi.services.norm.measured import Measured
from agi.services.norm.rules import Rule
from agi.services.norm.subject import Subject, subject
from agi.settings import Settings

RULES: tuple[tuple[Rule, Callable[[Subject], Measured]], ...] = (
    (rules.OPTION_FIRST, wording.option_first),
    (rules.OPTIONS, dialogue.options),
    (rules.ORDER, dialogue.order),
    (rules.MENU_LENGTH, dialogue.menu_length),
    (rules.SENTENCES, wording.sentences),
    (rules.READING, wording.reading),
    (rules.JARGON, wording.jargon),
    (rules.PAUSES, wording.pauses),
    (rules.FETCHING, dialogue.fetching),
    (rules.SLOWER, dialogue.slower),
    (rules.KEY_TAKEN, dialogue.key_taken),
    (rules.SAME_KEYS, dialogue.same_keys),
    (rules.WAYS_OUT, dialogue.ways_out),
    (rules.TIMEOUTS, dialogue.timeouts),
    (rules.TO_AGENT, dialogue.to_agent),
    (rules.DEPTH, dialogue.depth),
    (rules.SYNONYMS, dialogue.synonyms),
    (rules.DISTINCT, dialogue.distinct),
    (rules.CORRECTING, dialogue.correcting),
)
"""All rules, and what measures each."""

NOT_MEASURED = (
    "Tidak diukur di sini: mutu suara, pengenalan ucapan pada orang, dan apakah isi kalimatnya benar. "
    "Norma ISO tidak dibagikan bebas: yang pasalnya tidak disebut dirujuk secara umum. Ini bukan sertifikat."
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A rule and what it found."""

    rule: Rule
    measured: Measured


@dataclass(frozen=True, slots=True)
class Statement:
    """What was found of all rules; `edition` is None for the working copy."""

    outcomes: tuple[Outcome, ...]
    edition: Edition | None = None

    @property
    def met(self) -> int:
        """How many rules are kept."""
        return sum(one.measured.met for one in self.outcomes)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every place that breaks a rule."""
        return tuple(finding for one in self.outcomes for finding in one.measured.breaches)

    @property
    def title(self) -> str:
        """The heading of the printed statement."""
        if self.edition is None:
            return "Pemeriksaan norma, draf (bukan pernyataan: belum terbit)"
        return f"Pernyataan kesesuaian dengan norma, edisi {self.edition.number}, isi {self.edition.content}"

    @property
    def published(self) -> datetime | None:
        """When the edition was published."""
        return self.edition.at if self.edition else None


def statement(settings: Settings, number: int = 0) -> Statement:
    """Of the edition `number`, else of the working copy. Raises NoEdition, TextsError, HotlineError.

    Time-outs and the voice are those of the settings of today.
    """
    if number:
        held = Editions(settings.editions_folder).held(number)
        try:
            edition = held.edition
            return Statement(_outcomes(subject(settings, edition.prompts, edition.sounds)), edition)
        finally:
            held.close()
    return Statement(_outcomes(subject(settings, settings.prompts)))


def _outcomes(on: Subject) -> tuple[Outcome, ...]:
    return tuple(Outcome(rule, measure(on)) for rule, measure in RULES)
