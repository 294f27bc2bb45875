"""The norms for dialogues by telephone: each rule is kept by words that keep it, and found broken where they do not."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from installation import settings_of
from pages_office import PagesOffice, office

from agi.cli import main
from agi.editions.store import Editions
from agi.services.checked import check_all
from agi.services.norm import statement as whole
from agi.services.norm import wording
from agi.services.norm.measured import Measured
from agi.services.norm.statement import statement
from agi.services.norm.subject import subject

__all__ = ["office"]

MENU, TEXTS = "menu.toml", "id.toml"
LONG = "Apakah Bapak atau Ibu masih ingin menanyakan hal lain"
STAR = "Jika salah, untuk mengulang dari awal tekan bintang. "
BROKEN = [
    ("N001", TEXTS, "Ada lagi tekan 1, selesai", "Tekan 1 untuk lagi, selesai", "menu.more"),
    ("N002", MENU, '4 = "other"\n', '4 = "other"\n5 = "hours"\n', "[main] punya 5 pilihan"),
    ("N003", TEXTS, "Surat pindah tekan 1, lapor datang tekan 2", "Datang tekan 2, surat pindah tekan 1", "2, 1"),
    ("N004", TEXTS, "Ada lagi tekan 1", f"{LONG} lagi tekan 1", "menu.more"),
    ("N005", TEXTS, "Selamat datang di Halo Dukcapil.", f"Selamat {'dan lagi ' * 12}datang.", "call.welcome"),
    ("N006", TEXTS, "Selamat datang di Halo Dukcapil.", "Administrasi kependudukan. " * 12, "call.welcome"),
    ("N007", TEXTS, "Selamat datang di Halo Dukcapil.", "Selamat datang di server kami.", "“server”"),
    ("N008", TEXTS, "Ada lagi tekan 1, selesai", "Ada lagi tekan 1 selesai", "menu.more"),
    ("N009", TEXTS, 'paper = "PIN ada', 'kertas = "PIN ada', "pin.paper tidak ada"),
    ("N010", TEXTS, "Boleh juga: ulangi, lebih pelan, tunggu", "Boleh juga: ulangi, tunggu", "help.menu.asked"),
    ("N012", TEXTS, "Untuk mendengar lagi, tekan 9.", "Untuk yang berikutnya, tekan 9.", "applications.next"),
    ("N013", MENU, "[nik_check]\n", '[nik_check]\ngive_up = "end"\n', "[nik_check] berakhir tanpa petugas"),
    ("N014", MENU, "[nik_check]\n", "[nik_check]\nfirst_key_ms = 2000\n", "2000 milidetik"),
    ("N015", TEXTS, "petugas tekan 0, ", "", "petugas tidak ditawarkan"),
    ("N016", MENU, '1 = "requirements_kk_new"', '1 = "deeper"', "[requirements_kk_new] baru setelah 4 pilihan"),
    ("N017", MENU, '3 = ["blanko habis", "blanko", "blanko kosong"]', '3 = ["blanko"]', "pilihan 3 di [problems]"),
    ("N018", MENU, '3 = ["blanko habis", "blanko", "blanko kosong"]', '3 = ["bengaduan", "blanko"]', "terdengar mirip"),
    ("N019", TEXTS, f"{STAR}\\\nUntuk mendengar", "Untuk mendengar", "help.entry.silent_again"),
]  # fmt: skip
DEEPER = """
[deeper]
prompt = "menu.requirements_moving"
1 = "requirements_kk_new"
2 = "requirements_kk_lost"
"""


def measured(office: PagesOffice, code: str) -> Measured:
    on = subject(office.settings, office.settings.prompts)
    return next(measure(on) for rule, measure in whole.RULES if rule.code == code)


def change(office: PagesOffice, name: str, old: str, new: str) -> None:
    path = office.settings.prompts / name
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    more = DEEPER if "deeper" in new else ""
    path.write_text(text.replace(old, new, 1) + more, encoding="utf-8")


def test_every_rule_has_its_own_code_in_order_and_says_norm_limit_and_way_to_mend() -> None:
    found = [rule for rule, _ in whole.RULES]
    assert [rule.code for rule in found] == [f"N{number:03}" for number in range(1, len(found) + 1)]
    for rule in found:
        assert rule.sources and rule.measured and rule.limit and rule.mend, rule.code


@pytest.mark.parametrize(("code", "name", "old", "new", "told"), BROKEN, ids=[one[0] for one in BROKEN])
def test_what_breaks_a_rule_is_found_with_its_place(
    office: PagesOffice, code: str, name: str, old: str, new: str, told: str
) -> None:
    before = {str(one) for one in measured(office, code).breaches}
    change(office, name, old, new)
    fresh = [one for one in measured(office, code).breaches if str(one) not in before]
    assert any(told in one.message and one.code == code for one in fresh), fresh
    assert not any(one.is_error for one in fresh)


@pytest.mark.parametrize(
    "code", ["N002", "N003", "N004", "N008", "N009", "N010", "N012", "N013", "N014", "N015", "N016"]
)
def test_our_own_dialogue_keeps_the_rules_of_menus_keys_and_times(office: PagesOffice, code: str) -> None:
    assert measured(office, code).met


def test_a_menu_with_errors_keeps_no_rule_of_ways(office: PagesOffice) -> None:
    change(office, MENU, '4 = "other"', '4 = "nowhere"')
    assert not measured(office, "N016").met


def test_time_outs_of_the_settings_count_too(office: PagesOffice) -> None:
    hasty = settings_of({**office.environment, "HOTLINE_DIALOGUE__BETWEEN_KEYS_MS": "1500"})
    told = next(one for one in statement(hasty).outcomes if one.rule.code == "N014")
    assert [str(one.path) for one in told.measured.breaches] == ["hotline.toml"]
    assert told.measured.value.startswith("1,5 sampai")


def test_the_program_says_itself_that_digits_of_a_number_get_no_sign(office: PagesOffice) -> None:
    assert len(measured(office, "N011").breaches) == 4


def test_a_list_of_jargon_that_can_not_be_read_says_where(
    office: PagesOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "jargon.toml"
    broken.write_text('"server" = "komputer"\n"sistem" =\n')
    monkeypatch.setattr(wording, "JARGON", broken)
    result = CliRunner(env=office.environment).invoke(main, ["prompts", "check", "--norm"])
    assert result.exit_code == 1
    assert f"{broken}:2" in str(result.exception) + result.output


def test_the_usual_check_tells_no_norms(office: PagesOffice) -> None:
    assert not [one for one in check_all(office.settings) if one.code.startswith("N")]


def test_the_command_tells_each_rule_and_never_fails(office: PagesOffice) -> None:
    result = CliRunner(env=office.environment).invoke(main, ["prompts", "check", "--norm"])
    assert result.exit_code == 0, result.output
    assert "N014 ya    Waktu tunggu: 4,0 sampai 7,0 detik (batas: 3 sampai 10 detik)" in result.stdout
    assert "N011 BELUM" in result.stdout
    assert "draf (bukan pernyataan" in result.stdout


def test_a_statement_names_the_edition_and_its_digest(office: PagesOffice) -> None:
    editions = Editions(office.settings.editions_folder)
    with editions.alone():
        shutil.copytree(office.settings.prompts, editions.draft / "prompts")
        editions.publish("abc123", "maker", "rina", "", ())
    change(office, TEXTS, "petugas tekan 0, ", "")  # the draft is no matter to it
    result = CliRunner(env=office.environment).invoke(main, ["prompts", "check", "--norm", "--edition", "1"])
    assert "Pernyataan kesesuaian dengan norma, edisi 1, isi abc123" in result.stdout
    assert "N015 ya" in result.stdout
    assert CliRunner(env=office.environment).invoke(main, ["prompts", "check", "--edition", "1"]).exit_code == 2
    client = office.client("auditor")
    page = client.get("/norma/pernyataan").text
    assert "abc123" in page
    assert "N015" in page
    assert "kebutuhan pengguna 10" in page
    assert client.get("/norma/pernyataan?versi=7").status_code == 404


def test_the_page_leads_from_a_place_to_its_sentence(office: PagesOffice) -> None:
    change(office, TEXTS, "atau nama ibu kandung. ", f"atau nama ibu kandung, {LONG.lower()}, dan ")
    client = office.client("admin")
    assert 'href="/norma"' in client.get("/draf").text
    assert 'href="/norma"' in client.get("/").text
    page = client.get("/norma").text
    assert 'href="/kalimat/info.fraud"' in page
    assert "Bagi menjadi dua kalimat" in page
    assert client.get("/norma/pernyataan").status_code == 404  # nothing was published
    assert office.client("supervisor").get("/norma").status_code == 403
