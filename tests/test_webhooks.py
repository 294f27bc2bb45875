"""Webhooks of all doors: what takes long in one call holds up no other."""

import asyncio
from threading import Event, Lock

import httpx2

from agi.books.events import Channel
from agi.books.mailbox_rows import Incoming
from agi.doors.application import application
from agi.doors.door import Called, Came, Mention, OpenDoor, Reply


class Told(OpenDoor):
    """A door whose network says in words what it brings."""

    name = "told"
    channel = Channel.X

    def called(self, call: Called) -> Reply:
        if call.raw == b"post":
            return Reply(came=Came(mentions=(Mention("1", "https://x/1", "@maria", "usul"),)))
        return Reply(came=Came((Incoming("told", "1", "2", "info", "2"),)))

    def send(self, address: str, body: str, token: str) -> None:
        raise NotImplementedError

    def tried(self, webhook: str) -> str:
        raise NotImplementedError


def test_many_posts_at_once_are_taken_in_turn_and_hold_up_no_message() -> None:
    going, begun, one_at_a_time = Event(), Event(), Lock()
    together: list[bool] = []

    def take(came: Came) -> None:
        if came.mentions:
            together.append(not one_at_a_time.acquire(blocking=False))
            begun.set()
            going.wait(60)
            one_at_a_time.release()

    async def play() -> None:
        transport = httpx2.ASGITransport(app=application([(Told(), take)]))
        async with httpx2.AsyncClient(transport=transport, base_url="http://doors") as client:
            posts = [asyncio.create_task(client.post("/told", content=b"post")) for _ in range(100)]
            while not begun.is_set():
                await asyncio.sleep(0.01)
            try:
                message = await asyncio.wait_for(client.post("/told", content=b"message"), 10)
            finally:
                going.set()
            assert message.status_code == 200
            assert {answer.status_code for answer in await asyncio.gather(*posts)} == {200}

    asyncio.run(play())
    assert len(together) == 100 and not any(together)
