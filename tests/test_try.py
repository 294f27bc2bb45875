"""`hotline try`: a call in the terminal, without telephony."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_office import WITH_NONE, build_registry, kk_digits, nik

from agi import privacy
from agi.cli import main

KEYS = f"1 {nik(WITH_NONE)} {kk_digits(WITH_NONE)}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, with a registry."""
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(tmp_path / "var"))
    build_registry(tmp_path)
    return tmp_path


def run(keys: str, *options: str) -> Result:
    return CliRunner().invoke(main, ["try", *options], input=keys)


def test_a_nik_is_checked_line_by_line(home: Path) -> None:
    result = run("\n".join([*KEYS.split(), "2", ""]))
    assert result.exit_code == 0, result.output
    said = result.stdout
    assert "Selamat datang di Halo Dukcapil." in said
    assert "Silakan masukkan enam belas angka NIK." in said
    assert "KTP-el sudah dicetak dan diserahkan." in said
    assert "[Panggilan berakhir]" in said
    assert "[completed: nik_check.more (goodbye)]" in result.stderr


def test_keys_typed_ahead_in_one_line_skip_the_questions(home: Path) -> None:
    said = run(KEYS + "\n2\n").stdout
    assert "enam belas angka" not in said
    assert "KTP-el sudah dicetak dan diserahkan." in said


def test_an_empty_line_is_silence(home: Path) -> None:
    said = run("\n\n\n").stdout
    assert "Silakan tekan satu angka" in said
    assert "[Panggilan diteruskan ke antrean petugas]" in said


def test_the_end_of_a_line_within_an_entry_is_a_pause(home: Path) -> None:
    said = run("1\n32730541\n").stdout
    assert "Baru 8 angka yang kami terima" in said


def test_the_end_of_the_keys_hangs_up(home: Path) -> None:
    assert "[abandoned: nik_check.nik (hung up)]" in run("1\n").stderr


def test_the_agent_s_view_is_shown_masked(home: Path) -> None:
    said = run(f"1\n{nik(1)}\n0#\n").stdout
    assert "topik: nik_check" in said
    assert f"nomor: {'•' * 12}0001" in said


def test_events_show_what_a_record_would_hold_and_no_number(home: Path) -> None:
    shown = run(KEYS + "\n2\n", "--events").stderr
    assert "nik: match ••••••••••••••••" in shown
    assert "nik.checked ktp.card_issued" in shown
    assert not re.search(r"\d{5}", shown)


def test_a_caller_back_from_the_queue_can_be_tried(home: Path) -> None:
    assert "tidak ada petugas yang bertugas" in run("", "--back", "empty").stdout


def test_it_begins_at_any_place_of_the_menu(home: Path) -> None:
    said = run("1\n", "--from", "requirements").stdout
    assert said.startswith("Kartu Keluarga tekan 1, KTP tekan 2")
    assert "Kartu Keluarga baru tekan 1" in said
    assert "requirements_kk" in run("", "--from", "nowhere").output


def test_locks_of_a_trial_last_for_that_trial_only(home: Path) -> None:
    wrong = "\n".join(["1", nik(1), *["9999999999"] * 3, "2", ""])
    assert "pemeriksaan ditutup sementara" in run(wrong).stdout
    assert "KTP-el" in run(f"1 {nik(1)} {kk_digits(1)}\n2\n").stdout
    assert not (home / "calls.db").exists()


def test_without_a_registry_it_says_what_to_do(home: Path) -> None:
    (home / "registry.db").unlink()
    result = run("")
    assert result.exit_code == 1
    assert "hotline up" in result.output


def test_with_errors_in_the_menu_nothing_is_served(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "prompts").mkdir()
    (home / "prompts" / "menu.toml").write_text('start = "main"\n')
    (home / "prompts" / "id.toml").write_text('[call]\nwelcome = "Halo."\n')
    (home / "prompts" / "lexicon.toml").touch()
    monkeypatch.setenv("HOTLINE_PLACES__PROMPTS", str(home / "prompts"))
    result = run("")
    assert result.exit_code == 1
    assert "M007 kesalahan" in result.output
