"""What a voice that is told sounds is told: the lexicon's sounds, else the spelling's, stressed as Indonesian is."""

import re
from dataclasses import replace

import pytest

from agi.languages import INDONESIAN
from agi.languages.id.spelling import SOUNDS
from agi.settings import ROOT
from agi.voice import kokoro
from agi.voice.ipa import ipa
from agi.voice.texts import Texts

PROMPTS = ROOT / "prompts"
LEXICON = INDONESIAN.lexicon(PROMPTS / "lexicon.toml")
AS_IN_EMPAT = """
berakhir kemarin melaporkan membukanya memeriksanya mengunci menjawab menurut penipunya segera tentang terlihat
lembaga membuat memperbarui mendapat menolak berakhir melanjutkan memanggil terputus
beberapa belum berada beragama berbicara bercerai berhasil berikutnya berkas berlaku bersama bertanda bertugas berumur
cerai demi dengan dengarkan detik diberikan didengar diperbarui diperiksa diperlukan disebut disebutkan diserahkan
ditekan ditemukan diterbitkan diterima dokter jelas jenis karena ke keadaan keamanan kecamatan kecepatan kedatangan
kedua keduanya keenam kehilangan kejelasan kelahiran keliru kelompok keluarga kemampuan kematian kembali kemendagri
kemudahan kepada kepala kependudukan keperluan kepolisian keramahan kerja kesesuaian kesopanan keterangan ketiga
ketujuh kewajaran lebih lembar lengkap melalui melapor melayani melengkapi memahami memakai memasang membantu membawa
memeriksa meminta memperbaiki menambah menanganinya menanggapinya menanyakan menawarkan mencatatnya mendengar menekan
menerbitkan menerbitkannya menerima mengajukan mengambilnya mengetahui mengganti menghubungi mengirim mengulang
meninggal menit menunggu menyampaikan menyampaikannya menyebut menyiapkan negeri pelan pelayanan pemeriksaan
pemiliknya pemohon pemuka penanganan pencatatan pendaftaran pengadilan pengaduan pengambilan pengantar penilaian
penipuan penunggalan per perbaikan perceraian periksa perkawinan perkiraan perlu perlukan permintaan permohonan pernah
peristiwa pernyataan persediaan pertama pertanyaan perubahan pesan pesannya petugas rekan sebaiknya sebentar sebutkan
sedang sedikit sejak sekali sekarang selain selalu selama selamat selasa selesai sementara semua sendiri senin sering
serta sesuai setelah setempat setiap setuju tekan telah tempat terakhir terbaca terbaru tercatat terdaftar
terdengar terdiri terganggu terima terjadi terlalu tersedia tertukar tetap tetapi
keterlambatan ketua mendapat sebagian
bekerja berakhir lembaga melanjutkan memanggil pendidikan pengelola terputus
"""
"""Words of the prompts in which somebody who speaks Indonesian has found no e but that of “empat”."""


def said(text: str) -> str:
    return ipa(INDONESIAN.wording.spoken(text, LEXICON), INDONESIAN, LEXICON)


def test_of_every_e_in_the_prompts_it_is_known_which_it_is() -> None:
    words = {
        word
        for text in Texts.load(PROMPTS).values()
        for part in text.parts
        if isinstance(part, str)
        for word in re.findall("[a-z]*e[a-z]*", INDONESIAN.wording.spoken(part, LEXICON).lower())
    }
    unknown = sorted(words - LEXICON.sounds.keys() - set(AS_IN_EMPAT.split()))
    assert not unknown, (
        f"an e as in “meja”: into [sounds] of prompts/lexicon.toml; else into AS_IN_EMPAT here: {' '.join(unknown)}"
    )


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("Selamat datang di Halo Dukcapil.", "səlˈamat dˈataŋ di hˈalɔ dukʧˈapil."),
        ("Untuk KTP-el, tekan 1.", "untuk kˈa tˈɛ pˈɛ ˈɛl, təkˈan sˈatu."),
        ("sampai pulau juli", "sˈampai pˈʊlau ʤˈʊli"),
        ("desa nyata", "dˈɛsa ɲˈata"),
        ("Benar? Ya atau tidak?", "bənˈaɾ? jˈa atau tˈidak?"),
    ],
)
def test_words_are_told_as_sounds_with_their_stress_and_marks(text: str, sounds: str) -> None:
    assert said(text) == sounds


def test_what_has_no_vowel_is_spelt_accents_fall_and_what_is_no_letter_is_left_out() -> None:
    assert ipa("xyz, Café", INDONESIAN, LEXICON) == "ˈɛks jˈɛ zˈɛt, ʧˈafə"
    assert ipa("中 ٣ -", INDONESIAN, LEXICON) == ""


@pytest.mark.parametrize("sound", SOUNDS)
def test_kokoro_has_a_symbol_for_every_sound(sound: str) -> None:
    lexicon = replace(LEXICON, sounds={"kata": (("a", sound, "a"),)})
    assert set(ipa("kata, kata; kata? kata! kata.", INDONESIAN, lexicon)) <= kokoro._SYMBOLS.keys()
