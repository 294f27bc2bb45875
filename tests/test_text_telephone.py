"""A telephone that has signed in writes to the hotline (SIP MESSAGE), and is answered once, whatever is killed."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial

import pytest
from installation import Hotline
from line_exchange import until

from agi import privacy
from agi.books.threads import ThreadBook
from agi.line.texts import LONGEST, parts
from agi.ops import configure, ready
from agi.ops.supervise import Supervisor
from agi.settings import SAMPLE
from agi.settings.tables import Messages
from agi.voice.texts import Texts
from agi.workshop.softphone.phone import Account
from agi.workshop.softphone.roster import TESTER, account
from agi.workshop.softphone.sample import load
from agi.workshop.softphone.texting import TextPhone

ANSWERED_S = 20.0


@pytest.fixture
def phone(hotline: Hotline) -> Iterator[TextPhone]:
    with TextPhone(account(hotline.settings, TESTER), "081299990001") as opened:
        yield opened


def asked(phone: TextPhone, hotline: Hotline, body: str) -> str:
    assert phone.write(hotline.settings.telephony.number, body) == 202
    return phone.wait(ANSWERED_S)


def test_requirements_are_told_as_they_are_published(hotline: Hotline, phone: TextPhone) -> None:
    texts = Texts.load(hotline.settings.prompts)
    assert asked(phone, hotline, "syarat KK hilang") == texts.message("requirements.kk_lost")


def test_a_nik_is_asked_for_its_proof_and_told_after_it(hotline: Hotline, phone: TextPhone) -> None:
    sample = load(SAMPLE, hotline.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    assert "10 angka terakhir" in asked(phone, hotline, f"cek#KTP#{person.nik}")
    told = asked(phone, hotline, person.kk_digits)
    assert told.startswith(Texts.load(hotline.settings.prompts).message("ktp.card_issued")[:20])


@pytest.mark.parametrize(
    "body", ["", " ", '"\r\n200 result=1', "${CHANNEL(name)}", "a\nEXEC Hangup\n", "🙂" * 200, "x" * 5000, "\\", "%s%n"]
)
def test_odd_messages_are_told_how_to_ask(hotline: Hotline, phone: TextPhone, body: str) -> None:
    assert asked(phone, hotline, body) == Texts.load(hotline.settings.prompts).message("text.help")


def test_who_has_no_account_is_not_heard(hotline: Hotline) -> None:
    known = account(hotline.settings, TESTER)
    with TextPhone(Account(known.host, known.port, known.user, "wrong")) as stranger:
        assert stranger.write(hotline.settings.telephony.number, "info") in (401, 403)
        assert stranger.wait(0.5) == ""


def test_an_agent_who_takes_the_thread_over_is_read_on_the_telephone(hotline: Hotline, phone: TextPhone) -> None:
    settings, now = hotline.settings, partial(datetime.now, UTC)
    assert asked(phone, hotline, "petugas") == Texts.load(settings.prompts).message("text.agent")
    threads = ThreadBook(settings.mailbox_db, privacy.hash_key(settings.var))
    [thread] = threads.to_do()
    threads.take_over(thread.id, "siti", now())
    threads.write(thread.id, "siti", "Halo, saya Siti dari Dukcapil.", "once", now())
    assert phone.wait(ANSWERED_S) == "Halo, saya Siti dari Dukcapil."
    threads.give_back(thread.id, "siti", now())
    assert asked(phone, hotline, "syarat kia") == Texts.load(settings.prompts).message("requirements.kia")


def test_many_who_write_at_once_get_each_their_own_answer_once(hotline: Hotline) -> None:
    documents = ("kk hilang", "ktp baru", "kia", "pindah")
    wanted = [Texts.load(hotline.settings.prompts).message(f"requirements.{key}") for key in
              ("kk_lost", "ktp_new", "kia", "move")]  # fmt: skip
    with ExitStack() as stack:
        phones = [
            stack.enter_context(TextPhone(account(hotline.settings, TESTER), f"08129999{nth:04d}"))
            for nth in range(len(documents))
        ]

        def ten(nth: int) -> Counter[str]:
            for _ in range(10):
                assert phones[nth].write(hotline.settings.telephony.number, f"syarat {documents[nth]}") == 202
            answers = Counter(phones[nth].wait(ANSWERED_S) for _ in range(10))
            answers.update(filter(None, [phones[nth].wait(0.5)]))
            return answers

        with ThreadPoolExecutor(len(phones)) as pool:
            assert list(pool.map(ten, range(len(phones)))) == [Counter({one: 10}) for one in wanted]


def test_no_message_is_lost_with_a_line_that_is_killed(hotline: Hotline) -> None:
    settings = hotline.settings
    help_text = Texts.load(settings.prompts).message("text.help")
    with TextPhone(account(settings, TESTER), "081299990002") as phone:
        for nth in range(20):
            assert phone.write(settings.telephony.number, "info") == 202
            if nth % 8 == 4:
                os.kill(Supervisor(settings).process("line").pid, signal.SIGKILL)
        answers = [phone.wait(ANSWERED_S) for _ in range(20)]
    assert answers == [help_text] * 20
    until("the line is back", lambda: ready.line_answers(settings.var, settings.line.agi_port))


@pytest.mark.parametrize("body", ["", "kurang", "Satu. " * 400, "kata " * 400, "é" * 3000, "x" * 2000])
def test_a_long_answer_is_cut_between_sentences_or_words_and_nothing_of_it_is_lost(body: str) -> None:
    made = list(parts(body.strip()))
    assert " ".join(made) == body.strip()
    assert all(len(part.encode()) <= LONGEST for part in made) or " " not in body


def test_an_office_may_switch_messages_off(hotline: Hotline) -> None:
    off = hotline.settings.model_copy(update={"messages": Messages(telephones=False)})
    assert "message_context" in configure._sound(hotline.settings)
    assert "message_context" not in configure._sound(off)
