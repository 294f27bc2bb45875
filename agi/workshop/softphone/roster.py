"""Many scenarios against one hotline: who may run at the same time, and the agents they need."""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from agi.ops import configure
from agi.ops.ready import reachable
from agi.settings import Settings
from agi.workshop.softphone.duty import Script, Taken, serve
from agi.workshop.softphone.phone import Account, PhoneError
from agi.workshop.softphone.plain import PlainPhone, PlainPhones
from agi.workshop.softphone.play import Line, Played, Player
from agi.workshop.softphone.scenario import Agent, Scenario

TESTER = "tester1"
AGENT_SAYS = "call.goodbye"


def account(settings: Settings, user: str) -> Account:
    """The account of a tester or an agent of this installation."""
    held = configure.account(settings.var, user)
    return Account(reachable(settings.telephony.listen), settings.telephony.sip_port, held.name, held.password)


def play_all(
    scenarios: Sequence[Scenario],
    settings: Settings,
    player: Player,
    recordings: Path,
    *,
    parallel: int,
    done: Callable[[Scenario, Played], None],
    stop: threading.Event,
) -> list[Played]:
    """Play all, at most `parallel` at a time; those that bring agents one by one.

    The queue is one for all callers: an agent on duty for one call would be on duty for the others too. So the calls
    that want nobody there come first, and the first agent when they are over; the calls that say nothing of agents do
    not go to the queue. Each call is recorded into `recordings`. Results come in the order of `scenarios`.
    """
    with ExitStack() as stack:
        callers = stack.enter_context(closing(PlainPhones(account(settings, TESTER))))
        results: dict[int, Played] = {}
        idle: queue.SimpleQueue[PlainPhone] = queue.SimpleQueue()
        for number in range(min(max(parallel, 1), len(scenarios))):
            idle.put(callers.phone(recordings / f"phone{number}.wav"))

        def place(number: int, taken: Sequence[Taken]) -> None:
            if stop.is_set():
                return
            scenario, phone = scenarios[number], idle.get()
            phone.recording = recordings / f"{number:03d}-{scenario.file.stem}.wav"
            try:
                results[number] = player.play(scenario, phone, taken, stop=stop)
            finally:
                idle.put(phone)
            done(scenario, results[number])

        with_agents = [number for number, scenario in enumerate(scenarios) if scenario.agents]
        with_nobody = [number for number, scenario in enumerate(scenarios) if scenario.agents == ()]
        others = [number for number, scenario in enumerate(scenarios) if scenario.agents is None]
        pool = stack.enter_context(ThreadPoolExecutor(max(parallel - bool(with_agents), 1)))
        stack.callback(stop.set)  # an interruption ends the calls in progress before the pool is waited for
        nobody = [pool.submit(place, number, ()) for number in with_nobody]
        meanwhile = [pool.submit(place, number, ()) for number in others]
        for waiting in nobody:
            waiting.result()
        for number in with_agents:
            try:
                with on_duty(settings, scenarios[number].agents or (), recordings) as taken:
                    place(number, taken)
            except PhoneError as error:  # an agent's, who could not sign in; the next call's perhaps can
                results[number] = Played(scenarios[number].title, [Line(False, str(error), 0.0)])
                done(scenarios[number], results[number])
        for waiting in meanwhile:
            waiting.result()
        return [results[number] for number in sorted(results)]


@contextmanager
def on_duty(settings: Settings, agents: Sequence[Agent], recordings: Path) -> Iterator[Sequence[Taken]]:
    """Scripted agents, signed in for as long as the context lasts; gives the calls that rang."""
    taken: list[Taken] = []
    stop = threading.Event()
    says = settings.sounds / f"{AGENT_SAYS.replace('.', '/')}.wav"
    with ExitStack() as stack:
        for agent in agents:
            phones = stack.enter_context(closing(PlainPhones(account(settings, agent.user))))
            phone = phones.phone(recordings / f"agent-{agent.user}.wav")
            phone.register()
            script = Script(1.0 if agent.answers else None, says, 5.0)
            thread = threading.Thread(target=serve, args=(phone, script, stop, taken.append), daemon=True)
            thread.start()
            stack.callback(thread.join)
        stack.callback(stop.set)
        yield taken
