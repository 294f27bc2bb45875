"""The checker: every mistake an admin can make in menu or texts has a code, a file and a line."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agi.dialogue.finding import WARNINGS, Finding
from agi.dialogue.menu import Menu, MenuError
from agi.dialogue.menufile import PATIENCE, NodeFields, read
from agi.languages import INDONESIAN
from agi.services import checked
from agi.settings.tables import Dialogue
from agi.voice.texts import Texts

ENGLISH = re.compile(r"\b(?:the|of|is|are|must|has|have|no|not|and|or|there|did|of|with|without|which)\b")

MENU = """\
start = "main"

[main]
prompt = "menu.main"
1 = "check"
2 = "facts"

[check]
service = "nik_check"

[facts]
say = "info.facts"
"""

TEXTS = """\
[menu]
main = "Untuk cek NIK, tekan 1. Untuk informasi, tekan dua."

[info]
facts = "Tidak dipungut biaya."

[nik]
told = "Sejak {since:date}."

[digits]
0 = "nol"
"""


@pytest.fixture(autouse=True)
def _two_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """What these texts are for."""
    monkeypatch.setattr(checked, "SAYS", {"nik.told": {"since": "date"}})
    monkeypatch.setattr(checked, "ASKS", {"more": "12"})
    monkeypatch.setattr(checked, "SERVICES", ["nik_check", "document_status"])


def found(folder: Path, menu: str = MENU, texts: str = TEXTS) -> list[str]:
    """Code and line of all findings."""
    return [f"{one.code}:{one.line}" for one in findings(folder, menu, texts)]


def findings(folder: Path, menu: str = MENU, texts: str = TEXTS) -> list[Finding]:
    (folder / "menu.toml").write_text(menu)
    (folder / "id.toml").write_text(texts)
    return list(checked.check_menu(folder / "menu.toml", Texts.load(folder), INDONESIAN))


def test_a_good_menu_has_no_findings(tmp_path: Path) -> None:
    assert found(tmp_path) == []


MISTAKES = [
    ("M001:9", 'service = "nik_check"', 'service = "nik_check'),
    ("M002:5", '1 = "check"', "1 = 5"),
    ("M002:12", 'say = "info.facts"', "say = 7"),
    ("M002:12", 'say = "info.facts"', "say = []"),
    ("M003:9", 'service = "nik_check"', 'servise = "nik_check"'),
    ("M003:1", 'start = "main"', 'strat = "main"'),
    ("M004:6", '2 = "facts"', '1 = "facts"'),
    ("M005:7", '2 = "facts"', '2 = "facts"\n9 = "check"'),
    ("M005:7", '2 = "facts"', '2 = "facts"\n"*" = "check"'),
    ("M006:8", 'service = "nik_check"', ""),
    ("M006:8", 'service = "nik_check"', 'service = "nik_check"\nsay = "info.facts"'),
    ("M006:9", 'service = "nik_check"', 'prompt = "menu.main"\nservice = "nik_check"'),
    ("M007:1", 'start = "main"', 'start = "mian"'),
    ("M007:1", 'start = "main"\n', "\n"),
    ("M008:6", '2 = "facts"', '2 = "fact"'),
    ("M009:3", '2 = "facts"', '2 = "facts"\n3 = "facts"\n4 = "facts"\n5 = "facts"'),
    ("M010:5", '2 = "facts"', '3 = "facts"'),
    ("M012:3", 'prompt = "menu.main"', ""),
    ("M013:9", 'service = "nik_check"', 'service = "nik_chek"'),
    ("M014:4", 'prompt = "menu.main"', 'give_up = "agnet"\nprompt = "menu.main"'),
    ("M015:4", 'prompt = "menu.main"', 'give_up = "main"\nprompt = "menu.main"'),
    ("M016:11", '2 = "facts"', '2 = "check"'),
    ("M017:4", 'prompt = "menu.main"', 'tries = 99\nprompt = "menu.main"'),
    ("M017:4", 'prompt = "menu.main"', 'first_key_ms = 10\nprompt = "menu.main"'),
    ("M002:4", 'prompt = "menu.main"', 'barge_in = "no"\nprompt = "menu.main"'),
    ("T001:4", 'prompt = "menu.main"', 'prompt = "menu.mian"'),
    ("T001:12", 'say = "info.facts"', 'say = ["info.facts", "info.fact"]'),
]


@pytest.mark.parametrize(("expected", "right", "wrong"), MISTAKES)
def test_a_mistake_in_the_menu_is_found_with_its_line(tmp_path: Path, expected: str, right: str, wrong: str) -> None:
    assert right in MENU
    all_found = findings(tmp_path, MENU.replace(right, wrong))
    assert expected in [f"{one.code}:{one.line}" for one in all_found]
    assert [one.message for one in all_found if ENGLISH.search(one.message)] == []


TEXT_MISTAKES = [
    ("M011:6", "tekan dua", "pilih yang kedua"),
    ("M018:2", "tekan dua", "tekan dua, atau tekan 3"),
    ("T002:8", " {since:date}", ""),
    ("T003:8", "{since:date}", "{since:date} {until:date}"),
    ("T003:5", "dipungut", "{sum:amount}"),
    ("T004:8", "{since:date}", "{since:text}"),
    ("T005:7", "[nik]", 'more = "Satu lagi."\n[nik]'),
]


@pytest.mark.parametrize(("expected", "right", "wrong"), TEXT_MISTAKES)
def test_a_mistake_in_the_texts_is_found_with_its_line(tmp_path: Path, expected: str, right: str, wrong: str) -> None:
    assert right in TEXTS
    all_found = findings(tmp_path, texts=TEXTS.replace(right, wrong))
    assert expected in [f"{one.code}:{one.line}" for one in all_found]
    assert [one.message for one in all_found if ENGLISH.search(one.message)] == []


def test_a_text_that_a_service_says_and_that_is_missing_is_found(tmp_path: Path) -> None:
    texts = TEXTS.replace('told = "Sejak {since:date}."', 'other = "Lain."')
    assert {"T001:0", "T005:8"} <= set(found(tmp_path, texts=texts))


def test_round_trips_of_giving_up_are_found_over_several_nodes(tmp_path: Path) -> None:
    menu = MENU.replace("[check]", '[check]\ngive_up = "facts"').replace("[facts]", '[facts]\ngive_up = "check"')
    assert {one for one in found(tmp_path, menu) if one.startswith("M015")} == {"M015:9", "M015:13"}


def test_a_menu_that_only_leads_back_to_itself_is_found(tmp_path: Path) -> None:
    menu = MENU + '\n[round]\nprompt = "menu.main"\n1 = "round"\n2 = "round"\n'
    assert "M019:14" in found(tmp_path, menu)


def test_a_missing_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "id.toml").write_text(TEXTS)
    [one, *_] = checked.check_menu(tmp_path / "menu.toml", Texts.load(tmp_path), INDONESIAN)
    assert (one.code, one.line, one.is_error) == ("M001", 0, True)


def test_a_finding_reads_as_file_line_code_and_what_to_do(tmp_path: Path) -> None:
    [one] = findings(tmp_path, MENU.replace("nik_check", "nik_chek"))
    path = tmp_path / "menu.toml"
    said = "M013 kesalahan: service di [check]: 'nik_chek' tidak ada; maksud Anda 'nik_check'?"
    assert str(one) == f"{path}:9: {said}"


def test_a_comment_or_a_text_with_brackets_does_not_shift_lines(tmp_path: Path) -> None:
    menu = MENU.replace("[check]", "# [facts] 1 = \n[check]").replace('say = "info.facts"', 'say = "info.fact"')
    assert "T001:13" in found(tmp_path, menu)


def test_another_language_may_have_another_word_for_pressing(tmp_path: Path) -> None:
    texts = TEXTS.replace(
        "Untuk cek NIK, tekan 1. Untuk informasi, tekan dua.", "Priksa NIK, pencet 1. Katrangan, pencet 2."
    )
    assert found(tmp_path, texts=texts) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(MENU)), st.integers(0, 12), st.text('[]"=#\n1*ab .é\\', max_size=6))
def test_no_damage_to_the_file_is_more_than_findings(tmp_path: Path, at: int, cut: int, added: str) -> None:
    file = tmp_path / "menu.toml"
    file.write_text(MENU[:at] + added + MENU[at + cut :], encoding="utf-8")
    (tmp_path / "id.toml").write_text(TEXTS)
    assert all(finding.line >= 0 for finding in read(file).findings)
    list(checked.check_menu(file, Texts.load(tmp_path), INDONESIAN))
    try:
        menu = Menu.load(file)
    except MenuError as error:
        assert error.findings
    else:
        assert menu.start in menu.nodes
        assert all(target in menu.nodes for node in menu.nodes.values() for target in node.options.values())


def test_a_file_that_is_no_text_is_found(tmp_path: Path) -> None:
    file = tmp_path / "menu.toml"
    file.write_bytes(b'start = "\xff"')
    [finding] = read(file).findings
    assert finding.code == "M001"


WORDS = """
[main.words]
1 = ["cek NIK", "NIK"]
2 = "informasi"

