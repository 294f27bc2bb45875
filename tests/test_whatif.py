"""Recorded calls, had again with another menu: who comes elsewhere, presses what is gone, gets an agent, waits longer.

The calls are had by the real conversation, and written down by the real journal.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

import pytest
from memory_books import MemoryCalls
from sample_office import SampleOffice, kk_digits, nik
from scripted_caller import PROMPTS, ScriptedKeypad, ScriptedPhone
from spoken_caller import HearingPhone
from test_services_conversation import CALLS, steps

from agi.books.events import Ended, Event, Outcome
from agi.dialogue.menu import Menu
from agi.dialogue.menufile import read
from agi.dialogue.question import Answer, Mode, Result
from agi.dialogue.titles import titles
from agi.editions.replayed import At, Replayed, Verdict, Version
from agi.editions.replaying import replay
from agi.editions.whatif import Count, Left
from agi.line.journal import CallJournal
from agi.voice.texts import Texts

pytest_plugins = ["office_fixtures"]
TRIES = 3
A_CHARACTER_S = 0.01
Made = Callable[..., Version]
WITHOUT_4 = [
    ('4 = "other"\n', ""),
    ('4 = ["lainnya", "informasi lain", "informasi", "lain lain"]\n', ""),
]
"""The main menu loses an option."""


def version(folder: Path, menu: Sequence[tuple[str, str]] = (), texts: Sequence[tuple[str, str]] = ()) -> Version:
    """The prompts of the house, of which each first stands for its second; a character lasts 10 ms."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, changes in (("menu.toml", menu), ("id.toml", texts)):
        text = (PROMPTS / name).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    words = {key: one.raw for key, one in Texts.load(folder).items()}
    seconds = {key: A_CHARACTER_S * len(raw) for key, raw in words.items()}
    file = folder / "menu.toml"
    return Version(Menu.load(file), titles(read(file)), words, seconds)


@pytest.fixture(scope="module")
def then(tmp_path_factory: pytest.TempPathFactory) -> Version:
    return version(tmp_path_factory.mktemp("then"))


@pytest.fixture
def now(tmp_path: Path) -> Made:
    return lambda menu=(), texts=(): version(tmp_path / "now", menu, texts)


def events_of(office: SampleOffice, phone: ScriptedPhone | HearingPhone) -> tuple[Event, ...]:
    log = MemoryCalls()
    log.begin("one", "", datetime.now(UTC), edition=1)
    journal = CallJournal(log, "one", lambda: datetime.now(UTC))
    ending = office.called(phone, journal=journal, caller=token_hex(4)).ending  # nobody who was cut off before
    journal.ended(ending.outcome, ending.where, ending.why)
    return log.events("one")


def keyed(office: SampleOffice, script: str) -> tuple[Event, ...]:
    return events_of(office, ScriptedPhone(ScriptedKeypad(script)))


def spoken(office: SampleOffice, *script: Answer) -> tuple[Event, ...]:
    return events_of(office, HearingPhone(list(script)))


def said(value: str, *, sure: bool = True) -> Answer:
    return Answer(Result.MATCH, value, Mode.SPEECH, 0.9 if sure else 0.5, sure=sure)


@pytest.mark.parametrize("script", [*CALLS, *steps(), "0", "7 7 7", ", ,", "1 0#", "3 2 1 0", "3 2 1 * 2 1 2"])
def test_every_call_is_the_same_with_what_it_was_had_with(office: SampleOffice, then: Version, script: str) -> None:
    found = replay(keyed(office, script), then, then, TRIES)
    assert (found.verdict, found.longer_s) == (Verdict.SAME, 0.0)
    assert found.then == found.now


def test_who_pressed_an_option_that_was_removed_presses_what_is_not_there(
    office: SampleOffice, then: Version, now: Made
) -> None:
    found = replay(keyed(office, "4 3 2"), then, now(WITHOUT_4), TRIES)
    assert found.verdict is Verdict.GONE
    assert found.step
    assert str(found.step) == "menekan 4 di Menu utama"
    assert (str(found.then), str(found.now)) == ("sampai di menu Lainnya", "pilihan itu tidak ada (di Menu utama)")


