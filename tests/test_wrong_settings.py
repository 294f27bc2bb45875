"""Settings that are wrong: one sentence a fault, with its place, what was meant and a right value; no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agi.settings import ROOT, Settings, SettingsError


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings of this test."""
    for name in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "hotline.toml"
    monkeypatch.setenv("HOTLINE_SETTINGS", str(file))
    return file


def told(file: Path, words: str) -> list[str]:
    file.write_text(words, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        Settings()
    return str(caught.value).split("\n")


FAULTS = [
    ("[telepony]\nsip_port = 5060", 1, "maksud Anda [telephony]?"),
    ("[abc]\nx = 1", 1, "yang ada: [office], [telephony]"),
    ("[telephony]\nsip_prot = 5060", 2, "maksud Anda sip_port?"),
    ('[telephony]\nzone = "Asia/Jakarta"', 2, "di bawah [office]"),
    ("sip_port = 5060", 1, "di bawah [telephony]"),
    ("telephony = 5060", 1, "[telephony] sendirian di satu baris"),
    ('[telephony]\nnumber = "1500-537"', 2, 'tanpa tanda lain; contoh: number = "1500537"'),
    ("[telephony]\nnumber = 1500537", 2, 'contoh: number = "1500537"'),
    ('[telephony]\nsip_port = "lima"', 2, "dari 1024 sampai 65535, tanpa tanda kutip; contoh: sip_port = 5060"),
    ("[telephony]\nsip_port = 80", 2, "dari 1024 sampai 65535"),
    ("[telephony]\nsip_port = 50.5", 2, "bilangan bulat"),
    ("[speech]\nenabled = ya", 2, "true (ya)"),
    ('[speech]\nenabled = "boleh"', 2, "true (ya) atau false (tidak), tanpa tanda kutip; contoh: enabled = true"),
    ('[speech]\naccept = {niks = "x"}', 2, "contoh: accept = { nik = 0.9 }"),
    ('[office]\nzone = "WIB"', 2, '"Asia/Jakarta", "Asia/Makassar"'),
    ("[office]\nlanguage = 3", 2, 'contoh: language = "id"'),
]


@pytest.mark.parametrize(("words", "line", "sentence"), FAULTS)
def test_a_fault_in_the_file_is_told_with_its_line(write: Path, words: str, line: int, sentence: str) -> None:
    (fault,) = told(write, words)
    assert fault.startswith(f"{write}:{line}: ")
    assert sentence in fault
    for jargon in ("Extra inputs", "pattern", "Input should", "valid"):
        assert jargon not in fault


VARIABLES = [
    ("HOTLINE_LINE__AGI_PORT", "abc", "contoh: agi_port = 4573"),
    ("HOTLINE_LINE__MAX_CALS", "3", "maksud Anda max_calls?"),
    ("HOTLINE_TELEPONY__SIP_PORT", "5060", "maksud Anda [telephony]?"),
    ("HOTLINE_SPEECH", "{", "HOTLINE_TABEL__NAMA=nilai"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), VARIABLES)
def test_a_fault_in_a_variable_is_told_with_its_name(
    write: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    faults = told(write, "[line]\nagi_port = 4573\n")
    assert len(faults) == 1
    assert sentence in faults[0]
    assert name in faults[0] or name == "HOTLINE_SPEECH"


CLASHES = [
    ("[telephony]\nrtp_first = 20000\nrtp_last = 10000", "rtp_first (20000) harus lebih kecil"),
    ("[telephony]\nrtp_first = 20000\nrtp_last = 20000", "rtp_first (20000) harus lebih kecil"),
    ("[telephony]\nsip_port = 10500", "sip_port (10500) berada di antara port suara"),
    ("[dialogue]\ntotal_ms = 5000\nbetween_keys_ms = 3000", "first_key_ms (7000) lebih lama"),
    ("[dialogue]\ntotal_ms = 3500\nfirst_key_ms = 3000", "between_keys_ms (4000) lebih lama"),
    ("[lockout]\ntries = 11", "lockout.tries (11) tidak boleh lebih"),
    ("[lockout]\nminutes = 90\nhours = 1", "lockout.minutes (90 menit) tidak boleh lebih lama"),
    ("[queue]\nring_s = 20\nmax_wait_s = 10", "queue.ring_s (20) lebih lama"),
    ("[speech]\naccept = {nik = 0.5}\nconfirm = {nik = 0.8}", "speech.confirm.nik (0.8) tidak boleh di atas"),
    ('[mail]\nimap_host = "imap.example"\nimap_security = "none"\nsmtp_host = "::1"', "mail.imap_security (none)"),
    ('[mail]\nimap_host = "127.0.0.1"\nsmtp_host = "x.example"\nsmtp_security = "none"', "mail.smtp_security (none)"),
]


@pytest.mark.parametrize(("words", "sentence"), CLASHES)
def test_settings_that_make_no_sense_together_are_refused(write: Path, words: str, sentence: str) -> None:
    faults = told(write, words)
    assert len(faults) == 1
    assert sentence in faults[0]


def test_what_editors_write_is_taken_and_what_cannot_be_read_is_told(write: Path) -> None:
    write.write_bytes(b"\xef\xbb\xbf[line]\r\nagi_port = 4999\r\n")
    assert Settings().line.agi_port == 4999
    write.write_bytes("[line]\n".encode("utf-16"))
    with pytest.raises(SettingsError, match="UTF-16"):
        Settings()
    write.unlink()
    write.mkdir()
    with pytest.raises(SettingsError, match="folder"):
        Settings()


@pytest.mark.parametrize("command", ["status", "doctor", "prompts check", "calls list", "up"])
def test_no_command_ends_in_a_traceback(write: Path, command: str) -> None:
    write.write_text('[telephony]\nnumber = "1500-537"\n')
    done = subprocess.run(
        (sys.executable, "-m", "agi.cli", *command.split()), cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "contoh" in done.stderr
    assert "Traceback" not in done.stderr
