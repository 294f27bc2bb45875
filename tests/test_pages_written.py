"""What messages say is edited once for all channels, in a browser, with its length on each, and nothing is lost."""

import html
import re

import pytest
from pages_office import PagesOffice, office
from test_pages_sentences import published

from agi.editions.differences import Kind, changes
from agi.editions.store import Editions
from agi.voice.texts import Texts

__all__ = ["office"]
LOST = "requirements.kk_lost"
PAGE = "/kalimat-tertulis"


def told(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def written(office: PagesOffice, key: str) -> str:
    return " ".join(Texts.load(office.settings.prompts).variant(key).raw.split())


def save(office: PagesOffice, key: str, text: str, base: str, what: str = "simpan") -> tuple[int, str]:
    answer = office.client("admin").post(f"{PAGE}/{key}", data={"teks": text, "dasar": base, "aksi": what})
    return answer.status_code, told(answer.text)


def test_all_that_messages_say_is_listed_with_its_length(office: PagesOffice) -> None:
    listed = told(office.client("admin").get(PAGE).text)
    for key in ("help", LOST, "complaint.sent", "info.hours"):
        assert f" {key} " in listed
    assert "document.ktp" not in listed and "menu.main" not in listed


def test_a_message_is_seen_as_each_channel_sends_it(office: PagesOffice) -> None:
    _, page = save(office, LOST, "KK hilang: bawa KTP-el. " * 8, "", "lihat")
    assert "191 dari 160 huruf, 2 SMS" in page and "191 huruf, satu pesan" in page and "T013" in page
    assert written(office, LOST) == " ".join(Texts.load(office.settings.prompts).messages[f"text.{LOST}"].raw.split())


def test_it_is_changed_and_taken_back_to_what_is_said(office: PagesOffice) -> None:
    published(office)
    before = written(office, LOST)
    assert save(office, LOST, "KK hilang: bawa KTP-el. Gratis.", before)[0] == 200
    assert written(office, LOST) == "KK hilang: bawa KTP-el. Gratis."
    draft = told(office.client("admin").get("/draf").text)
    assert "Pesan tertulis (1)" in draft and f"text.{LOST}" in draft
    folder = Editions(office.settings.editions_folder).current()
    assert folder is not None
    assert [one.kind for one in changes(folder.prompts, office.settings.prompts, "id")] == [Kind.MESSAGE]
    assert save(office, LOST, "", "KK hilang: bawa KTP-el. Gratis.")[0] == 200
    assert f"text.{LOST}" not in Texts.load(office.settings.prompts).messages


def test_one_for_messages_alone_is_begun(office: PagesOffice) -> None:
    assert f"text.{'requirements.kia'}" not in Texts.load(office.settings.prompts).messages
    assert save(office, "requirements.kia", "KIA: bawa KK dan akta anak. Gratis.", "")[0] == 200
    assert written(office, "requirements.kia") == "KIA: bawa KK dan akta anak. Gratis."


@pytest.mark.parametrize(("key", "text"), [("help", ""), (LOST, "Kosong {"), ("help", "Halo {apa:phrase")])
def test_what_can_not_be_a_message_is_not_saved(office: PagesOffice, key: str, text: str) -> None:
    before = written(office, key)
    status, page = save(office, key, text, before)
    assert (status, written(office, key)) == (422, before) and (text in page or not text)


def test_two_who_change_it_lose_nothing(office: PagesOffice) -> None:
    before = written(office, LOST)
    save(office, LOST, "Yang pertama.", before)
    status, page = save(office, LOST, "Yang kedua.", before)
    assert status == 409 and "Yang kedua." in page and "Yang pertama." in page
    assert save(office, LOST, "", before)[0] == 409
    assert written(office, LOST) == "Yang pertama."


def test_letters_that_no_sms_has_are_told_before_saving(office: PagesOffice) -> None:
    assert "T014" in save(office, LOST, "KK hilang – bawa KTP-el 🙂", "", "lihat")[1]


def test_only_admins_change_it_and_others_have_no_such_page(office: PagesOffice) -> None:
    assert office.client("auditor").get(f"{PAGE}/{LOST}").status_code == 200
    assert office.client("auditor").post(f"{PAGE}/{LOST}", data={"teks": "x"}).status_code == 403
    assert office.client("supervisor").get(PAGE).status_code == 403
    assert office.client("admin").get(f"{PAGE}/no.such").status_code == 404


def test_the_page_of_a_sentence_shows_what_messages_say(office: PagesOffice) -> None:
    page = told(office.client("admin").get(f"/kalimat/{LOST}").text)
    assert "Dalam pesan tertulis" in page and written(office, LOST) in page
