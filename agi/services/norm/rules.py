"""The rules: which norm asks for what, what is measured, the limit, and how to mend it. Admins read it: Indonesian.

A clause stands only where its number and title are known; elsewhere the norm is named as a whole. Limits that no norm
gives are our own, and say so.
"""

from dataclasses import dataclass

from agi.services.checked import MENU_S, MORE_S


@dataclass(frozen=True, slots=True)
class Source:
    """A norm, and its clause, or where nobody here knows that: as a whole."""

    norm: str
    clause: str = "secara umum"

    def __str__(self) -> str:
        return f"{self.norm}, {self.clause}"


_ISO_9241 = "ISO 9241-154:2013"
_ISO_13714 = "ISO/IEC 13714:1995"
_COGA = "W3C COGA, Voice Systems and Conversational Interfaces"
ISO_9241, ISO_13714, COGA = Source(_ISO_9241), Source(_ISO_13714), Source(_COGA)
COGA_MENUS = Source("W3C COGA, Voice Menu Systems")
ETSI = Source("ETSI ES 202 076")

MOST_WORDS, MOST_SENTENCE_S = 20, 12.0
"""Of one sentence."""
MOST_LIX, LIX_WORDS = 50.0, 20
"""The reading level, and from how many words on a text has one."""
LEAST_MS, MOST_MS = 3000, 10_000
"""Of a time-out."""
AGENT_S = 10.0
"""Until the agent is offered, from the first word of the hotline."""
MOST_CHOICES = 3
"""From the first menu to any answer."""
LEAST_WAYS = 2
"""To say an option."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, by its code. `sources` say where it comes from; `limit` is what `measured` may be."""

    code: str
    title: str
    sources: tuple[Source, ...]
    measured: str
    limit: str
    mend: str


