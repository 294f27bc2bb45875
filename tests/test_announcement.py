"""An announcement before the greeting: what is spoken, how long it stands, who hears it, and what a record says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from office_fixtures import office, patient_books, registry_file
from sample_office import SampleOffice, build_registry
from scripted_caller import Notes, ScriptedKeypad, ScriptedPhone
from structlog.testing import capture_logs

from agi import privacy
from agi.books.calls import CallBook
from agi.books.reader import CallReader
from agi.cli import main
from agi.cli.call_story import story, written_by
from agi.dialogue.menu import Menu
from agi.dialogue.question import Prompt
from agi.editions.announcement import LONGEST, Announcements, NotAnnounced
from agi.line.journal import CallJournal
from agi.line.phone import AsteriskPhone
from agi.office.counting import Visitor
from agi.services.conversation import Start, converse
from agi.services.desk import Desk
from agi.settings import ROOT, Settings
from agi.settings.tables import Dialogue, Places, Voice
from agi.voice.cache import whole
from agi.voice.texts import Texts

__all__ = ["office", "patient_books", "registry_file"]

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = "Mohon maaf, sistem kami sedang terganggu sampai pukul 14.00."


@pytest.fixture
def var(tmp_path: Path) -> Path:
    (ROOT / "var" / "voice-cache").mkdir(parents=True, exist_ok=True)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "voice-cache").symlink_to(ROOT / "var" / "voice-cache")
    return tmp_path / "var"


@pytest.fixture
def announcements(var: Path) -> Announcements:
    return Announcements(Settings(places=Places(var=var)))


def test_an_announcement_is_spoken_before_it_goes_live_and_ends_by_itself(announcements: Announcements) -> None:
    made = announcements.announce(f"  {WORDS}\n", NOW + HOUR, "rina", NOW)
    assert announcements.standing(NOW) == made
    assert (made.words, made.author, made.at, made.until) == (WORDS, "rina", NOW, NOW + HOUR)
    assert whole(announcements.sound(made.clip))
    assert 3 < made.lasts_s < 8
    assert announcements.standing(NOW + HOUR - timedelta(seconds=1)) == made
    assert announcements.standing(NOW + HOUR) is None


def test_the_next_announcement_replaces_the_one_before_whose_sound_goes_on(
    announcements: Announcements, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (announcements.announce(f"Antrean {much}.", NOW + HOUR, "", NOW) for much in ("panjang", "ramai"))
    assert announcements.standing(NOW) == second
    assert whole(announcements.sound(first.clip))
    monkeypatch.setattr("agi.editions.announcement._KEPT_S", -1.0)  # as an hour later
    announcements.spoken("Antrean penuh.")
    assert [whole(announcements.sound(one.clip)) for one in (first, second)] == [False, True]
    announcements.clear()
    announcements.clear()
    assert announcements.standing(NOW) is None


@pytest.mark.parametrize(
    ("words", "until", "why"),
    [
        (" \n", NOW + HOUR, "Tulis dulu"),
        ("Sistem 😀 terganggu.", NOW + HOUR, "😀"),
        ("NIK 3273054101900001 sudah dicetak.", NOW + HOUR, "tidak boleh memuat NIK"),
        (WORDS * 9, NOW + HOUR, "paling lama 20"),
        (WORDS, NOW, "sudah lewat"),
        (WORDS, NOW + LONGEST + HOUR, "7 hari"),
    ],
)
def test_what_cannot_be_announced_changes_nothing_and_says_why(
    announcements: Announcements, words: str, until: datetime, why: str
) -> None:
    before = announcements.announce("Kantor tutup.", NOW + HOUR, "", NOW)
    with pytest.raises(NotAnnounced, match=why) as refused:
        announcements.announce(words, until, "", NOW)
    assert str(refused.value).endswith("Yang didengar penelepon tidak berubah.")
    assert announcements.standing(NOW) == before


def test_without_a_voice_nothing_is_announced(var: Path) -> None:
    mute = Announcements(Settings(places=Places(var=var), voice=Voice(engine="espeak", name="xx/nobody")))
    with pytest.raises(NotAnnounced, match="tidak bisa mengucapkannya"):
        mute.announce(f"{WORDS} Terima kasih.", NOW + HOUR, "", NOW)
    assert mute.standing(NOW) is None


def test_a_half_file_or_a_lost_sound_is_no_announcement_and_is_logged(announcements: Announcements, var: Path) -> None:
    made = announcements.announce(WORDS, NOW + HOUR, "", NOW)
    file = var / "editions" / "announcement" / "standing.json"
    text = file.read_text()
    for cut in (text[: len(text) // 2], "", text.replace(made.clip, "../../x"), "[]"):
        file.write_text(cut)
        with capture_logs() as told:
            assert announcements.standing(NOW) is None
        assert [one["event"] for one in told] == ["announcement.unreadable"]
    file.write_text(text)
    assert announcements.standing(NOW) == made
    (var / "editions" / "announcement" / f"{made.clip}.wav").write_bytes(b"RIFF")
    with capture_logs() as told:
        assert announcements.standing(NOW) is None
    assert [one["event"] for one in told] == ["announcement.no_sound"]


def call(office: SampleOffice, script: str, start: Start = Start.WELCOME) -> tuple[list[str], Notes]:
    notes, phone = Notes(), ScriptedPhone(ScriptedKeypad(script, Texts.load(ROOT / "prompts")))
    menu, announced = Menu.load(ROOT / "prompts" / "menu.toml"), Prompt("announcement", {"words": WORDS})
    converse(phone, notes, Desk(office.office, Visitor("1")), menu, Dialogue(), start, announced=announced)
    return phone.heard, notes


def test_callers_hear_it_before_the_greeting(office: SampleOffice) -> None:
    heard, notes = call(office, "!")
    assert heard[:3] == ["announcement", "call.welcome", "menu.main"]
    assert [one.key for one in notes.all_said] == ["announcement", "call.welcome"]


def test_who_comes_back_from_the_queue_is_not_told_again(office: SampleOffice) -> None:
    assert "announcement" not in call(office, "!", Start.QUEUE_LEFT)[0]


def test_the_phone_plays_the_clip_of_the_announcement_itself() -> None:
    phone = AsteriskPhone(None, None, lambda: 0, announced=Path("/a/clip"))  # type: ignore[arg-type]
    assert phone._files([Prompt("announcement", {"words": WORDS})]) == ("/a/clip",)


def test_a_call_s_record_tells_what_was_announced(tmp_path: Path) -> None:
    book = CallBook.open(tmp_path / "calls.db", bytes(32))
    book.begin("1.1", "", NOW)
    CallJournal(book, "1.1", lambda: NOW).said([Prompt("announcement", {"words": WORDS})])
    assert book.flush(60)
    with CallReader(book.path) as reader:
        found = reader.call("1.1")
        told = story(found, reader.events("1.1"), reader.course(found), written_by(Texts("id", {})), Settings().zone)
        assert f"“{WORDS}”" in "\n".join(told)
    book.close()


def hotline(*words: str, keys: str = "") -> Result:
    return CliRunner().invoke(main, [*words], input=keys)


def test_the_command_announces_shows_and_ends_it(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(var))
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(var.parent))
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(var))
    build_registry(var.parent)
    assert "Tidak ada pengumuman" in hotline("announce").stdout
    made = hotline("announce", WORDS, "--until", "14:00", "--author", "rina")
    assert made.exit_code == 0, made.output
    shown = hotline("announce").stdout
    assert f"“{WORDS}”" in shown
    assert "14:00 WIB; diumumkan" in shown
    assert "oleh rina" in shown
    tried = hotline("try").stdout
    assert tried.index(WORDS) < tried.index("Selamat datang")
    assert hotline("announce", "--clear").exit_code == 0
    assert WORDS not in hotline("announce").stdout + hotline("try").stdout


@pytest.mark.parametrize("words", [[WORDS], ["--until", "14:00"], ["--clear", WORDS], [WORDS, "--until", "besok"]])
def test_the_command_says_what_is_missing(words: list[str], places: None) -> None:
    result = hotline("announce", *words)
    assert result.exit_code != 0
    assert "until" in result.output or "--clear" in result.output or "bukan waktu" in result.output
