"""What people type in messages: commands with their slips, documents, cases, and words that say nothing."""

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "check": ("cek", "chek", "check", "ceck", "ck", "cke", "cel", "cej", "cwk", "cekk", "cekin", "periksa", "lihat"),
    "status": ("status", "sts"),
    "requirements": ("syarat", "persyaratan", "sarat", "syrat"),
    "ticket": ("tiket", "ticket"),
    "call": ("panggilan",),
    "complain": ("lapor", "laporan", "laporkan", "pengaduan", "aduan", "mengadu", "keluhan", "komplain"),
    "info": ("info", "informasi", "menu"),
    "office": ("kantor", "alamat"),
    "hours": ("jam", "jadwal"),
    "reconcile": ("sinkronisasi", "sinkron", "konsolidasi"),
    "habit": ("reg", "daftar", "ulang"),
}
"""Command -> the words for it; those of four letters and more are taken with a slip, too. `habit` begins messages that
people know from registering a SIM card (4444)."""

STOP = ("stop", "berhenti", "unreg")
CHANGES = ("pindah", "pindahan", "ubah", "ganti", "berubah", "beda", "salah", "perbaiki", "koreksi", "kepindahan")
"""Words beside "alamat" by which the citizen's own address is meant, not that of an office."""
YES = ("ya", "iya", "yes", "ok", "oke", "mau", "setuju")
"""What agrees to what was offered before, alone or with what says nothing."""
REFUSED_BY: Mapping[str, tuple[str, ...]] = {
    "bank": ("bank", "bri", "bca", "bni", "btn", "bsi", "mandiri", "rekening"),
    "bpjs": ("bpjs", "jkn", "faskes"),
    "phone": ("phone", "kartu", "sim", "simcard", "telkomsel", "indosat", "xl", "tri", "smartfren", "operator"),
}
"""Who does not find a NIK -> the words for them, by the words of `RefusedBy`."""
AGENT = ("petugas", "operator", "cs", "agen", "manusia", "orang")
"""Who is wanted by whom no machine is enough; only in a message that says little else."""

DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "ikd": ("ikd", "digital"),
    "kia": ("kia",),
    "lahir": ("lahir", "kelahiran"),
    "mati": ("mati", "kematian", "meninggal"),
    "kawin": ("kawin", "perkawinan", "nikah", "pernikahan"),
    "cerai": ("cerai", "perceraian"),
    "datang": ("datang", "pendatang", "kedatangan"),
    "pindah": ("pindah", "kepindahan"),
    "akta": ("akta", "akte"),
    "ktp": ("ktp", "ektp", "ktpel", "kyp", "kpt", "ktpp", "ktp2", "ltp", "jtp"),
    "kk": ("kk", "kks", "kartukeluarga"),
}
"""Document -> the words for it, the most telling first: "akta lahir" is one of birth."""

DOCUMENT_IN_TWO_WORDS = {("kartu", "keluarga"): "kk", ("kartu", "anak"): "kia", ("kartu", "tanda"): "ktp"}

CASES: Mapping[str, tuple[str, ...]] = {
    "hilang": ("hilang", "kehilangan", "rusak", "patah", "lecet"),
    "tambah": ("tambah", "penambahan", "anggota", "perubahan", "ubah"),
    "baru": ("baru", "bikin", "buat", "pertama", "pembuatan"),
}

FRAUD = ("otp", "penipuan", "penipu", "ditipu", "tipu", "scam", "phishing")
NOT_FOUND = ("ditemukan", "terdaftar", "terbaca", "online", "valid", "dikenal")
NOT = ("tidak", "tdk", "gak", "ga", "nggak", "belum", "blm", "enggak")
OPEN = ("buka", "tutup", "pelayanan", "layanan", "operasional")

NUMBER_NAMES: Mapping[str, tuple[str, ...]] = {
    "kk": ("kk", "nokk", "nkk"),
    "nik": ("nik", "noktp", "ktp"),
    "telephone": ("hp", "telp", "telepon", "wa", "whatsapp", "tlp", "nohp"),
}
"""What kind of number stands behind a word."""

SAY_NOTHING = frozenset(
    (
        "tolong", "mohon", "minta", "bantu", "bantuan", "min", "admin", "pak", "bu", "bapak", "ibu", "kak",
        "gan", "mas", "mbak", "selamat", "pagi", "siang", "sore", "malam", "assalamualaikum", "assalamu",
        "alaikum", "wr", "wb", "permisi", "halo", "hallo", "hai", "hi", "p", "tes", "test", "saya", "mau",
        "ingin", "nomor", "no", "nomer", "dong", "ya", "yth", "kepada", "dukcapil",
    )
)  # fmt: skip
