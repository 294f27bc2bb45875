"""The first page: the tasks of whoever is signed in."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agi.books.accounts import Role
from agi.pages.shared.render import render
from agi.pages.shared.site import visitor


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody comes for, in their words, and the page where it is done."""

    path: str
    title: str
    told: str
    roles: frozenset[Role]


_ADMIN = frozenset({Role.ADMIN, Role.AUDITOR})
_TRIES = frozenset({Role.ADMIN, Role.TESTER})
_OFFICE = frozenset({Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR})
TASKS: tuple[Task, ...] = (
    Task("/kalimat", "Ubah kalimat", "Cari, ubah, dengarkan dulu, atau rekam dengan suara sendiri.", _ADMIN),
    Task("/menu", "Ubah menu", "Tombol, kata, dan tujuan tiap pilihan; gambar seluruh menu.", _ADMIN),
    Task(
        "/pengumuman", "Umumkan gangguan", "Didengar setiap penelepon lebih dulu, sampai waktu yang ditentukan.", _ADMIN
    ),
    Task("/jam", "Atur jam petugas", "Jam mingguan, hari libur, dan hari khusus; langsung berlaku.", _ADMIN),
    Task("/fakta", "Periksa fakta", "Dari mana isi kalimat, dan apa yang harus diperiksa lagi.", _ADMIN),
    Task("/draf", "Lihat dan terbitkan perubahan", "Yang lama dan yang baru berdampingan, dapat didengar.", _ADMIN),
    Task(
        "/draf/bagaimana-jika",
        "Bagaimana jika draf terbit?",
        "Panggilan terakhir diulang dengan draf: siapa tersesat?",
        _ADMIN,
    ),
    Task("/norma", "Periksa menurut norma", "ISO 9241-154 dan lainnya; pernyataan kesesuaian untuk dicetak.", _ADMIN),
    Task("/riwayat", "Kembalikan yang lama", "Semua versi, bedanya, dan siapa yang menerbitkannya.", _ADMIN),
    Task("/draf/jadwal", "Terbitkan pada waktu tertentu", "Draf disiapkan sekarang dan terbit sendiri nanti.", _ADMIN),
    Task("/coba", "Coba percakapan", "Draf atau yang terbit, sebagai teks, dari tempat mana pun di menu.", _TRIES),
    Task(
        "/telepon",
        "Telepon dari peramban",
        "Panggilan sungguhan, dengan suara atau tombol, dan sebagai teks.",
        _TRIES,
    ),
    Task("/hari-ini", "Lihat yang dialami penelepon", "Siapa terlayani, dan kalimat mana yang membingungkan.", _OFFICE),
    Task("/panggilan", "Lihat satu panggilan", "Mengapa panggilan ini gagal? Cari, baca, dan dengarkan.", _OFFICE),
    Task(
        "/nomor-panggilan", "Buka satu nomor panggilan", "Di loket atau di telepon: apa yang sudah ditanyakan.", _OFFICE
    ),
    Task(
        "/panggil-balik", "Lihat yang menunggu dipanggil", "Siapa menunggu, siapa sudah dipanggil; batalkan.", _OFFICE
    ),
    Task("/pesan", "Baca pesan dan jawabannya", "Apa yang ditulis warga, dan yang gagal dikirim.", _OFFICE),
    Task("/tiket", "Jawab pengaduan", "Yang paling lama menunggu lebih dulu; dengar, catat, jawab.", _OFFICE),
    Task("/keamanan", "Lawan penipuan", "Nomor yang dilaporkan; buka kunci NIK bagi pemiliknya.", _OFFICE),
    Task("/survei", "Baca survei kepuasan", "Indeks, sembilan unsurnya, dan tabelnya.", _OFFICE),
    Task("/lembaga", "Lihat pemeriksaan lembaga", "Lembaga mana memeriksa NIK, berapa kali, untuk apa.", _OFFICE),
    Task("/petugas", "Terima panggilan", "Keadaan Anda, kasus penelepon, catatan, dan tiket.", frozenset({Role.AGENT})),
    Task("/audit", "Lihat siapa mengubah apa", "Audit semua halaman.", _ADMIN),
)


def home(request: Request) -> Response:
    """The tasks."""
    role = visitor(request).role
    return render(request, "shared/home.html", tasks=[task for task in TASKS if role in task.roles])


ROUTES = (Route("/", home),)
