"""Texts: keys, places, lines, other languages, and what is said about a file that is wrong."""

from datetime import date
from pathlib import Path

import pytest
from voice_office import prompts_folder

from agi.settings import ROOT
from agi.voice.errors import PlaceError, TextsError, UnknownKey
from agi.voice.places import Kind
from agi.voice.texts import Texts

NIK = "3273000000000042"


def problems(folder: Path, words: str, language: str = "id") -> list[str]:
    (folder / f"{language}.toml").write_text(words, encoding="utf-8")
    with pytest.raises(TextsError) as caught:
        Texts.load(folder, language)
    return [f"{problem.file.name}:{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_keys_are_dotted_paths_and_know_their_line(tmp_path: Path) -> None:
    texts = prompts_folder(
        tmp_path, '[a]\none = "Satu."\n[a.b]\n"two" = """\nDua\nthree = x"""\nc.d = "Tiga."\n'
    ).texts()
    assert tuple(texts) == ("a.one", "a.b.two", "a.b.c.d")
    assert [texts.line(key)[1] for key in ("a.one", "a.b.two", "a.b.c.d")] == [2, 4, 7]


def test_the_places_of_a_text_have_names_and_kinds(tmp_path: Path) -> None:
    text = prompts_folder(tmp_path).texts()["status.since"]
    assert text.places == {"document": Kind.PHRASE, "since": Kind.DATE, "office": Kind.TEXT}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('[a]\nb = "x"\nb = "y"\n', "id.toml:3: "),
        ('[a]\nb = "x\n', "id.toml:2: tanda kutip penutup"),
        ("[a]\nb = 7\n", "id.toml:2: 'a.b' harus satu kalimat di antara tanda kutip"),
        ('[a]\nb = ["x"]\n', "id.toml:2: 'a.b' harus satu kalimat"),
        ('[a]\n\nb = " "\n', "id.toml:3: 'a.b' kosong"),
        ('[a]\nb = "x {nik}"\n', "id.toml:2: 'a.b': '{nik}' bukan isian"),
        ('[a]\nb = "x {nik:digit}"\n', "id.toml:2: 'a.b': 'digit' di '{nik:digit}' bukan jenis"),
        ('[a]\nb = "x {nik:digits"\n', "id.toml:2: 'a.b': ada kurung kurawal sendirian"),
        ('[a]\nb = "{n:number} {n:number}"\n', "id.toml:2: 'a.b' memuat isian 'n' dua kali"),
        ('[a]\n"B c" = "x"\n', "id.toml:2: kunci 'a.B c' hanya boleh"),
        ('[silence]\nb = "x"\n', "id.toml:2: kunci 'silence.b' diawali 'silence'"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path, words: str, expected: str) -> None:
    found = problems(tmp_path, words)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    assert len(problems(tmp_path, '[a]\nb = 7\nc = ""\nd = "x"\n')) == 2


def test_a_missing_file_and_one_that_is_no_utf8_are_told(tmp_path: Path) -> None:
    with pytest.raises(TextsError, match=r"id\.toml: berkas ini tidak ada"):
        Texts.load(tmp_path, "id")
    (tmp_path / "id.toml").write_bytes(b'a = "\xff"')
    with pytest.raises(TextsError, match=r"id\.toml:1: ada huruf yang tidak disimpan sebagai UTF-8"):
        Texts.load(tmp_path, "id")


def test_another_language_falls_back_to_indonesian_and_says_for_what(tmp_path: Path) -> None:
    folder = prompts_folder(tmp_path)
    folder.write('[call]\nwelcome = "Sugeng rawuh."\n', "jv")
    texts = folder.texts("jv")
    assert texts.written("call.welcome") == "Sugeng rawuh."
    assert texts.written("document.kk") == "Kartu Keluarga"
    assert "document.kk" in texts.missing
    assert "call.welcome" not in texts.missing
    assert texts.line("call.welcome")[0].name == "jv.toml"


def test_another_language_must_have_the_same_places(tmp_path: Path) -> None:
    prompts_folder(tmp_path)
    found = problems(tmp_path / "prompts", '[nik]\nreadback = "NIK: {number:digits}"\n', "jv")
    assert found == ["jv.toml:2: isian 'nik.readback' berbeda dari yang di id.toml"]


def test_a_sentence_is_written_for_the_eye(tmp_path: Path) -> None:
    texts = prompts_folder(tmp_path).texts()
    assert texts.written("nik.readback", {"nik": NIK}) == "NIK yang dimasukkan: 3273 0000 0000 0042."
    places = {"document": "document.kk", "since": date(2026, 11, 24), "office": "Kota Bandung"}
    assert texts.written("status.since", places) == (
        "Permohonan Kartu Keluarga selesai pada Selasa, 24 November 2026 di Kota Bandung."
    )
    assert texts.written("status.cost", {"cost": 10000, "minutes": 1250}) == "Biayanya Rp10.000, menunggu 1.250 menit."


def test_values_from_a_command_line_or_a_record_are_understood(tmp_path: Path) -> None:
    texts = prompts_folder(tmp_path).texts()
    assert texts.written("status.cost", {"cost": "10000", "minutes": "5"}) == "Biayanya Rp10.000, menunggu 5 menit."
    places = {"document": "document.kk", "since": "2026-11-24", "office": "Kota Bandung"}
    assert "24 November 2026" in texts.written("status.since", places)


def test_a_masked_value_is_written_as_it_is(tmp_path: Path) -> None:
    assert prompts_folder(tmp_path).texts().written("nik.readback", {"nik": "••••0042"}).endswith("••••0042.")


@pytest.mark.parametrize(
    ("key", "places", "message"),
    [
        ("nik.readback", {}, "needs a value for its place 'nik'"),
        ("nik.readback", {"nik": NIK, "kk": "1"}, "has no place 'kk'"),
        ("nik.readback", {"nik": NIK + "A"}, "needs a string of 1 to 20 digits for its place 'nik'"),
        ("nik.readback", {"nik": NIK + "00000"}, "needs a string of 1 to 20 digits"),
        ("nik.readback", {"nik": int(NIK)}, "needs a string of 1 to 20 digits"),
        ("status.cost", {"cost": -1, "minutes": 1}, "needs a whole number"),
        ("status.cost", {"cost": 1, "minutes": True}, "needs a whole number"),
        ("status.since", {"document": "document.kk", "since": "2026-02-30", "office": "x"}, "needs a date"),
        ("status.since", {"document": "nik.readback", "since": date(2026, 1, 1), "office": "x"}, "has places"),
        ("status.since", {"document": "document.kk", "since": date(2026, 1, 1), "office": " "}, "not empty"),
    ],
)
def test_values_that_do_not_fit_are_refused_without_telling_them(
    tmp_path: Path, key: str, places: dict[str, str | int | date], message: str
) -> None:
    texts = prompts_folder(tmp_path).texts()
    for ask in (texts.written, texts.checked):
        with pytest.raises(PlaceError, match=message) as caught:
            ask(key, places)
        assert NIK not in str(caught.value)


def test_an_unknown_key_is_refused_also_in_a_phrase(tmp_path: Path) -> None:
    texts = prompts_folder(tmp_path).texts()
    with pytest.raises(UnknownKey, match=r"no text 'call\.nothing'"):
        texts.written("call.nothing")
    with pytest.raises(UnknownKey, match=r"no text 'document\.x'"):
        texts.checked("status.since", {"document": "document.x", "since": date(2026, 1, 1), "office": "x"})


def test_the_installation_has_every_word_that_counting_needs() -> None:
    texts = Texts.load(ROOT / "prompts")
    wanted = [*range(21), *range(30, 100, 10), "hundred", "thousand", "million", "minus", "and"]
    assert [key for key in (f"digits.{word}" for word in wanted) if key not in texts] == []
