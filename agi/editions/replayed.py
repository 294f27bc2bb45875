"""What is told of a recorded call that was had again with another edition, and what such an edition is made of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agi.dialogue.menu import Menu


@dataclass(frozen=True, slots=True)
class Version:
    """What callers of one edition meet: its menu, and of each sentence its words and how long it lasts (s).

    `titles`: what its places are called for people.
    """

    menu: Menu
    titles: Mapping[str, str]
    words: Mapping[str, str]
    seconds: Mapping[str, float]

    def lasts_s(self, keys: Sequence[str]) -> float:
        """How long these sentences last."""
        return sum(self.seconds.get(key, 0.0) for key in keys)

    def offered_s(self, keys: Sequence[str], pressed: str) -> float:
        """When the last of these sentences has offered the key `pressed`; its end where it does not."""
        *first, last = keys
        language, words = self.menu.language, self.words.get(last, "")
        named = f"{pressed}|{language.numbers.digits[int(pressed)]}" if pressed.isdigit() else re.escape(pressed)
        offer = re.search(rf"\b{language.vocabulary.offers}(?:{named})(?!\w)", words, re.IGNORECASE)
        share = offer.end() / len(words) if offer else 1.0
        return self.lasts_s(first) + share * self.seconds.get(last, 0.0)


class At(StrEnum):
    """What a caller has come to."""

    MENU = "menu"
    ANSWER = "answer"
    AGENT = "agent"
    END = "end"
    NOTHING = "nothing"  # pressed or said what is not there


_STOPS = {
    At.MENU: "sampai di menu {}",
    At.ANSWER: "mendapat jawaban di {}",
    At.AGENT: "disambungkan dengan petugas (dari {})",
    At.END: "panggilan selesai (di {})",
    At.NOTHING: "pilihan itu tidak ada (di {})",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a caller is: what it is, and the node of the menu with its title."""

    at: At
    node: str
    title: str

    def __str__(self) -> str:
        return _STOPS[self.at].format(self.title)


class Verdict(StrEnum):
    """How a call would go, against how it went."""

    SAME = "same"
    GONE = "gone"  # what was pressed or said is no longer there
    ELSEWHERE = "elsewhere"  # the same keys or words lead to another place
    UNCLEAR = "unclear"  # the record does not explain how it went


@dataclass(frozen=True, slots=True)
class Step:
    """What the caller did at a question, which people call `title`: the key pressed, or the words said (`spoken`)."""

    question: str
    title: str
    did: str
    spoken: bool

    def __str__(self) -> str:
        return f"{f'mengucapkan “{self.did}”' if self.spoken else self._keyed} di {self.title}"

    @property
    def _keyed(self) -> str:
        return f"menekan {self.did}" if self.did else "diam"


@dataclass(frozen=True, slots=True)
class Replayed:
    """A call then and now. `step`: what the caller did where the two part, None where they do not.

    `longer_s`: by how much longer a caller who came to the same place had to listen (negative: shorter), in seconds.
    `later_agent`: the caller came to an agent then, but only after the two had parted.
    """

    verdict: Verdict
    then: Stop
    now: Stop
    step: Step | None = None
    longer_s: float = 0.0
    later_agent: bool = False

    @property
    def reached_agent(self) -> bool:
        """Whether the caller came to an agent then, as far as both went."""
        return self.then.at is At.AGENT

    @property
    def lost_agent(self) -> bool:
        """Whether the caller came to an agent, and would no longer."""
        return self.then.at is At.AGENT and self.now.at is not At.AGENT

    @property
    def won_agent(self) -> bool:
        """Whether the caller would come to an agent now, and did not."""
        return self.then.at is not At.AGENT and self.now.at is At.AGENT

    @property
    def weight(self) -> float:
        """How much it changes for the caller: to lose the agent, or to press what is not there, more than seconds."""
        ranks = {Verdict.GONE: 2.0, Verdict.ELSEWHERE: 1.0}
        return 1000 * (ranks.get(self.verdict, 0.0) + 2 * self.lost_agent) + self.longer_s
