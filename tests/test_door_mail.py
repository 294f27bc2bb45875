"""E-mail: what citizens write is answered in its thread, once, and nothing is answered that a program must not."""

from collections.abc import Iterator

import pytest
from installation import run_hotline
from line_exchange import until
from mail_office import CITIZEN, MailOffice, mail_office
from mail_peer import OFFICE, PASSWORD

from agi.privacy import mask
from agi.settings import SAMPLE
from agi.workshop.softphone.sample import load

_senders = (f"warga{nth}@warga.example" for nth in range(10_000))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailOffice]:
    with mail_office(tmp_path_factory.mktemp("mail")) as made:
        yield made


@pytest.fixture
def citizen() -> str:
    """One who has not written yet."""
    return next(_senders)


def test_a_mail_is_answered_in_its_thread(office: MailOffice, citizen: str) -> None:
    uid = office.write(
        "syarat kk hilang", citizen, Subject="Tanya KK", Message_ID="<2@x>", References="<0@x>\r\n <1@x>"
    )
    answer = office.answer(citizen)
    assert answer.text == office.spoken("requirements.kk_lost")
    assert (answer.sender, answer.receivers) == ("", [citizen, OFFICE])
    told = {name: answer.mail[name] for name in ("From", "To", "Subject", "In-Reply-To", "Auto-Submitted")}
    assert list(told.values()) == [OFFICE, citizen, "Re: Tanya KK", "<2@x>", "auto-replied"]
    assert answer.mail["References"].split() == ["<0@x>", "<1@x>", "<2@x>"]
    until("it is marked as read", lambda: r"\Seen" in office.server.flags(uid))


def test_a_nik_and_its_proof_make_one_question_and_no_number_comes_back(office: MailOffice, citizen: str) -> None:
    sample = load(SAMPLE, office.settings.identity.kk_digits)
    person = next(one for one in sample.residents if (one.status, one.ktp) == ("ACTIVE", "CARD_ISSUED"))
    office.write("", citizen, Subject=f"CEK#KTP#{person.nik}")
    first = office.answer(citizen)
    quoted = f"{person.kk_digits}\r\n\r\nPada Sab, 28 Nov 2026 pukul 10.00 {OFFICE} menulis:\r\n> {person.nik}"
    office.write(quoted, citizen, Subject=f"Re: CEK#KTP#{person.nik}", In_Reply_To=first.mail["Message-ID"])
    answers = office.answers(citizen, 2)
    assert answers[1].text.startswith(office.spoken("ktp.card_issued")[:20])
    assert not any(person.nik.encode() in one.raw or person.kk_digits.encode() in one.raw for one in answers)
    assert first.subject == f"Re: CEK#KTP#{mask(person.nik)}"


def test_what_comes_twice_is_answered_once(office: MailOffice, citizen: str) -> None:
    for _ in range(2):
        office.write("info", citizen, Message_ID="<twice@x>")
    office.write("syarat kia", citizen, Message_ID="<after@x>")
    answers = office.answers(citizen, 2)
    assert sorted(one.mail["In-Reply-To"] for one in answers) == ["<after@x>", "<twice@x>"]
    other = next(_senders)
    office.write("info", other, Message_ID="<twice@x>")  # nobody takes another's answer away by a known id
    assert office.answer(other).mail["In-Reply-To"] == "<twice@x>"
    assert len(office.server.answers(citizen)) == 2


def test_mails_without_an_id_are_told_apart(office: MailOffice, citizen: str) -> None:
    for _ in range(2):
        office.write("info", citizen)
    office.answers(citizen, 2)


