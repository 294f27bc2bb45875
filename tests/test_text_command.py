"""`hotline text`: messages in the terminal, without a door."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sample_office import WITH_NONE, build_registry, kk_digits, nik

from agi import privacy
from agi.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of its own, with a registry."""
    monkeypatch.setenv("HOTLINE_PLACES__DATA", str(tmp_path))
    monkeypatch.setenv("HOTLINE_PLACES__VAR", str(tmp_path / "var"))
    monkeypatch.setattr("sample_office.KEY", privacy.hash_key(tmp_path / "var"))
    build_registry(tmp_path)
    return tmp_path


def run(*words: str, lines: str = "") -> Result:
    result = CliRunner().invoke(main, ["text", *words], input=lines)
    assert result.exit_code == 0, result.output
    return result


def test_one_message_is_answered(home: Path) -> None:
    assert "surat kehilangan dari kepolisian" in run("syarat kk hilang").stdout


def test_lines_are_a_conversation(home: Path) -> None:
    said = run(lines=f"cek#ktp#{nik(WITH_NONE)}\n{kk_digits(WITH_NONE)}\n").stdout.splitlines()
    assert "10 angka terakhir nomor Kartu Keluarga" in said[0]
    assert "KTP-el sudah dicetak dan diserahkan." in said[1]


def test_nothing_is_kept(home: Path) -> None:
    run(lines="lapor antrean di kantor sangat lama\n")
    assert not (home / "tickets").exists()
    assert not (home / "mailbox").exists()


def test_how_messages_are_read_is_told_as_json_a_line(home: Path) -> None:
    lines = f"cek\\nktp\\n{nik(WITH_NONE)}\nsyarat ktp hilang\nmau legalisir dokumen akta\n"
    told = [json.loads(line) for line in run("--explain", lines=lines).stdout.splitlines()]
    assert told == [
        {"intent": "cek_ktp", "numbers": {"nik": nik(WITH_NONE)}, "about": {}, "place": ""},
        {"intent": "syarat", "numbers": {}, "about": {"dok": "ktp", "kasus": "hilang"}, "place": ""},
        {"intent": "bantuan", "numbers": {}, "about": {}, "place": "legalisation"},
    ]
