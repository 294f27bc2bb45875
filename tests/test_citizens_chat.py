"""The chat of the citizens' page: a door like all others, for who has no telephone and no account anywhere."""

from datetime import timedelta

import pytest
from citizens_page import CitizensPage, citizens_registry, own_page, page, served
from line_exchange import until
from sample_office import KEY, RESIDENTS, TEXTS, kk_digits, nik

from agi.books.counting import CallCounter
from agi.books.events import Channel
from agi.books.figures import Figures, Messages
from agi.books.mailbox_log import MailboxLog
from agi.books.threads import ThreadBook
from agi.books.words import KtpState
from agi.office.counting import Visitor

__all__ = ["citizens_registry", "own_page", "page", "served"]
SERIAL = RESIDENTS[KtpState.CARD_ISSUED]


def test_a_message_is_answered_on_the_same_page(page: CitizensPage) -> None:
    answer = page.citizen().send("/obrolan", pesan="syarat kk hilang")
    assert TEXTS.message("requirements.kk_lost") in answer.text
    assert [one.status_code for one in (*answer.history, answer)] == [303, 200]


def test_a_nik_and_its_proof_are_one_question_of_one_browser(page: CitizensPage) -> None:
    citizen, other = page.citizen(), page.citizen()
    citizen.send("/obrolan", pesan=f"cek#ktp#{nik(SERIAL)}")
    assert TEXTS.message("ktp.card_issued") not in other.send("/obrolan", pesan=kk_digits(SERIAL)).text
    told = citizen.send("/obrolan", pesan=kk_digits(SERIAL)).text
    assert TEXTS.message("ktp.card_issued") in told and nik(SERIAL) not in told


def test_two_tabs_are_one_chat_and_other_browsers_see_nothing_of_it(page: CitizensPage) -> None:
    citizen = page.citizen()
    forms = [citizen.form("/obrolan") for _ in range(2)]
    citizen.send("/obrolan", forms[0], pesan="syarat kia")
    told = citizen.send("/obrolan", forms[1], pesan="jam buka").text
    assert TEXTS.message("requirements.kia") in told and TEXTS.message("info.hours") in told
    assert "requirements" not in page.citizen().get("/obrolan") and "syarat kia" not in page.citizen().get("/obrolan")


def test_a_form_that_is_sent_twice_is_answered_once(page: CitizensPage) -> None:
    citizen = page.citizen()
    form = citizen.form("/obrolan")
    for _ in range(2):
        told = citizen.send("/obrolan", form, pesan="syarat kia").text
    assert told.count(TEXTS.message("requirements.kia")) == 1


def test_the_office_sees_it_masked_and_by_its_channel(page: CitizensPage) -> None:
    before = len(MailboxLog(page.settings.mailbox_db).letters(1000))
    page.citizen().send("/obrolan", pesan=f"cek#ktp#{nik(SERIAL)}#{kk_digits(SERIAL)}")
    letters = MailboxLog(page.settings.mailbox_db).letters(1000)
    assert len(letters) == before + 1 and nik(SERIAL) not in str(letters)
    assert (letters[0].door, letters[0].state, letters[0].intent) == ("chat", "sent", "cek_ktp")


def test_an_agent_answers_in_the_chat(own_page: CitizensPage) -> None:
    citizen = own_page.citizen()
    citizen.send("/obrolan", pesan="saya mau bicara dengan petugas")
    book, now = ThreadBook(own_page.settings.mailbox_db, KEY), own_page.clock()
    [thread] = book.to_do()
    book.take_over(thread.id, "agent1", now)
    book.write(thread.id, "agent1", "Selamat siang, ada <b>yang</b> bisa dibantu?", "1", now)
    until("it is there", lambda: "Selamat siang, ada &lt;b&gt;yang" in citizen.get("/obrolan"))


def test_a_chat_is_gone_when_its_citizen_says_so_and_after_a_day(page: CitizensPage) -> None:
    citizen = page.citizen()
    citizen.send("/obrolan", pesan="syarat kia")
    page.clock.pass_by(timedelta(hours=25))
    assert "syarat kia" not in citizen.get("/obrolan")
    citizen.send("/obrolan", pesan="jam buka")
    assert "jam buka" in citizen.get("/obrolan")
    cookie = dict(citizen.client.cookies)
    citizen.client.post("/obrolan/akhiri")
    assert not citizen.client.cookies
    citizen.client.cookies.update(cookie)
    assert "jam buka</p>" not in citizen.get("/obrolan")


def test_an_answer_that_is_brought_twice_is_there_once_and_none_in_a_chat_that_was_ended(page: CitizensPage) -> None:
    chat, who = page.site.chat, Visitor("web:somebody")
    chat.say(who, "line-1", "syarat kia")
    for _ in range(2):
        chat.send(who.number, "Selamat siang.", "token-1")
    assert chat.has("token-1") and not chat.has("token-2")
    assert [one.text for one in chat.lines(who.number)].count("Selamat siang.") == 1
    chat.end(who.number)
    chat.send(who.number, "Selamat sore.", "token-2")
    assert chat.lines(who.number) == ()


@pytest.mark.parametrize("session", ["", "x", "08123456789", "a" * 22 + "\n", "é" * 22, "a" * 5000])
def test_a_session_that_is_none_of_ours_is_a_new_one(page: CitizensPage, session: str) -> None:
    citizen = page.citizen()
    headers = {"Cookie": f"warga={session.strip()}".encode("latin-1")}
    sent = citizen.client.post("/obrolan", data={**citizen.form("/obrolan"), "pesan": "info"}, headers=headers)
    assert sent.history[0].cookies["warga"] != session and len(sent.history[0].cookies["warga"]) == 22


def test_what_is_written_is_text_and_nothing_else(page: CitizensPage) -> None:
    told = page.citizen().send("/obrolan", pesan="<script>alert(1)</script>\"'{{7*7}}\x00\u202e").text
    assert "&lt;script&gt;alert(1)" in told and "<script>alert" not in told and "{{7*7}}" in told


def test_messages_and_look_ups_are_in_the_records_of_all_channels(own_page: CitizensPage) -> None:
    citizen, began = own_page.citizen(), own_page.clock() - timedelta(hours=1)
    citizen.send("/obrolan", pesan="syarat kia")
    citizen.told("/nik", nik=nik(SERIAL), kk=kk_digits(SERIAL))
    citizen.send("/lapor", tentang="service", isi="Loket tutup sejak pagi.")
    assert own_page.site.log.flush()
    with CallCounter(own_page.settings.calls_db) as counter:
        figures = Figures.of(counter.tally(began, began + timedelta(days=1)))
    assert figures.messages == (Messages(Channel.CHAT, 3, 3, 0, 0, 0),)
    asked = own_page.site.office.safety.history(nik(SERIAL), Visitor("081200000001"), "")
    assert (asked.others, dict(asked.doors)) == (1, {Channel.CHAT: 1})
