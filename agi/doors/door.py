"""What every door is once it is set up, and what its network's calls and our answers to them are."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming, Outgoing
from agi.text.delivery import Limits, NotSent


class Refused(Exception):
    """A call that is not the network's; the text is for the log, and tells nothing of what was sent."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A public post to the office or about it: it is not answered, but becomes a ticket for an agent to read.

    `id`: the network's, the same however often it tells of the post. `link`: where it is read.
    """

    id: str
    link: str
    author: str = field(repr=False)
    text: str = field(repr=False)


class Proof(NamedTuple):
    """A message of ours that a network has, and knows as `known`; it can't tell its token: `is_it` tells which answer
    it may be. See `Mailbox.confirm_as`."""

    known: str
    is_it: Callable[[Outgoing], bool]


class Came(NamedTuple):
    """What a network brought: messages, answers that it says it has (by their tokens, or as proofs), public posts."""

    messages: tuple[Incoming, ...] = ()
    taken: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    proofs: tuple[Proof, ...] = ()


Take = Callable[[Came], None]
"""Keeps what came: once it returns nothing can be lost. Raises BookError: the network must bring it again.

What holds mentions must be brought in turn: two calls may tell of one post at once."""


class Called(NamedTuple):
    """A network's call of our webhook; names of `headers` are in small letters."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes


class Reply(NamedTuple):
    """What the network is answered once what came is kept."""

    status: int = 200
    body: str = ""
    media: str = "text/plain"
    came: Came = Came()


class OpenDoor(ABC):
    """A door that is set up, and a `text.delivery.Door`.

    Its network either calls us (`called`, at /NAME), or is asked by the door itself (`begin`, in threads of its own).
    """

    name: str
    channel: Channel
    again_in_doubt = True
    at_once = 1
    limits: Limits = ()

    @abstractmethod
    def send(self, address: str, body: str, token: str) -> str | None:
        """See `text.delivery.Door`."""

    def has(self, _token: str) -> bool | None:
        """See `text.delivery.Door`; a network that tells later of its own accord is waited for."""
        raise NotSent("nobody knows yet whether it was taken")

    def called(self, _call: Called) -> Reply:
        """Read a call of the network's; what is odd in it is left out. Raises Refused."""
        raise Refused("this door takes no calls")

    def begin(self, take: Take) -> None:  # noqa: B027  # a door that is called has nothing to begin
        """Ask the network for messages from now on."""

    def end(self) -> None:  # noqa: B027
        """Ask no more."""

    @abstractmethod
    def tried(self, webhook: str) -> str:
        """Send and take one harmless thing; what came of it, in English. Raises NotSent.

        `webhook`: this door's address on this machine, where the running process takes calls.
        """
