"""Reads the reports of the protocols, models/protocols/*.json, without heavy imports.

`python -m qana protocol NAME` writes them.
"""

from dataclasses import dataclass
from pathlib import Path

from qana.evaluation.report_files import read_report_if_present
from qana.inference.manifest import ModelEntry
from qana.protocols.clinical_report import ClinicalReport
from qana.protocols.lesion_report import LesionReport
from qana.protocols.paper_clinical_report import PaperClinicalReport
from qana.protocols.paper_report import PaperReport
from qana.protocols.same_lesion_report import SameLesionReport
from qana.protocols.sources_report import SourcesReport, name_report


@dataclass(frozen=True)
class ProtocolReports:
    """The reports that exist; None stands for a missing one."""

    lesion: LesionReport | None
    paper: PaperReport | None
    clinical: ClinicalReport | None
    sources: SourcesReport | None
    paper_clinical: PaperClinicalReport | None
    same_lesion: SameLesionReport | None

    def select_model(self, sha256: str) -> "ProtocolReports":
        """Drops the reports on other weights.

        The paper's protocols train networks of their own, and same-lesion covers all models.

        Args:
            sha256: of the .fbz file.
        """
        lesion, clinical, sources = self.lesion, self.clinical, self.sources
        return ProtocolReports(
            lesion=lesion if lesion and lesion.sha256 == sha256 else None,
            paper=self.paper,
            clinical=clinical if clinical and clinical.sha256 == sha256 else None,
            sources=sources if sources and sources.sha256 == sha256 else None,
            paper_clinical=self.paper_clinical,
            same_lesion=self.same_lesion,
        )


def read_reports(folder: Path | None = None) -> ProtocolReports:
    """Reads the reports of the protocols.

    Args:
        folder: models folder; the project's by default.

    Raises:
        ReportError: a report is damaged.
    """
    return ProtocolReports(
        lesion=read_report_if_present("protocols/lesion.json", LesionReport, folder),
        paper=read_report_if_present("protocols/paper.json", PaperReport, folder),
        clinical=read_report_if_present("protocols/clinical.json", ClinicalReport, folder),
        sources=read_report_if_present(name_report(), SourcesReport, folder),
        paper_clinical=read_report_if_present(
            "protocols/paper-clinical.json", PaperClinicalReport, folder
        ),
        same_lesion=read_report_if_present("protocols/same-lesion.json", SameLesionReport, folder),
    )


def read_sources_report(entry: ModelEntry, folder: Path | None = None) -> SourcesReport | None:
    """Reads the report of the sources protocol on the present weights of a model.

    Args:
        entry: the model.
        folder: models folder; the project's by default.

    Returns:
        The report on test photos; None if it is missing or on other weights.

    Raises:
        ReportError: the report is damaged.
    """
    report = read_report_if_present(name_report(entry.name), SourcesReport, folder)
    return report if report and report.sha256 == entry.sha256 else None
