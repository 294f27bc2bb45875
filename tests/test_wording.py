"""The spoken form of written Indonesian."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agi.languages import INDONESIAN
from agi.languages.id.wording import spoken, unspeakable
from agi.languages.lexicon import LexiconError
from agi.settings import ROOT
from agi.speech import phones
from agi.speech.pronunciation import Pronunciations

LEXICON = INDONESIAN.lexicon(ROOT / "prompts" / "lexicon.toml")

CASES = {
    # numbers of things, digit by digit in their groups
    "Hubungi 1500-537.": "Hubungi satu, lima, nol, nol. lima, tiga, tujuh.",
    "0815-3636-9999": "nol, delapan, satu, lima. tiga, enam, tiga, enam. sembilan, sembilan, sembilan, sembilan",
    "+62 811-800-5373": "plus enam, dua. delapan, satu, satu. delapan, nol, nol. lima, tiga, tujuh, tiga",
    "3273000000000042": "tiga dua tujuh tiga, nol nol nol nol, nol nol nol nol, nol nol empat dua",
    "3273 0000 0000 0042": "tiga dua tujuh tiga, nol nol nol nol, nol nol nol nol, nol nol empat dua",
    "007": "nol nol tujuh",
    # quantities
    "60 hari, 1.250 orang, 2,5 jam": "enam puluh hari, seribu dua ratus lima puluh orang, dua koma lima jam",
    "3-5 hari": "tiga sampai lima hari",
    "2017-2024": "dua ribu tujuh belas sampai dua ribu dua puluh empat",
    "12,5%": "dua belas koma lima persen",
    "ke-1 dan ke-2": "pertama dan kedua",
    "Rp10.000": "sepuluh ribu rupiah",
    "Rp 7.800.000,00": "tujuh juta delapan ratus ribu rupiah",
    "Rp1.000,-": "seribu rupiah",
    # dates and times
    "24-11-2026": "dua puluh empat november dua ribu dua puluh enam",
    "2026-11-24": "dua puluh empat november dua ribu dua puluh enam",
    "Selasa, 24 November 2026": "Selasa, dua puluh empat November dua ribu dua puluh enam",
    "pukul 08.00": "pukul delapan",
    "07.30": "pukul tujuh lewat tiga puluh",
    "Jam 07.30": "Jam tujuh lewat tiga puluh",
    "pukul 08.00-15.00": "pukul delapan sampai lima belas",
    "24.11.2026 pukul 9.15": "dua puluh empat november dua ribu dua puluh enam pukul sembilan lewat lima belas",
    "pukul 16.05": "pukul enam belas lewat lima",
    "08.00–15.30 WIB": "pukul delapan sampai lima belas lewat tiga puluh wib",
    # abbreviations and codes
    "KTP-el, KK-nya, RT/RW": "ka te pe el, ka ka nya, er te er we",
    "SKPWNI, IKD, BPJS, SPTJM": "es ka pe we en i, i ka de, be pe je es, es pe te je em",
    "UU 24/2013": "undang-undang dua puluh empat tahun dua ribu tiga belas",
    "F-1.02": "ef satu titik nol dua",
    "3273-LU-01012020-0001": "tiga dua tujuh tiga, el u, nol satu nol satu, dua nol dua nol, nol nol nol satu",
    "PENTING!": "penting!",
    # addresses
    "callcenter@dukcapil.kemendagri.go.id.": "kol senter at dukcapil titik kemendagri titik go titik id.",
    "https://dukcapil.kemendagri.go.id/info": "dukcapil titik kemendagri titik go titik id garis miring info",
    # marks
    "tekan * lalu #": "tekan bintang lalu pagar",
    "SMS/WhatsApp": "es em es atau wotsap",
    "“Halo” (Dukcapil): ok… ya — tidak": "Halo, Dukcapil, ok. ya, tidak",
    "offlıne": "offlıne",  # a dotless i counts as an i for the pattern, not for the lexicon
    "3×24 jam": "tiga kali dua puluh empat jam",
}


@pytest.mark.parametrize(("text", "expected"), CASES.items())
def test_written_indonesian_is_said_as_people_say_it(text: str, expected: str) -> None:
    assert spoken(text, LEXICON) == expected
    assert unspeakable(text, LEXICON) == []


MARKS = "0123456789 .,-/+*#@%:()RpKTPelnikWA’–\n"
TEXTS = st.text() | st.text(alphabet=MARKS) | st.lists(st.sampled_from(sorted(CASES))).map(" ".join)


@given(TEXTS)
def test_only_words_and_pauses_are_left(text: str) -> None:
    said = spoken(text, LEXICON)
    assert all(char.isalpha() or char in " ,.?!-';" for char in said)
    assert "  " not in said
    assert said == said.strip()


@given(TEXTS)
def test_what_is_in_words_already_stays_as_it_is(text: str) -> None:
    said = spoken(text, LEXICON)
    assert spoken(said, LEXICON) == said


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "nol"),
        (11, "sebelas"),
        (17, "tujuh belas"),
        (31, "tiga puluh satu"),
        (110, "seratus sepuluh"),
        (312_045, "tiga ratus dua belas ribu empat puluh lima"),
        (1_250, "seribu dua ratus lima puluh"),
        (11_000, "sebelas ribu"),
        (1_000_000, "satu juta"),
        (2_000_000_000_101, "dua triliun seratus satu"),
    ],
)
def test_a_number_is_said_as_a_careful_speaker_says_it(value: int, words: str) -> None:
    assert INDONESIAN.numbers.say(value) == words


@given(st.text(alphabet="0123456789", min_size=7, max_size=20))
def test_no_digit_of_a_long_number_is_lost_or_added(digits: str) -> None:
    assert len(re.findall(r"\w+", spoken(digits, LEXICON))) == len(digits)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_is_said_the_same_in_both_orders(day: date) -> None:
    assert spoken(day.isoformat(), LEXICON) == spoken(day.strftime("%d-%m-%Y"), LEXICON)
    assert spoken(day.isoformat(), LEXICON) != spoken((day + timedelta(1)).isoformat(), LEXICON)


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("Halo 😀", ["😀"]),
        ("漢字", ["漢", "字"]),
        ("NIK §7", ["§"]),
        ("jl dago", ["jl"]),
        ("…", ["…"]),
        ("Nomor {nik:digits}.", []),
        ("{nik:digits}", []),
    ],
)
def test_what_can_not_be_spoken_is_found(text: str, lost: list[str]) -> None:
    assert unspeakable(text, LEXICON) == lost


def changed(folder: Path, good: str, bad: str) -> Path:
    """A lexicon in which `bad` stands in place of `good`."""
    source = (ROOT / "prompts" / "lexicon.toml").read_text()
    assert good in source
    path = folder / "lexicon.toml"
    path.write_text(source.replace(good, bad, 1))
    return path


def test_an_admin_teaches_a_word_once_for_saying_and_for_hearing(tmp_path: Path) -> None:
    path = changed(tmp_path, "\n[words]\n", '\n[words]\n"SIAK" = "si ak"\n"adminduk" = "administrasi penduduk"\n')
    assert spoken("SIAK Adminduk siak", INDONESIAN.lexicon(path)) == "si ak administrasi penduduk siak"
    heard = Pronunciations(path)
    assert heard.of("siak")[0] == ("s", "i", "a", "k")
    assert " ".join(heard.of("adminduk")[0]) == "a d m i n i s t r a s i p @ n d u d u k"


def test_what_is_heard_wrongly_is_given_its_sounds(tmp_path: Path) -> None:
    path = changed(tmp_path, "\n[sounds]\n", '\n[sounds]\nemail = ["i m e l", "e m a i l"]\n')
    assert {" ".join(way) for way in Pronunciations(path).of("email")} == {"i m e l", "e m a i l"}
    assert spoken("email", INDONESIAN.lexicon(path)) == "imel"


def test_every_abbreviation_is_heard_as_it_is_said() -> None:
    heard, lexicon = Pronunciations(ROOT / "prompts" / "lexicon.toml"), LEXICON
    for written, said in lexicon.respelt.items():
        if written not in lexicon.sounds:
            apart = tuple(sound for part in said for sound in heard.of(part)[0])
            assert apart in heard.of(written), written


def test_the_sounds_are_those_of_the_model() -> None:
    assert INDONESIAN.spelling.sounds == phones.SPEECH == phones.PHONES[2:]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('"NIK" = "nik"', '"NIK" = "n1k"'), "'NIK': ucapannya harus kata-kata"),
        (('"NIK" = "nik"', '"NIK" = 7'), "'NIK': ucapannya harus kata-kata"),
        (("\n[symbols]", "\n[symbol]"), "'symbol' bukan salah satu tabel"),
        (('cek = ["c e k"]', 'cek = ["c e q"]'), "'cek': q bukan bunyi"),
        (('cek = ["c e k"]', 'cek = "c e k"'), "'cek': bunyinya harus daftar"),
        (('cek = ["c e k"]', 'Cek = ["c e k"]'), "'Cek': kata di .sounds. ditulis dengan huruf kecil"),
        (('z = "zet"', ""), r"\[letters\] belum punya nama untuk: z"),
        (("\n[words]", "\n[words"), "judul tabel belum benar"),
    ],
)
def test_a_wrong_lexicon_is_told_with_file_and_line(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    source = (ROOT / "prompts" / "lexicon.toml").read_text()
    path = tmp_path / "lexicon.toml"
    path.write_text(source.replace(*change))
    with pytest.raises(LexiconError, match=expected) as caught:
        INDONESIAN.lexicon(path)
    if "NIK" in expected:
        assert caught.value.problems[0].line == source[: source.index('"NIK"')].count("\n") + 1
