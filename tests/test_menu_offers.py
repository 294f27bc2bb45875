"""What a menu says before "tekan N", against where the key leads; and what it should say."""

from pathlib import Path

import pytest

from agi.dialogue import offers
from agi.dialogue.menufile import read
from agi.languages import INDONESIAN
from agi.services.checked import check_menu
from agi.settings import ROOT
from agi.voice.texts import Texts

MAIN = "Cek NIK tekan 1, petugas tekan 0, status dokumen tekan 2, KTP-el tekan tiga."
WAYS = {"1": ("cek nik", "nik"), "2": ("status dokumen", "status"), "3": ("ktp el",)}


def test_every_menu_of_ours_offers_what_its_keys_do() -> None:
    found, texts = read(ROOT / "prompts" / "menu.toml"), Texts.load(ROOT / "prompts")
    for node in found.nodes.values():
        if node.options:
            said = offers.spoken(texts[node.prompt].raw, INDONESIAN)
            assert offers.fits(said, offers.ways_of(found, node)), node.name


def test_a_sentence_is_taken_apart_into_words_and_keys() -> None:
    said = offers.spoken(MAIN, INDONESIAN)
    assert [(one.words, one.key) for one in said.offers] == [
        ("Cek NIK", "1"),
        ("petugas", "0"),
        ("status dokumen", "2"),
        ("KTP-el", "3"),
    ]


def test_words_before_the_key_of_another_option_are_found_and_put_right() -> None:
    moved = {"1": WAYS["2"], "2": WAYS["1"], "3": WAYS["3"]}
    said = offers.spoken(MAIN, INDONESIAN)
    assert offers.crossed(said, WAYS) == {}
    assert offers.crossed(said, moved) == {"1": "2", "2": "1"}
    proposal = offers.proposed(said, moved)
    assert proposal == "Status dokumen tekan 1, petugas tekan 0, cek NIK tekan 2, KTP-el tekan 3."
    assert offers.fits(offers.spoken(proposal, INDONESIAN), moved)


@pytest.mark.parametrize(
    ("ways", "proposal"),
    [
        (
            {**WAYS, "4": ("jam buka",)},
            "Cek NIK tekan 1, petugas tekan 0, status dokumen tekan 2, KTP-el tekan 3, jam buka tekan 4.",
        ),
        ({"1": WAYS["1"], "2": WAYS["3"]}, "Cek NIK tekan 1, petugas tekan 0, KTP-el tekan 2."),
        ({"1": WAYS["1"], "3": WAYS["3"]}, "Cek NIK tekan 1, petugas tekan 0, KTP-el tekan 3."),  # 2 is not offered
    ],
)
def test_what_is_new_or_gone_is_in_the_proposal(ways: dict[str, tuple[str, ...]], proposal: str) -> None:
    said = offers.spoken(MAIN, INDONESIAN)
    assert not offers.fits(said, ways)
    assert offers.proposed(said, ways) == proposal


def test_what_follows_the_last_key_stays() -> None:
    said = offers.spoken("Untuk cek NIK, tekan 1. Terima kasih.", INDONESIAN)
    proposal = offers.proposed(said, {"1": ("status",), "2": ("cek nik",)})
    assert proposal == "Status tekan 1, untuk cek NIK tekan 2. Terima kasih."


def test_the_checker_tells_it_in_yellow(tmp_path: Path) -> None:
    menu = (ROOT / "prompts" / "menu.toml").read_text(encoding="utf-8")
    for first, second in (
        ('1 = "requirements_move"', '2 = "requirements_arrival"'),
        ('1 = ["surat pindah"', '2 = ["pindah datang"'),
    ):
        menu = menu.replace(first, f"2{first[1:]}").replace(second, f"1{second[1:]}")
    (tmp_path / "menu.toml").write_text(menu, encoding="utf-8")
    texts = Texts.load(ROOT / "prompts")
    found = [one for one in check_menu(tmp_path / "menu.toml", texts, INDONESIAN) if one.code == "M030"]
    assert len(found) == 2
    assert not any(one.is_error for one in found)
