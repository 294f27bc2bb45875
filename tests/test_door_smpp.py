"""SMS by SMPP: what an SMSC brings is kept before it is told so, and answered, whatever vanishes or is killed."""

from collections.abc import Iterator

import pytest
from door_process import DoorProcess
from installation import run_hotline
from line_exchange import until
from smsc import OK, QUEUE_FULL, THROTTLED, UNBIND, WRONG_NUMBER, Smsc

from agi.doors.smpp import Smpp
from agi.settings import SAMPLE
from agi.workshop.softphone.sample import load

PASSWORD = "pass-123"
CITIZEN = "6281299990003"


@pytest.fixture(scope="module")
def smsc() -> Iterator[Smsc]:
    made = Smsc(PASSWORD)
    made.open()
    yield made
    made.close()


@pytest.fixture(scope="module")
def doors(smsc: Smsc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DoorProcess]:
    made = DoorProcess.install(
        tmp_path_factory.mktemp("doors"),
        {"smpp-password": PASSWORD},
        HOTLINE_SMPP__HOST="127.0.0.1",
        HOTLINE_SMPP__PORT=str(smsc.port),
        HOTLINE_SMPP__SYSTEM_ID="hotline",
        HOTLINE_SMPP__NUMBER="1500537",
    )
    made.start()
    until("it is bound", smsc.is_bound)
    yield made
    made.kill()


@pytest.fixture(autouse=True)
def fresh(smsc: Smsc) -> None:
    smsc.sent.clear()
    smsc.refuses.clear()
    smsc.answered.clear()


_people = (f"62811{nth:08d}" for nth in range(1, 1_000_000))


def answers(smsc: Smsc, to: str, count: int = 1) -> list[str]:
    """The answers to a number, those in parts joined."""
    until(f"{count} answers", lambda: len(_whole(smsc, to)) >= count)
    return _whole(smsc, to)


def _whole(smsc: Smsc, to: str) -> list[str]:
    whole, begun = [], ""
    for one in [one for one in smsc.sent if one.to == to]:
        begun += one.text
        if not one.esm_class & 0x40 or one.octets[4] == one.octets[5]:
            whole.append(begun)
            begun = ""
    return whole


def test_a_message_is_answered_to_who_wrote_it(doors: DoorProcess, smsc: Smsc) -> None:
    assert smsc.status(smsc.deliver(CITIZEN, b"syarat kk hilang")) == OK
    assert answers(smsc, CITIZEN) == [doors.spoken("requirements.kk_lost")]
    sent = smsc.sent[0]
    assert (sent.ton, sent.coding, sent.source, sent.receipt) == (1, 0, (0, "1500537"), 1)


