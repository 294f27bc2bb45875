"""What-if on call records and editions as they lie on the disk: by the command, and on the page."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from books_data import START, ended
from click.testing import CliRunner
from line_exchange import until
from pages_office import PagesOffice, office

from agi import privacy
from agi.books.audit import Audit
from agi.books.calls import CallBook
from agi.books.events import Answered, Asked, Noted, NoteKind, Outcome, Said, Told
from agi.cli import main
from agi.editions.replayed import Verdict
from agi.editions.store import Editions
from agi.editions.whatif import Left
from agi.services.whatif import what_if

__all__ = ["office"]
PATH = "/draf/bagaimana-jika"
CALLS = 1000
MOST_S = 10.0
TO_AGENT = (("main", "4"), ("other", ""))
TO_KTP = (("main", "3"), ("requirements", "2"), ("requirements_ktp", "2"))
"""Questions, and the keys pressed."""


def publish(office: PagesOffice) -> int:
    """Publish the working copy as it is, without sounds; the number of the edition."""
    editions = Editions(office.settings.editions_folder)
    with editions.alone():
        shutil.copytree(office.settings.prompts, editions.draft / "prompts")
        return editions.publish("content", "maker", "rina", "", ()).number


def write(office: PagesOffice, calls: int, edition: int) -> None:
    """So many calls: three in four ask for requirements of a KTP, each fourth asks for other information, then for an
    agent; one of an earlier program, one whose edition is gone."""
    settings = office.settings
    settings.data.mkdir(parents=True, exist_ok=True)
    book = CallBook.open(settings.calls_db, privacy.hash_key(settings.var))
    for serial in range(calls):
        name, at = f"call-{serial}", START + timedelta(minutes=serial)
        book.begin(name, f"0899{serial:05d}555", at, edition={0: 0, 1: 99}.get(serial, edition))
        book.event(name, Told(at=at, prompts=(Said("call.welcome"),)))
        way = TO_AGENT if serial % 4 == 0 else TO_KTP
        for question, value in way:
            answer = Answered("match", "keys", value, 20_000) if value else Answered("agent", "keys", "", 9000)
            said = (Said(f"menu.{question}"),)
            book.event(name, Asked(at=at, question=question, prompts=said, answer=answer))
        agent = way[-1][1] == ""
        if agent:
            book.event(name, Noted(at=at, kind=NoteKind.TRANSFER, detail="other"))
        outcome = Outcome.TRANSFERRED if agent else Outcome.ABANDONED
        book.event(name, ended(outcome, way[-1][0], "", at + timedelta(seconds=30)))
    book.close()


def change(office: PagesOffice, name: str, old: str, new: str) -> None:
    path = office.settings.prompts / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def without_other(office: PagesOffice) -> None:
    """The draft has no fourth option, and the menu of requirements takes longer to say."""
    change(office, "menu.toml", '4 = "other"\n', "")
    change(office, "menu.toml", '4 = ["lainnya", "informasi lain", "informasi", "lain lain"]\n', "")
    change(office, "id.toml", "KTP tekan 2, akta", "KTP elektronik atau kartu identitas anak tekan 2, akta")


@pytest.mark.parametrize("edited", [False, True])
def test_the_last_calls_are_had_again_each_against_its_own_edition(office: PagesOffice, edited: bool) -> None:
    write(office, 42, publish(office))
    if edited:
        without_other(office)
    told = what_if(office.settings, 41)
    assert (told.calls, told.replayed) == (41, 40)  # the oldest, of an earlier program, is not looked at
    assert dict(told.left) == {Left.NO_EDITION: 1}
    gone = told.verdicts[Verdict.GONE]
    assert (gone, told.longer.calls, told.agents_then) == ((10, 30, 10) if edited else (0, 0, 10))
    assert told.agents_now == (0 if edited else 10)
    if edited:
        assert 1.0 < told.longer.mean_s < 5.0
        assert [one.others for one in told.examples] == [9, 29]


def test_a_thousand_calls_take_less_than_ten_seconds(office: PagesOffice) -> None:
    write(office, CALLS, publish(office))
    without_other(office)
    steps: list[tuple[int, int]] = []
    begun = time.process_time()
    told = what_if(office.settings, progress=lambda done, length: steps.append((done, length)))
    assert time.process_time() - begun < MOST_S
    assert (told.calls, dict(told.left)) == (CALLS, {Left.NO_PATH: 1, Left.NO_EDITION: 1})
    assert (steps[0], steps[-1]) == ((1, CALLS), (CALLS, CALLS))


def test_the_command_says_what_would_change_and_for_whom(office: PagesOffice) -> None:
    write(office, 42, publish(office))
    without_other(office)
    result = CliRunner(env=office.environment).invoke(main, ["prompts", "whatif"])
    assert result.exit_code == 0, result.output
    assert "     10  menekan atau mengucapkan yang tidak ada lagi" in result.stdout
    assert "jalannya tidak tercatat" in result.stdout
    assert "Penelepon menekan 4 di Menu utama." in result.stdout
    assert "Waktu itu: sampai di menu Lainnya." in result.stdout


def test_a_draft_that_has_errors_is_not_counted_with_and_says_why(office: PagesOffice) -> None:
    write(office, 4, publish(office))
    change(office, "menu.toml", '4 = "other"\n', '4 = "nowhere"\n')
    client = office.client("admin")
    client.post(PATH)
    until("it is over", lambda: "refresh" not in client.get(PATH).headers)
    assert "simpul &#39;nowhere&#39; tidak ada" in client.get(PATH).text


def test_the_page_counts_when_it_is_told_to_and_leads_to_the_calls(office: PagesOffice) -> None:
    write(office, 42, publish(office))
    without_other(office)
    client = office.client("admin", "siti")
    assert f'href="{PATH}"' in client.get("/draf").text
    assert f'href="{PATH}"' in client.get("/audit").text  # in the bar
    assert "Yang paling berubah" not in client.get(PATH).text
    client.post(PATH)
    until("it is over", lambda: "refresh" not in client.get(PATH).headers)
    page = client.get(PATH).text
    assert "40 dari 42 panggilan dapat diulang" in page
    assert "menekan 4 di Menu utama" in page
    address = f"/panggilan/call-{40}"
    assert f'href="{address}"' in page
    assert client.get(address).status_code == 200
    change(office, "id.toml", "Selamat datang", "Selamat pagi")
    assert "Draf sudah berubah sejak dihitung" in client.get(PATH).text
    audit = Audit(office.settings.pages_db, privacy.hash_key(office.settings.var))
    assert [one.who for one in audit.entries() if one.what == "draf.bagaimana-jika"] == ["siti"]


def test_who_may_only_look_can_not_start_it(office: PagesOffice) -> None:
    assert office.client("auditor").get(PATH).status_code == 200
    assert office.client("auditor").post(PATH).status_code == 403
    assert office.client("supervisor").get(PATH).status_code == 403


def test_a_call_that_is_still_going_on_is_not_counted(office: PagesOffice, tmp_path: Path) -> None:
    write(office, 4, publish(office))
    book = CallBook.open(office.settings.calls_db, privacy.hash_key(office.settings.var))
    book.begin("now", "", START + timedelta(days=1), edition=1)
    book.close()
    assert what_if(office.settings).calls == 4
