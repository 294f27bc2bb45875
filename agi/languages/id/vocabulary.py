"""What callers say in Indonesian on any question: commands, yes and no, the words around an answer."""

from agi.languages.language import Command, Reply, Vocabulary

VOCABULARY = Vocabulary(
    commands={
        Command.REPEAT: ("ulangi", "ulang", "tolong ulangi", "ulangi lagi", "coba ulangi", "sekali lagi"),
        Command.BACK: ("kembali", "kembali ke menu", "menu sebelumnya"),
        Command.AGENT: (
            *("petugas", "operator", "ke petugas", "hubungkan ke petugas", "sambungkan ke petugas"),
            *("bicara dengan petugas", "mau bicara dengan petugas", "saya mau bicara dengan petugas"),
            "tolong petugas",
        ),
        Command.HELP: ("bantuan", "tolong bantuan", "minta bantuan", "saya perlu bantuan"),
        Command.HOLD: (
            *("tunggu", "sebentar", "tunggu sebentar", "tunggu dulu", "sebentar dulu", "sebentar ya", "tunggu ya"),
            *("sebentar pak", "sebentar bu", "sebentar sebentar", "tolong tunggu", "tolong tunggu sebentar"),
            *("sebentar saya ambil dulu", "sebentar saya cari dulu", "saya ambil dulu", "saya cari dulu"),
            *("sebentar saya ambil ktp dulu", "sebentar saya ambil kartu keluarga dulu"),
        ),
        Command.SLOWER: (
            *("lebih pelan", "pelan pelan", "pelan", "lebih lambat", "tolong pelan pelan", "tolong lebih pelan"),
            *("pelan sedikit", "bicara lebih pelan", "jangan cepat cepat", "terlalu cepat", "terlalu cepat bicaranya"),
        ),
    },
    replies={
        Reply.YES: (
            *("ya", "iya", "ya ya", "iya iya", "betul", "benar", "ya betul", "ya benar", "iya betul", "iya benar"),
            *("betul sekali", "benar sekali", "sudah benar", "sudah betul", "ya sudah benar", "oke", "setuju"),
        ),
        Reply.NO: (
            *("tidak", "bukan", "salah", "tidak benar", "tidak betul", "bukan itu", "belum benar", "masih salah"),
            *("enggak", "tidak salah", "bukan salah", "itu salah", "nggak", "tidak bukan", "tidak jadi"),
            *("gak", "ndak", "tidak tidak", "tidak mau", "bukan bukan"),
        ),
    },
    before=(
        *("tolong", "mau", "saya mau", "saya ingin", "saya pilih", "pilih", "minta", "coba", "untuk"),
        *("saya mau pilih", "ya", "yang", "halo saya mau", "pak saya mau", "bu saya mau", "ke"),
    ),
    after=("saja", "dong", "pak", "bu", "ya", "tolong"),
    titles=("pak", "bu"),
    fillers=(
        *("halo", "halo pak", "halo bu", "permisi", "maaf", "mohon maaf", "assalamualaikum", "waalaikumsalam"),
        *(f"selamat {part}" for part in ("pagi", "siang", "sore", "malam")),
        *("eee", "eh", "ehm", "mmm", "hmm", "anu", "apa ya", "begini", "begini pak", "begini bu", "jadi begini"),
        *("pak", "bu"),
    ),
    decoys=("tidak", "bukan", "iya", "enggak", "apa", "saya"),  # of twenty more, an answer that begins at once was lost
    ordinals=("pertama", "kedua", "ketiga", "keempat", "kelima", "keenam", "ketujuh", "kedelapan"),
    numbered=("", "nomor", "pilihan", "angka", "tekan", "nomor pilihan"),
    ordered=("yang", "pilihan"),
    option="pilihan",
    offers=r"tekan(?:lah)?\s+(?:angka\s+|tombol\s+)?",
    groups=("kelompok", "bagian", "yang"),
    wrong_before=("bukan", "tidak", "salah"),
    wrong_after=("salah", "yang salah"),
)