def test_a_nik_and_its_proof_make_one_question(doors: DoorProcess, smsc: Smsc) -> None:
    who, sample = next(_people), load(SAMPLE, doors.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    smsc.deliver(who, f"CEK#KTP#{person.nik}".encode())
    answers(smsc, who)
    smsc.deliver(who, person.kk_digits.encode("utf-16-be"), coding=8)
    assert answers(smsc, who, 2)[1].startswith(doors.spoken("ktp.card_issued")[:20])


def test_a_long_message_in_parts_out_of_order_is_one(doors: DoorProcess, smsc: Smsc) -> None:
    who = next(_people)
    words = [b"syarat ", b"kk ", b"hilang"]
    for nth in (3, 1, 1, 2):
        assert smsc.status(smsc.deliver(who, bytes([5, 0, 3, 9, 3, nth]) + words[nth - 1], esm=0x40)) == OK
    assert answers(smsc, who) == [doors.spoken("requirements.kk_lost")]


def test_what_the_smsc_brings_again_is_answered_once(doors: DoorProcess, smsc: Smsc) -> None:
    who, other = next(_people), next(_people)
    assert [smsc.status(smsc.deliver(who, b"info")) for _ in range(2)] == [OK, OK]
    smsc.deliver(other, b"info")
    answers(smsc, other)
    assert len(answers(smsc, who)) == 1


def test_a_burst_is_answered(doors: DoorProcess, smsc: Smsc) -> None:
    people = [next(_people) for _ in range(200)]
    for who in people:
        smsc.deliver(who, b"info")
    until("all are answered", lambda: {one.to for one in smsc.sent} >= set(people))
    assert len(smsc.sent) == 200


def test_what_the_smsc_refuses_for_now_is_sent_again_and_what_never_goes_is_given_up(
    doors: DoorProcess, smsc: Smsc
) -> None:
    people = [next(_people) for _ in range(3)]
    smsc.refuses += [THROTTLED, QUEUE_FULL, 0x0412]
    for who in people:
        smsc.deliver(who, b"info")
    until("all are answered", lambda: {one.to for one in smsc.sent} >= set(people))
    smsc.refuses.append(WRONG_NUMBER)
    who = next(_people)
    smsc.deliver(who, b"info")
    until("it is given up", lambda: bool(doors.log.letters(1, "dead")))
    dead = doors.log.letters(1, "dead")[0]
    assert dead.why == "the SMSC: ESME_RINVDSTADR" and who not in str(dead)


def test_no_message_is_lost_when_the_smsc_vanishes_and_returns(doors: DoorProcess, smsc: Smsc) -> None:
    people = [next(_people) for _ in range(20)]
    for who in people[:10]:
        smsc.deliver(who, b"info")
    until("the first are answered", lambda: len(smsc.sent) == 10)
    smsc.close()
    for who in people[10:]:
        smsc.deliver(who, b"info")
    smsc.open()
    until("all are answered", lambda: {one.to for one in smsc.sent} >= set(people))
    until("it knows that all were taken", lambda: not smsc.brings)


def test_no_message_is_lost_or_taken_twice_when_the_process_is_killed_before_it_answers(
    doors: DoorProcess, smsc: Smsc
) -> None:
    people, before = [next(_people) for _ in range(40)], sum(one.messages for one in doors.log.doors())
    for nth, who in enumerate(people):
        smsc.deliver(who, bytes([5, 0, 3, 1, 2, 1]) + b"syarat ", esm=0x40)
        smsc.deliver(who, bytes([5, 0, 3, 1, 2, 2]) + b"kia", esm=0x40)
        if nth in (15, 30):
            doors.kill()
            doors.start()
    until("all are answered", lambda: {one.to for one in smsc.sent} >= set(people))
    until("it knows that all were taken", lambda: not smsc.brings)
    doors.settle()
    assert {text for who in people for text in answers(smsc, who)} == {doors.spoken("requirements.kia")}
    assert sum(one.messages for one in doors.log.doors()) == before + 40
    # What was just being sent when it was killed stands in doubt, and may be sent twice.
    assert sum(len(_whole(smsc, who)) - 1 for who in people) <= 2 * Smpp.at_once


def test_a_kill_loses_no_part_and_what_was_being_sent_is_sent_again(doors: DoorProcess, smsc: Smsc) -> None:
    half, doubtful = next(_people), next(_people)
    assert smsc.status(smsc.deliver(half, b"\5\0\3\7\2\1syarat ", esm=0x40)) == OK
    smsc.mute = True
    smsc.deliver(doubtful, b"info")
    until("it is being sent", lambda: smsc.sent)
    doors.kill()
    smsc.mute = False
    doors.start()
    smsc.deliver(half, b"\5\0\3\7\2\2kia", esm=0x40)
    assert answers(smsc, half) == [doors.spoken("requirements.kia")]
    assert answers(smsc, doubtful, 2) == [doors.spoken("text.help")] * 2
    doors.settle()


def test_a_process_that_is_told_to_end_leaves_nothing_in_doubt_and_tells_the_smsc(
    doors: DoorProcess, smsc: Smsc
) -> None:
    people = [next(_people) for _ in range(100)]
    for who in people:
        smsc.deliver(who, b"info")
    until("it answers", lambda: smsc.sent)
    smsc.others.clear()
    assert doors.stop() == 0
    until("the SMSC is told", lambda: UNBIND in {command for command, _ in smsc.others})
    doors.start()
    until("all are answered", lambda: {one.to for one in smsc.sent} >= set(people))
    doors.settle()
    assert len(smsc.sent) == 100


def test_the_door_is_shown_and_tried_by_command(doors: DoorProcess, smsc: Smsc) -> None:
    assert "open  SMS by SMPP" in run_hotline(doors.environment, "doors").stdout
    assert "The SMSC knows us, and answers" in run_hotline(doors.environment, "doors", "test", "smpp").stdout


def test_nothing_that_was_written_stands_in_clear(doors: DoorProcess, smsc: Smsc) -> None:
    who = next(_people)
    smsc.deliver(who, b"info")
    answers(smsc, who)
    kept = doors.written()
    for word in (who, PASSWORD):
        assert word.encode() not in kept