OPTION_FIRST = Rule(
    "N001", "Kegunaan disebut sebelum tombolnya", (ISO_9241, ISO_13714),
    "Setiap tombol yang disebut dalam kalimat", "kegunaan dulu, lalu “tekan N”",
    "Tulis “untuk …, tekan N” atau “… tekan N”, bukan “tekan N untuk …”.",
)  # fmt: skip
OPTIONS = Rule(
    "N002", "Jumlah pilihan setiap menu", (ISO_13714,), "Pilihan terbanyak dalam satu menu",
    "paling banyak 4, di luar petugas, ulangi dan kembali", "Pindahkan pilihan ke submenu, atau gabungkan.",
)  # fmt: skip
ORDER = Rule(
    "N003", "Tombol disebut berurutan", (ISO_13714,), "Urutan tombol dalam kalimat menu",
    "1, 2, 3 … tanpa lompat; 0 boleh di mana saja", "Susun kalimat menu menurut nomor tombolnya.",
)  # fmt: skip
MENU_LENGTH = Rule(
    "N004", "Lamanya menu", (ISO_9241, COGA), "Detik kalimat menu yang terlama",
    f"paling lama {MENU_S:.0f} detik, “masih ada lagi?” {MORE_S:.0f} detik (batas sendiri)",
    "Pendekkan kata-kata pilihan, atau bagi menunya.",
)  # fmt: skip
SENTENCES = Rule(
    "N005", "Panjang kalimat", (ISO_9241, COGA), "Kata dan detik kalimat yang terpanjang",
    f"paling banyak {MOST_WORDS} kata dan {MOST_SENTENCE_S:.0f} detik (batas sendiri)",
    "Bagi menjadi dua kalimat, satu pikiran setiap kalimat.",
)  # fmt: skip
READING = Rule(
    "N006", "Tingkat keterbacaan", (COGA,),
    f"LIX (kata setiap kalimat + persen kata lebih dari 6 huruf) teks mulai {LIX_WORDS} kata",
    f"paling tinggi {MOST_LIX:.0f}; di atasnya tergolong sulit", "Pakai kalimat dan kata yang lebih pendek.",
)  # fmt: skip
JARGON = Rule(
    "N007", "Tanpa istilah kantor", (ISO_9241, COGA), "Kata yang ada di data/norm/jargon.toml",
    "tidak ada", "Ganti dengan kata sehari-hari; gantinya disebut di daftar itu.",
)  # fmt: skip
PAUSES = Rule(
    "N008", "Jeda di antara pilihan", (Source(_COGA, "kebutuhan pengguna 10"),),
    "Tanda baca di belakang setiap pilihan: di situ suara berhenti sejenak", "koma atau titik setiap pilihan",
    "Tulis koma atau titik di belakang setiap “tekan N”.",
)  # fmt: skip
FETCHING = Rule(
    "N009", "Waktu mengambil surat", (Source(_COGA, "kebutuhan pengguna 11"),),
    "Kalimat yang menyebut letak nomor, dan lamanya menunggu", "ada untuk setiap nomor; sedikitnya 30 detik",
    "Lengkapi kalimat …paper yang kurang: di surat mana nomor itu tertulis, dan di mana letaknya.",
)  # fmt: skip
SLOWER = Rule(
    "N010", "Lebih pelan dan lebih lama bila diminta", (Source(_COGA, "kebutuhan pengguna 14"),),
    "Bantuan yang menyebut “lebih pelan” dan “tunggu”; kelipatan waktu tunggu", "disebut; sedikitnya 2 kali",
    "Sebut “lebih pelan” dan “tunggu sebentar” di help.menu.asked dan help.entry.asked.",
)  # fmt: skip
KEY_TAKEN = Rule(
    "N011", "Tanda bahwa tombol diterima", (Source(_COGA, "kebutuhan pengguna 9"),),
    "Bunyi atau kata setelah setiap tombol", "ada",
    "Menu menjawab dengan kalimat berikutnya. Angka sebuah nomor belum diberi tanda satu per satu: ini kekurangan "
    "program, bukan kekurangan kalimat.",
)  # fmt: skip
SAME_KEYS = Rule(
    "N012", "Tombol 0, 9, * dan # selalu sama artinya", (Source(_ISO_13714, "5.6 Basic use of the # and * keys"),),
    "Kalimat yang menyebut tombol itu", "0 petugas, 9 ulangi, bintang kembali atau hapus, pagar tunggu atau selesai",
    "Jangan menawarkan tombol itu untuk hal lain.",
)  # fmt: skip
WAYS_OUT = Rule(
    "N013", "Kembali, ulangi dan petugas di mana saja", (ISO_9241, ETSI),
    "Bantuan yang menyebut ketiganya; menu yang berakhir tanpa petugas", "disebut; tidak ada",
    "Sebut bintang, 9 dan 0 di bantuan kedua; hapus give_up yang bukan petugas.",
)  # fmt: skip
TIMEOUTS = Rule(
    "N014", "Waktu tunggu",
    (Source(_ISO_13714, "5.4 Time-outs"), Source(_ISO_9241, "7.8 Handling time-outs for speech input")),
    "first_key_ms dan between_keys_ms, di hotline.toml dan di menu", "3 sampai 10 detik",
    "Ubah first_key_ms atau between_keys_ms.",
)  # fmt: skip
TO_AGENT = Rule(
    "N015", "Jalan ke petugas", (ISO_9241, COGA_MENUS),
    "Tombol dan detik dari kata pertama sampai petugas ditawarkan", f"1 tombol; paling lama {AGENT_S:.0f} detik",
    "Sebut “petugas tekan 0” lebih awal di menu utama.",
)  # fmt: skip
DEPTH = Rule(
    "N016", "Jalan ke jawaban", (ISO_9241,), "Pilihan terbanyak dari menu utama sampai sebuah jawaban",
    f"paling banyak {MOST_CHOICES} (batas sendiri)", "Naikkan tempat itu, atau gabungkan dua menu.",
)  # fmt: skip
SYNONYMS = Rule(
    "N017", "Beberapa cara mengucapkan setiap pilihan", (Source(_ISO_9241, "7.4 Synonyms in grammars"), ETSI),
    "Cara mengucapkan yang paling sedikit", f"sedikitnya {LEAST_WAYS} setiap pilihan",
    "Tambahkan kata di [nama.words] menu.toml: seperti yang diucapkan orang.",
)  # fmt: skip
DISTINCT = Rule(
    "N018", "Kata pilihan terdengar berbeda",
    (Source(_ISO_9241, "7.2 Phonetically distinct vocabulary in speech-enabled IVR applications"),),
    "Kata dua pilihan yang terdengar mirip",
    "tidak ada", "Pakai kata lain untuk salah satunya.",
)  # fmt: skip
CORRECTING = Rule(
    "N019", "Isian dapat diperbaiki", (Source(_ISO_9241, "6.5 Changing information that has been entered"),),
    "Bantuan isian yang menyebut bintang", "disebut", "Sebut bintang untuk mengulang isian di help.entry.silent_again.",
)  # fmt: skip
