"""How networks' APIs are asked: secrets go to the address that the office has set, and nowhere else."""

from collections.abc import Callable

import pytest
from webhook_doors import Answered, Asked, api

from agi.doors.door import OpenDoor
from agi.doors.messenger import Messenger
from agi.doors.whatsapp import WhatsApp
from agi.doors.x import X
from agi.text.delivery import NotSent

DOORS: list[Callable[[str], OpenDoor]] = [
    lambda address: WhatsApp(address, "1", "token", "app-secret", "verify"),
    lambda address: Messenger(address, "1", "token", "app-secret", "verify"),
    lambda address: X(address, "1", "key", "secret", "token", "token-secret"),
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("door", DOORS, ids=["whatsapp", "messenger", "x"])
def test_a_network_that_points_elsewhere_is_not_followed_and_asked_again_later(
    door: Callable[[str], OpenDoor], status: int
) -> None:
    elsewhere: list[Asked] = []

    def other(asked: Asked) -> Answered:
        elsewhere.append(asked)
        return Answered(200, {})

    with (
        api(other) as away,
        api(lambda _: Answered(status, {}, {"Location": f"{away}/x"})) as address,
        pytest.raises(NotSent) as refused,
    ):
        door(address).send("628111", "Halo", "token")
    assert not elsewhere and not refused.value.for_good
