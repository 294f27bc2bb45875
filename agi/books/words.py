"""The registry's words: states, documents and reasons as Dukcapil names them, and what a look-up gives.

Every value is a code with a text of its own in `prompts/`; none of it is spoken as it stands. The KTP-el states
and the application states are those that regional Dukcapil offices publish; the reasons are the ones their
notices give most.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ResidentStatus(StrEnum):
    """Whether a NIK is in use; deactivation always says why."""

    ACTIVE = "ACTIVE"
    DUPLICATE = "DUPLICATE"  # two records of one person; an officer must merge them
    DEACTIVATED_DECEASED = "DEACTIVATED_DECEASED"
    DEACTIVATED_MOVED_ABROAD = "DEACTIVATED_MOVED_ABROAD"
    DEACTIVATED_DUPLICATE = "DEACTIVATED_DUPLICATE"  # the other record of a double one was kept
    DEACTIVATED_NOT_RECORDED = "DEACTIVATED_NOT_RECORDED"  # an adult who never had the KTP-el recorded


class KtpState(StrEnum):
    """How far the KTP-el record is, in the order in which it moves; the three failures stand aside."""

    UNREGISTERED = "UNREGISTERED"
    BIO_CAPTURED = "BIO_CAPTURED"
    PROCESSING = "PROCESSING"
    SENT_FOR_ENROLLMENT = "SENT_FOR_ENROLLMENT"
    RECEIVED_AT_CENTRAL = "RECEIVED_AT_CENTRAL"
    ENROLL_FAILURE = "ENROLL_FAILURE"
    SEARCH_FAILURE = "SEARCH_FAILURE"
    DUPLICATE_RECORD = "DUPLICATE_RECORD"
    PRINT_READY_RECORD = "PRINT_READY_RECORD"
    SENT_FOR_CARD_PRINTING = "SENT_FOR_CARD_PRINTING"
    CARD_PRINTED = "CARD_PRINTED"
    CARD_SHIPPED = "CARD_SHIPPED"
    CARD_ISSUED = "CARD_ISSUED"


class Document(StrEnum):
    """The six documents (Permendagri 19/2018)."""

    KK = "KK"
    KTP_EL = "KTP_EL"
    AKTA_KELAHIRAN = "AKTA_KELAHIRAN"
    AKTA_KEMATIAN = "AKTA_KEMATIAN"
    AKTA_PERKAWINAN = "AKTA_PERKAWINAN"
    SURAT_PINDAH = "SURAT_PINDAH"


class ApplicationStatus(StrEnum):
    """How far an application is."""

    DIAJUKAN = "DIAJUKAN"
    MENUNGGU_VERIFIKASI = "MENUNGGU_VERIFIKASI"
    BERKAS_BELUM_LENGKAP = "BERKAS_BELUM_LENGKAP"  # with a reason
    DIPROSES = "DIPROSES"
    MENUNGGU_TTE = "MENUNGGU_TTE"  # waits for the electronic signature
    SIAP_CETAK = "SIAP_CETAK"
    SIAP_DIAMBIL = "SIAP_DIAMBIL"  # at an office
    SELESAI = "SELESAI"
    DITOLAK = "DITOLAK"  # with a reason
    DIBATALKAN = "DIBATALKAN"


class Reason(StrEnum):
    """Why an application is incomplete or refused."""

    KK_BELUM_ADA = "KK_BELUM_ADA"
    KTP_BELUM_ADA = "KTP_BELUM_ADA"
    FORMULIR_BELUM_LENGKAP = "FORMULIR_BELUM_LENGKAP"
    DOKUMEN_TIDAK_TERBACA = "DOKUMEN_TIDAK_TERBACA"
    SURAT_KETERANGAN_BELUM_ADA = "SURAT_KETERANGAN_BELUM_ADA"
    BUKU_NIKAH_BELUM_ADA = "BUKU_NIKAH_BELUM_ADA"
    SAKSI_BELUM_LENGKAP = "SAKSI_BELUM_LENGKAP"
    SURAT_KEHILANGAN_BELUM_ADA = "SURAT_KEHILANGAN_BELUM_ADA"
    DATA_TIDAK_SESUAI = "DATA_TIDAK_SESUAI"
    DOKUMEN_TIDAK_SAH = "DOKUMEN_TIDAK_SAH"
    BUKAN_WILAYAH_KANTOR = "BUKAN_WILAYAH_KANTOR"
    PENGAJUAN_GANDA = "PENGAJUAN_GANDA"
    BELUM_REKAM_KTP_EL = "BELUM_REKAM_KTP_EL"
    BATAS_WAKTU_LEWAT = "BATAS_WAKTU_LEWAT"


REASONS = {
    ApplicationStatus.BERKAS_BELUM_LENGKAP: frozenset(list(Reason)[:8]),
    ApplicationStatus.DITOLAK: frozenset(list(Reason)[8:]),
}
"""The reasons that a status must have one of (what can be missing, why an office says no); every other has none."""


class Source(StrEnum):
    """Whose records these are. One sample table makes the whole registry a sample."""

    EMPTY = "empty"
    SAMPLE = "sample"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Resident:
    """What may be told on a NIK and the KK digits: states, never a name, an address or a date of birth."""

    status: ResidentStatus
    ktp: KtpState


@dataclass(frozen=True, slots=True)
class Application:
    """One application. `reason` is there for BERKAS_BELUM_LENGKAP and DITOLAK only; `office` may be ""."""

    number: str
    document: Document
    status: ApplicationStatus
    since: date
    reason: Reason | None
    office: str


@dataclass(frozen=True, slots=True)
class Office:
    """A regional office; `name`, `hours` and `usual_time` are free text, spoken as they stand.

    `hours` and `usual_time` are "" where nothing is known. `code`: of the regency or city, where it is found by that.
    """

    code: str
    name: str
    hours: str
    usual_time: str = ""