def test_who_pressed_an_option_that_was_moved_comes_elsewhere(office: SampleOffice, then: Version, now: Made) -> None:
    moved = now([('1 = "nik_check"\n2 = "status"', '1 = "status"\n2 = "nik_check"')])
    found = replay(keyed(office, f"1 {nik(1)} {kk_digits(1)} 2"), then, moved, TRIES)
    assert found.verdict is Verdict.ELSEWHERE
    assert (found.then.at, found.then.node, found.now.at, found.now.node) == (At.ANSWER, "nik_check", At.MENU, "status")
    assert replay(keyed(office, "3 2 2 2"), then, moved, TRIES).verdict is Verdict.SAME


def test_a_place_that_has_only_another_name_is_the_same(office: SampleOffice, then: Version, now: Made) -> None:
    renamed = now(
        [
            ('4 = "other"', '4 = "lain"'),
            ("[other]", "[lain]"),
            ("[other.words]", "[lain.words]"),
            ('"menu.other"', '"menu.lain"'),
        ],
        [("other = ", "lain = ")],
    )
    found = replay(keyed(office, "4 3 2"), then, renamed, TRIES)
    assert (found.verdict, found.longer_s) == (Verdict.SAME, 0.0)


def test_what_a_caller_enters_is_answered_as_it_was(office: SampleOffice, then: Version, now: Made) -> None:
    changed = now([("[status_by_person]", '[fresh]\nsay = "info.hours"\n\n[status_by_person]')])
    wrong = f"1 {nik(1)} 9999999999 9999999999 {kk_digits(1)} 2"
    assert replay(keyed(office, wrong), then, changed, TRIES).verdict is Verdict.SAME


def test_words_lead_where_they_are_now_whatever_key_they_have(office: SampleOffice, then: Version, now: Made) -> None:
    swapped = now(
        [
            ('1 = "nik_check"\n2 = "status"', '1 = "status"\n2 = "nik_check"'),
            ('1 = ["cek NIK", "NIK", "KTP"', '2 = ["cek NIK", "NIK", "KTP"'),
            ('2 = ["status dokumen", "status permohonan", "status", ', '1 = ["status dokumen", "status permohonan", '),
        ]
    )
    assert replay(spoken(office, said("1")), then, swapped, TRIES).verdict is Verdict.SAME
    assert replay(keyed(office, "1 !"), then, swapped, TRIES).verdict is Verdict.ELSEWHERE


def test_a_wish_for_a_place_that_can_no_longer_be_wished_for_finds_nothing(
    office: SampleOffice, then: Version, now: Made
) -> None:
    others = '"KK hilang/rusak", "KK tidak ditemukan", "urus/bikin/ubah/syarat KK hilang/rusak"'
    unwished = now([(f'intents = ["Kartu Keluarga hilang atau rusak", {others}]', 'intents = ["sesuatu"]')])
    wish = spoken(office, said("requirements_kk_lost"), said("2"))
    assert replay(wish, then, then, TRIES).verdict is Verdict.SAME
    assert replay(wish, then, unwished, TRIES).verdict is Verdict.GONE


def test_what_was_heard_and_denied_leads_nowhere(office: SampleOffice, then: Version, now: Made) -> None:
    no = Answer(Result.MATCH, "2", Mode.KEYS)
    denied = spoken(office, said("4", sure=False), no, said("3"))
    assert replay(denied, then, now(WITHOUT_4), TRIES).verdict is Verdict.SAME
    agreed = spoken(office, said("4", sure=False), Answer(Result.MATCH, "1", Mode.KEYS))
    assert replay(agreed, then, now(WITHOUT_4), TRIES).verdict is Verdict.GONE


def test_who_reached_an_agent_by_an_option_that_moved_no_longer_does(
    office: SampleOffice, then: Version, tmp_path: Path
) -> None:
    with_agent = version(tmp_path / "agent", [('4 = "complaint"', '4 = "to_agent"')])
    moved = version(tmp_path / "moved", [('3 = "blanko"\n4 = "complaint"', '3 = "to_agent"\n4 = "complaint"')])
    heard = keyed(office, "4 4 4 !")  # the conversation itself knows the complaint there: the same keys
    found = replay(heard, with_agent, moved, TRIES)
    assert found.lost_agent
    assert (found.now.at, found.now.node) == (At.ANSWER, "complaint")
    assert replay(heard, then, with_agent, TRIES).won_agent
    assert not replay(keyed(office, "4 0"), with_agent, moved, TRIES).lost_agent