NOT_ANSWERED = [
    {"sender": ""}, {"sender": None}, {"sender": OFFICE}, {"sender": "bukan alamat"},
    {"sender": "MAILER-DAEMON@x.example"}, {"sender": "no-reply@toko.example"},
    {"sender": "tanya-bounces+warga=x.example@milis.example"}, {"From": f"<{OFFICE}>"},
    {"From": "Toko <noreply@toko.example>"}, {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated; x=y"}, {"Precedence": "bulk"}, {"Precedence": "List"}, {"Precedence": "junk"},
    {"List_Id": "<warga.milis.example>"}, {"List_Unsubscribe": "<mailto:x@y.example>"},
    {"X_Auto_Response_Suppress": "DR, OOF"}, {"X_Spam_Flag": "YES"}, {"X_Autoreply": "yes"},
    {"Content_Type": "multipart/report; report-type=delivery-status; boundary=x"},
]  # fmt: skip


@pytest.mark.parametrize("more", NOT_ANSWERED, ids=str)
def test_what_no_program_may_answer_is_left_for_a_person(
    office: MailOffice, citizen: str, more: dict[str, str]
) -> None:
    given = {"sender": CITIZEN, **more}
    left = office.write("info", **given)  # type: ignore[arg-type]
    office.write("syarat kia", citizen)
    assert office.answer(citizen).text == office.spoken("requirements.kia")
    assert not office.server.flags(left)


def test_a_mail_that_says_it_is_of_no_program_is_answered(office: MailOffice, citizen: str) -> None:
    office.write("syarat kia", citizen, Auto_Submitted="no", X_Auto_Response_Suppress="DR, RN")
    assert office.answer(citizen).text == office.spoken("requirements.kia")


def test_two_programs_do_not_write_to_each_other_for_ever(office: MailOffice, citizen: str) -> None:
    for nth in range(15):
        office.write("info", citizen, Message_ID=f"<robot{nth}@x>")
    other = next(_senders)
    office.write("syarat kia", other)
    office.answer(other)
    office.answers(citizen, 10)
    states = [""] * 5 + ["sent"] * 10
    until("ten are answered, five not", lambda: [one.state for one in office.letters()[1:16]] == states)
    assert len(office.server.answers(citizen)) == 10


def test_what_a_person_has_read_is_theirs(office: MailOffice, citizen: str) -> None:
    read = office.write("info", CITIZEN, read=True)
    office.write("syarat kia", citizen)
    office.answer(citizen)
    assert not office.server.answers(CITIZEN) and office.letters()[0].asked == "syarat kia"
    assert office.server.flags(read) == {r"\Seen"}


def test_a_connection_that_dies_while_nothing_comes_is_made_again(office: MailOffice, citizen: str) -> None:
    until("the door waits", lambda: office.server.idlers)
    office.server.cut()
    office.write("syarat kia", citizen)
    assert office.answer(citizen).text == office.spoken("requirements.kia")


def test_a_mail_that_comes_just_before_the_door_waits_is_seen(office: MailOffice, citizen: str) -> None:
    def late(step: str) -> None:
        if step == "IDLE":
            office.server.step = lambda _: None
            office.write("syarat kia", citizen)

    until("the door waits", lambda: office.server.idlers)
    office.server.step = late
    office.write("wakes the door, and nothing comes of it", "")
    assert office.answers(citizen, 1, limit_s=20)[0].text == office.spoken("requirements.kia")


def test_what_is_refused_for_now_is_sent_again(office: MailOffice) -> None:
    office.server.refuses += [("AUTH", 535), ("MAIL", 550), ("RCPT", 450), (".", 451)]
    citizens = [next(_senders) for _ in office.server.refuses]
    for one in citizens:
        office.write("syarat kia", one)
    for one in citizens:
        assert office.answer(one).text == office.spoken("requirements.kia")
    assert not office.server.refuses


@pytest.mark.parametrize("step", ["RCPT", "."])
def test_what_is_never_taken_is_given_up(office: MailOffice, citizen: str, step: str) -> None:
    office.server.refuses.append((step, 550))
    office.write("info", citizen)
    until("it is given up", lambda: [one.state for one in office.letters()[:1]] == ["dead"])
    assert office.letters()[0].why.startswith("SMTP: 550 at") and citizen not in str(office.letters()[0])
    assert not office.server.answers(citizen)


HOSTILE = {
    "no text": b"Content-Type: image/png\r\n\r\n\x89PNG",
    "headers alone": b"Subject: \r\n",
    "zeros": b"\r\n" + bytes(10_000),
    "half a character": b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-\r\n",
    "too deep": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" * 2000,
    "20 MB": b"Content-Type: text/plain\r\n\r\n" + b"halo " * 4_000_000,
    "a million headers": b"X: y\r\n" * 1_000_000 + b"\r\ninfo\r\n",
    "a broken charset": b"Content-Type: text/plain; charset=undefined\r\n\r\nhalo\r\n",
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_whatever_comes_is_told_how_to_ask(office: MailOffice, citizen: str, raw: bytes) -> None:
    office.server.deliver(f"From: <{citizen}>\r\n".encode() + raw, citizen)
    assert office.answer(citizen).text == office.spoken("text.help")


def test_a_mail_that_breaks_the_readers_of_addresses_holds_up_nobody(office: MailOffice, citizen: str) -> None:
    left = office.write("info", CITIZEN, From="(" * 5000)
    office.write("syarat kia", citizen)
    assert office.answer(citizen).text == office.spoken("requirements.kia")
    assert not office.server.flags(left)


def test_a_burst_is_answered(office: MailOffice) -> None:
    senders = [next(_senders) for _ in range(200)]
    for one in senders:
        office.write("info", one)
    for one in senders:
        office.answer(one)


def test_the_door_is_shown_and_tried_by_command(office: MailOffice) -> None:
    assert "open  surel" in run_hotline(office.environment, "doors").stdout
    before = len(office.server.box)
    tried = run_hotline(office.environment, "doors", "test", "mail").stdout
    assert "A mail to our own address was taken by SMTP, came by IMAP" in tried
    assert len(office.server.box) == before


def test_nothing_that_was_written_stands_in_clear(office: MailOffice, citizen: str) -> None:
    office.write("info", citizen, Message_ID=f"<1.{citizen}>", Subject="kata rahasia")
    office.answer(citizen)
    kept = b"".join(path.read_bytes() for path in office.settings.data.rglob("*") if path.is_file())
    kept += b"".join(path.read_bytes() for path in (office.settings.var / "log").rglob("*") if path.is_file())
    for word in ("warga.example", PASSWORD, "kata rahasia"):
        assert word.encode() not in kept
