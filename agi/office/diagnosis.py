"""Why a NIK is not found by an institution, as far as the registry can tell, and what the office must do about it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from agi.books.ticket import Reason
from agi.books.words import Application, ApplicationStatus, Document, KtpState, Resident, ResidentStatus


class Cause(StrEnum):
    """What is the matter, the most telling first."""

    DEACTIVATED = "deactivated"  # the resident's status says why
    DOUBLE = "double"  # two records of one person
    UNRECORDED = "unrecorded"  # the KTP-el was never recorded, or must be recorded again
    MOVING = "moving"  # between two offices: the arrival is not reported yet
    STALE = "stale"  # in use here: the institution looks at an old copy


_UNRECORDED = (KtpState.UNREGISTERED, KtpState.ENROLL_FAILURE, KtpState.SEARCH_FAILURE)
_OVER = (ApplicationStatus.SELESAI, ApplicationStatus.DITOLAK, ApplicationStatus.DIBATALKAN)
_TO_DO = {Cause.DOUBLE: Reason.DOUBLE, Cause.STALE: Reason.STALE}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found of a `resident`, who has this `nik`."""

    nik: str = field(repr=False)
    cause: Cause
    resident: Resident

    @property
    def to_do(self) -> Reason:
        """What the office can do by itself, without the citizen coming first; NONE where they must come."""
        return _TO_DO.get(self.cause, Reason.NONE)


def diagnosed(nik: str, resident: Resident, applications: Collection[Application]) -> Diagnosis:
    """Why institutions do not find this `resident`, who has this `nik` and these `applications`."""
    moving = any(one.document is Document.SURAT_PINDAH and one.status not in _OVER for one in applications)
    match resident:
        case Resident(ResidentStatus.DUPLICATE) | Resident(ResidentStatus.ACTIVE, KtpState.DUPLICATE_RECORD):
            cause = Cause.DOUBLE
        case Resident(ResidentStatus.DEACTIVATED_NOT_RECORDED):
            cause = Cause.UNRECORDED
        case Resident(ResidentStatus.ACTIVE, ktp) if ktp in _UNRECORDED:
            cause = Cause.UNRECORDED
        case Resident(ResidentStatus.ACTIVE):
            cause = Cause.MOVING if moving else Cause.STALE
        case _:
            cause = Cause.DEACTIVATED
    return Diagnosis(nik, cause, resident)
