"""`hotline try` with words: what testers type is taken for speech where the question has words."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_office import WITH_NONE, build_registry, kk_digits, nik

from agi import privacy
from agi.cli import main
from agi.dialogue.question import Answer, Digits, Mode, Options, Question, Result
from agi.hearing.typed import understood
from agi.languages import INDONESIAN

SPOKEN = {"menu:main": {"1": ("cek nik", "nik"), "2": ("status",)}}
MENU = Question("main", (), Options("12"), grammar="menu:main")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, with a registry."""
    monkeypatch.setenv("HOTLINE_SPEECH__ENABLED", "true")
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(tmp_path / "var"))
    build_registry(tmp_path)
    return tmp_path


def run(*lines: str) -> str:
    result = CliRunner().invoke(main, ["try", "--events"], input="\n".join([*lines, ""]))
    assert result.exit_code == 0, result.output
    return result.output


def test_a_nik_is_checked_with_words_alone(home: Path) -> None:
    right = kk_digits(WITH_NONE)
    other = INDONESIAN.numbers.spell(str((int(right[0]) + 1) % 10))
    said = run("tolong cek NIK", nik(WITH_NONE), f"{other} {right[1:]}", "selesai")
    assert "KTP-el sudah dicetak dan diserahkan." not in said
    said = run("saya mau cek NIK", nik(WITH_NONE), kk_digits(WITH_NONE), "selesai")
    assert "KTP-el sudah dicetak dan diserahkan." in said
    assert "main: match 1 (speech, try 1)" in said


def test_a_doubtful_answer_is_confirmed(home: Path) -> None:
    said = run("cek NIK?", "ya")
    assert "cek nik. Benar? Jawab ya, atau tidak." in said
    assert "Silakan masukkan enam belas angka NIK." in said


def test_a_doubtful_nik_can_be_corrected_in_one_group(home: Path) -> None:
    wrong = f"{nik(WITH_NONE)[:12]}0999"
    repair = f"bukan, kelompok keempat {nik(WITH_NONE)[12:]}"
    said = run("NIK", f"{INDONESIAN.numbers.spell(wrong)}?", repair, "ya", kk_digits(WITH_NONE))
    assert "KTP-el sudah dicetak dan diserahkan." in said
    events = "\n".join(line for line in said.splitlines() if "·" in line)
    assert not re.search(r"\d{4}", events)


def test_with_speech_switched_off_words_are_silence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SPEECH__ENABLED", "false")
    said = run("cek NIK")
    assert "ucapkan" not in said
    assert "Silakan tekan satu angka" in said


@pytest.mark.parametrize(
    ("line", "question", "value"),
    [
        ("NIK", MENU, "1"),
        ("nomor dua", MENU, "2"),
        ("dua", MENU, "2"),
        ("ya", Question("x", (), Options("12"), grammar="yesno"), "1"),
        ("bukan", Question("x", (), Options("12"), grammar="yesno"), "2"),
        ("bukan", Question("x", (), Options("12"), grammar="repair"), "tidak"),
        ("kelompok ketiga", Question("x", (), Options("12"), grammar="repair"), "3"),
        ("bukan, kelompok kedua tiga satu 7 4", Question("x", (), Options("12"), grammar="repair"), "2:3174"),
        ("satu kosong 3", Question("x", (), Digits(3, 3), grammar="digits"), "103"),
    ],
)
def test_words_are_understood(line: str, question: Question, value: str) -> None:
    assert understood(line, question, SPOKEN) == Answer(Result.MATCH, value, Mode.SPEECH)


@pytest.mark.parametrize(
    ("line", "question"),
    [("besok", MENU), ("satu dua", Question("x", (), Digits(3, 3), grammar="digits")), ("satu apa tiga", MENU)],
)
def test_other_words_are_no_match(line: str, question: Question) -> None:
    assert understood(line, question, SPOKEN).result is Result.NO_MATCH


def test_commands_mean_the_same_everywhere() -> None:
    results = [understood(word, MENU, SPOKEN).result for word in ("ulangi", "kembali", "tolong petugas", "bantuan")]
    assert results == [Result.REPEAT, Result.BACK, Result.AGENT, Result.NO_MATCH]
