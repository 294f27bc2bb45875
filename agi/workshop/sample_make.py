"""Making the sample data: always the same files, down to the byte, with every status, state, document and reason."""

import csv
import io
import random
from datetime import date, timedelta
from itertools import cycle, product

from agi.books.numbers import check_digit
from agi.books.words import REASONS, ApplicationStatus, Document, KtpState, ResidentStatus

SEED = 1500537
RESIDENTS = 1000
APPLICATIONS = 600
_TODAY = date(2026, 10, 31)  # the day the sample was "exported"; nothing in it is later

_OFFICES = (
    ("1171", "Kota Banda Aceh"),
    ("1271", "Kota Medan"),
    ("1371", "Kota Padang"),
    ("1671", "Kota Palembang"),
    ("3171", "Kota Administrasi Jakarta Pusat"),
    ("3174", "Kota Administrasi Jakarta Selatan"),
    ("3204", "Kabupaten Bandung"),
    ("3273", "Kota Bandung"),
    ("3276", "Kota Depok"),
    ("3374", "Kota Semarang"),
    ("3471", "Kota Yogyakarta"),
    ("3507", "Kabupaten Malang"),
    ("3578", "Kota Surabaya"),
    ("3671", "Kota Tangerang"),
    ("5171", "Kota Denpasar"),
    ("5271", "Kota Mataram"),
    ("6171", "Kota Pontianak"),
    ("6471", "Kota Balikpapan"),
    ("6571", "Kota Tarakan"),
    ("7171", "Kota Manado"),
    ("7371", "Kota Makassar"),
    ("8171", "Kota Ambon"),
    ("9171", "Kota Jayapura"),
    ("9301", "Kabupaten Merauke"),
)
_HOURS = (
    "Senin sampai Jumat, pukul 8 sampai pukul 15",
    "Senin sampai Kamis, pukul 8 sampai pukul 15 lewat 30 menit, Jumat sampai pukul 14",
    "Senin sampai Jumat, pukul 7 lewat 30 menit sampai pukul 14, Sabtu sampai pukul 12",
)
_USUAL_TIMES = (
    "Kartu Keluarga dan KTP-el selesai pada hari yang sama",
    "Kartu Keluarga 1 hari kerja, KTP-el 3 hari kerja",
    "akta dan Kartu Keluarga 2 sampai 5 hari kerja",
    "",
)
# Codes that are no longer in use and stay in the NIKs issued under them: Tarakan when it belonged to Kalimantan
# Timur, Merauke when it belonged to Papua, and a code of Jawa Barat that was given up.
_RETIRED = (("647301", "6571"), ("910101", "9301"), ("321901", "3204"))

_MEN = ("Agus", "Ahmad", "Bambang", "Budi", "Eko", "Hendra", "Joko", "Made", "Rizki", "Wahyu", "Yohanes")
_WOMEN = ("Aminah", "Ayu", "Dewi", "Fitri", "Indah", "Lestari", "Maria", "Putri", "Ratna", "Siti", "Wati")
_LAST = ("Hidayat", "Kurniawan", "Lubis", "Nasution", "Pratama", "Saputra", "Siregar", "Wibowo", "Wijaya")

_Rows = list[tuple[str, ...]]


def make() -> dict[str, str]:
    """The three files by name, as text."""
    dice = random.Random(SEED)
    residents = _residents(dice)
    return {
        "offices.csv": _text(("code", "name", "hours", "usual_time"), _offices()),
        "residents.csv": _text(("nik", "kk", "status", "ktp", "region", "name"), residents),
        "applications.csv": _text(
            ("number", "pin", "nik", "document", "status", "since", "reason", "office"),
            _applications(dice, residents),
        ),
    }


def registration_number(serial: int) -> str:
    """The registration number for `serial` (0 to 10^11 - 1): 11 digits and a check digit. Raises ValueError."""
    if not 0 <= serial < 10**11:
        raise ValueError("a serial has at most 11 digits")
    digits = f"{serial:011d}"
    return digits + check_digit(digits)


def _text(header: tuple[str, ...], rows: _Rows) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def _offices() -> _Rows:
    return [
        (code, f"Dinas Kependudukan dan Pencatatan Sipil {place}", hours, usual_time)
        for (code, place), hours, usual_time in zip(_OFFICES, cycle(_HOURS), cycle(_USUAL_TIMES), strict=False)
    ]


def _residents(dice: random.Random) -> _Rows:
    """Families of one to five in one district; each line a person of their own, with the states in turn."""
    rows: _Rows = []
    states = cycle(_resident_states())
    while len(rows) < RESIDENTS:
        office = dice.choice(_OFFICES)[0]
        district = f"{office}{dice.randint(1, 6):02d}" if office != "3204" else "320405"
        if dice.random() < 0.06:
            district, office = dice.choice(_RETIRED)
        recorded = date(2005, 1, 1) + timedelta(days=dice.randrange(7000))
        kk = f"{office}{dice.randint(1, 6):02d}{recorded:%d%m%y}{9000 + len(rows) % 1000:04d}"
        for _ in range(min(dice.randint(1, 5), RESIDENTS - len(rows))):
            woman = dice.random() < 0.5
            born = date(1932, 1, 1) + timedelta(days=dice.randrange(365 * 77))
            day = born.day + 40 if woman else born.day
            nik = f"{district}{day:02d}{born:%m%y}{9000 + len(rows) % 1000:04d}"
            name = f"{dice.choice(_WOMEN if woman else _MEN)} {dice.choice(_LAST)}"
            status, ktp = next(states)
            rows.append((nik, kk, status, ktp, office, name))
    return rows


def _resident_states() -> list[tuple[str, str]]:
    """Of 100 residents: 74 active with the card, 13 active in each state of the KTP-el, the others 13."""
    active = [(ResidentStatus.ACTIVE, KtpState.CARD_ISSUED)] * 74
    in_process = [(ResidentStatus.ACTIVE, state) for state in KtpState]
    others = [
        (status, KtpState.CARD_ISSUED)
        for status in ResidentStatus
        if status not in (ResidentStatus.ACTIVE, ResidentStatus.DEACTIVATED_NOT_RECORDED)
    ]
    rest = [*others * 3, (ResidentStatus.DEACTIVATED_NOT_RECORDED, KtpState.UNREGISTERED)]
    mixed = [(str(status), str(state)) for status, state in [*active, *in_process, *rest]]
    random.Random(SEED).shuffle(mixed)
    return mixed


def _applications(dice: random.Random, residents: _Rows) -> _Rows:
    """Each document with each status ten times, reasons in turn; 24 persons have two to four of them."""
    persons = [row for row in residents if row[2] == ResidentStatus.ACTIVE]
    dice.shuffle(persons)
    several = (4, 3, 3, *[2] * 21, *[1] * (len(persons) - 24))
    owners = [row for row, count in zip(persons, several, strict=True) for _ in range(count)]
    kinds = list(product(Document, ApplicationStatus)) * (APPLICATIONS // 60)
    dice.shuffle(kinds)
    reasons = {status: cycle(sorted(codes)) for status, codes in REASONS.items()}
    rows: _Rows = []
    for serial, ((document, status), owner) in enumerate(zip(kinds, owners, strict=False), start=1):
        # Serials far apart, so that one wrong digit in a number is not another's number.
        number = registration_number(26_000_000_000 + serial * 1013)
        since = _TODAY - timedelta(days=dice.randrange(240))
        reason = next(reasons[status]) if status in reasons else ""
        rows.append(
            (number, f"{dice.randrange(10**6):06d}", owner[0], document, status, since.isoformat(), reason, owner[4])
        )
    return rows