def test_who_presses_wrong_keys_is_given_up_as_often_as_the_menu_says(
    office: SampleOffice, then: Version, now: Made
) -> None:
    impatient = now([('[main]\nprompt = "menu.main"', '[main]\ntries = 1\nprompt = "menu.main"')])
    found = replay(keyed(office, "7 1 !"), then, impatient, TRIES)
    assert (found.verdict, found.now.at) == (Verdict.ELSEWHERE, At.AGENT)


def test_a_key_that_was_wrong_then_may_be_there_now(office: SampleOffice, then: Version, now: Made) -> None:
    more = now([('3 = "legalisation"', '3 = "legalisation"\n4 = "hours"')])
    found = replay(keyed(office, "3 4 4 !"), then, more, TRIES)
    assert (found.verdict, found.now.at, found.now.node) == (Verdict.ELSEWHERE, At.ANSWER, "hours")


@pytest.mark.parametrize(("script", "waits"), [("4 !", True), ("!", False)])
def test_who_listens_for_their_key_waits_until_it_is_offered(
    office: SampleOffice, then: Version, now: Made, script: str, waits: bool
) -> None:
    words = " dan masih banyak lagi yang lain"
    longer = now(texts=[("lainnya tekan 4.", f"lainnya{words} tekan 4.")])
    found = replay(keyed(office, script), then, longer, TRIES)
    assert found.verdict is Verdict.SAME
    assert found.longer_s == pytest.approx(len(words) * A_CHARACTER_S if waits else 0.0)


def test_who_presses_before_their_key_is_offered_waits_no_longer(
    office: SampleOffice, then: Version, now: Made
) -> None:
    longer = now(texts=[("penipuan tekan 3,", "waspada terhadap penipuan tekan 3,")])
    assert replay(keyed(office, "43 !"), then, longer, TRIES).longer_s == 0.0
    assert replay(keyed(office, "4 3 !"), then, longer, TRIES).longer_s > 0.0


def test_a_longer_answer_is_longer_to_listen_to(office: SampleOffice, then: Version, now: Made) -> None:
    longer = now(texts=[("Semua dokumen kependudukan gratis.", "Semua dokumen kependudukan selalu gratis.")])
    found = replay(keyed(office, "4 1 2 2"), then, longer, TRIES)
    assert found.longer_s == pytest.approx(len("selalu ") * A_CHARACTER_S)


def test_all_calls_are_counted_those_that_cannot_be_had_again_too(
    office: SampleOffice, then: Version, now: Made
) -> None:
    count = Count(now(WITHOUT_4), TRIES)
    gone, agent = keyed(office, "4 3 2"), keyed(office, "0")
    nothing = (Ended(at=datetime.now(UTC), outcome=Outcome.ABANDONED),)
    for nth in range(7):
        count.add(f"gone-{nth}", 1, gone, then)
    count.add("agent", 1, agent, then)
    count.add("later", 1, keyed(office, "4 3 0"), then)
    count.add("old", 0, gone, None)
    count.add("empty", 1, nothing, then)
    count.add("forgotten", 2, gone, None)
    count.add("strange", 1, gone[2:], then)
    told = count.result(guessed=3)
    assert (told.calls, told.replayed, told.guessed) == (13, 9, 3)
    assert dict(told.left) == {Left.NO_PATH: 2, Left.NO_EDITION: 1, Left.UNCLEAR: 1}
    assert told.verdicts[Verdict.GONE] == 8
    assert told.unchanged == 1
    assert (told.agents_then, told.agents_now, told.lost_agent, told.agents_unknown) == (2, 1, 0, 1)
    assert [(one.call, one.others) for one in told.examples] == [("gone-0", 7)]


def test_the_agent_who_is_lost_stands_first(office: SampleOffice, then: Version, tmp_path: Path) -> None:
    with_agent = version(tmp_path / "agent", [('4 = "complaint"', '4 = "to_agent"')])
    without = [
        ('4 = "complaint"\n', ""),
        ('4 = ["pengaduan", "pengaduan pelayanan", "keluhan", "komplain"]\n', ""),
        ('2 = "hours"', '2 = "channels"'),
    ]
    count = Count(version(tmp_path / "now", without), TRIES)
    count.add("hours", 1, keyed(office, "4 1 2 2"), with_agent)
    count.add("lost", 1, keyed(office, "4 4 4 !"), with_agent)
    told = count.result()
    assert [one.call for one in told.examples] == ["lost", "hours"]
    assert isinstance(told.examples[0].replayed, Replayed)