[questions.more]
1 = ["menu utama"]
2 = ["selesai"]
"""

WORD_MISTAKES = [
    ("M002:15", '["cek NIK", "NIK"]', "5"),
    ("M002:15", '["cek NIK", "NIK"]', "[5]"),
    ("M020:17", '"informasi"', '"informasi"\n3 = ["lain"]'),
    ("M020:21", '["selesai"]', '["selesai"]\n3 = ["lain"]'),
    ("M021:16", '"informasi"', '["informasi", "nik"]'),
    ("M022:15", '["cek NIK", "NIK"]', "[]"),
    ("M022:16", '"informasi"', '["informasi", "nomor 2"]'),
    ("M022:16", '"informasi"', '["informasi", ""]'),
    ("M023:14", '2 = "informasi"\n', ""),
    ("M024:16", '"informasi"', '["informasi", "Petugas"]'),
    ("M024:16", '"informasi"', '["informasi", "sekali lagi"]'),
    ("M025:18", "questions.more", "questions.mor"),
    ("M003:14", "main.words", "main.wrods"),
]


def test_good_words_have_no_findings_and_are_known_to_the_menu(tmp_path: Path) -> None:
    assert findings(tmp_path, MENU + WORDS) == []
    menu = Menu.load(tmp_path / "menu.toml")
    assert menu.spoken["menu:main"] == {"1": ("cek nik", "nik"), "2": ("informasi",)}
    assert menu.spoken["question:more"] == {"1": ("menu utama",), "2": ("selesai",)}
    assert [read(tmp_path / "menu.toml").line_of(f"main.words.{option}") for option in "12"] == [15, 16]


@pytest.mark.parametrize(("expected", "good", "bad"), WORD_MISTAKES)
def test_a_mistake_in_the_words_has_a_code_and_a_line(tmp_path: Path, expected: str, good: str, bad: str) -> None:
    assert good in WORDS
    codes = [f"{one.code}:{one.line}" for one in findings(tmp_path, MENU + WORDS.replace(good, bad, 1))]
    assert expected in codes


def test_a_menu_of_which_nothing_can_be_said_is_told_beside_one_of_which_much_can(tmp_path: Path) -> None:
    menu = MENU.replace('say = "info.facts"', 'prompt = "menu.main"\n1 = "check"\n2 = "check"') + WORDS
    assert [f"{one.code}:{one.line}" for one in findings(tmp_path, menu) if one.code == "M023"] == [
        "M023:11",
        "M023:11",
    ]


def test_missing_words_and_likeness_keep_nothing_from_being_served() -> None:
    assert {"M023", "M026"} <= WARNINGS
    assert not {"M020", "M021", "M022", "M024", "M025"} & WARNINGS


def test_what_interrupts_a_prompt_can_be_set_for_keys_and_for_speech(tmp_path: Path) -> None:
    for written, key, voice in (
        ("true", True, True),
        ("false", False, False),
        ('"key"', True, False),
        ('"voice"', False, True),
    ):
        (tmp_path / "menu.toml").write_text(
            MENU.replace('prompt = "menu.main"', f'prompt = "menu.main"\nbarge_in = {written}')
        )
        node = Menu.load(tmp_path / "menu.toml").nodes["main"]
        assert (node.interrupts("key"), node.interrupts("voice")) == (key, voice)
    (tmp_path / "menu.toml").write_text(MENU.replace('prompt = "menu.main"', 'prompt = "menu.main"\nbarge_in = "no"'))
    with pytest.raises(MenuError, match="M002"):
        Menu.load(tmp_path / "menu.toml")


def test_a_place_of_the_menu_may_be_as_patient_as_the_whole_hotline() -> None:
    for name in PATIENCE:
        assert NodeFields.model_fields[name].metadata == Dialogue.model_fields[name].metadata
