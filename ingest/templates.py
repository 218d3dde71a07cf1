"""Empty files to fill in, with the headers of the file contract and what each column takes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.load import DEFAULT_QUESTIONNAIRE, LoadRefused
from ingest.rows import AGREEMENT_COLUMNS, FRAME_COLUMNS, Column
from ingest.survey import ATTRIBUTE_HEADERS
from queries.i18n import _
from queries.reference import Questionnaire, load_questionnaire


def write_templates(folder: Path, questionnaire_id: str = DEFAULT_QUESTIONNAIRE) -> list[Path]:
    """Write a CSV and an Excel template per kind of file into ``folder``; return their paths.

    Raises ``LoadRefused`` when the folder cannot be written. A file that exists is left alone:
    somebody may have begun to fill it in.
    """
    questionnaire = load_questionnaire(questionnaire_id)
    kinds = {
        "frame": _described(FRAME_COLUMNS),
        f"survey-{questionnaire_id}": list(_survey_columns(questionnaire)),
        "agreements": _described(AGREEMENT_COLUMNS),
    }
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, columns in kinds.items():
            for path, write in (
                (folder / f"{name}.csv", _write_csv),
                (folder / f"{name}.xlsx", _write_workbook),
            ):
                if not path.exists():
                    write(path, columns)
                    written.append(path)
    except OSError as error:
        raise LoadRefused(
            _("Mallarna går inte att skriva i {folder} ({reason}).").format(
                folder=folder, reason=error.strerror
            )
        ) from error
    return written


def _described(columns: Sequence[Column]) -> list[tuple[str, str]]:
    return [(column.header, column.description) for column in columns]


def _survey_columns(questionnaire: Questionnaire) -> Iterator[tuple[str, str]]:
    for item in questionnaire.fields:
        header = ATTRIBUTE_HEADERS.get(item.id, item.text)
        options = "; ".join(option.label for option in item.options)
        if item.type == "multiple":
            text = _("Ett eller flera, åtskilda med komma: {options}.")
            yield header, text.format(options=options)
        elif item.type == "text":
            yield header, _("Fri text.")
        else:
            yield header, _("Ett av: {options}.").format(options=options)


def _write_csv(path: Path, columns: Sequence[tuple[str, str]]) -> None:
    # Semicolon and BOM: what a Swedish Excel opens right by a double click.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, delimiter=";").writerow([header for header, _text in columns])


def _write_workbook(path: Path, columns: Sequence[tuple[str, str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as workbook:
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet(_("Uppgifter"))
        sheet.freeze_panes(1, 0)
        help_sheet = workbook.add_worksheet(_("Så fyller du i"))
        help_sheet.set_column(0, 0, 40)
        help_sheet.set_column(1, 1, 100)
        for index, (header, text) in enumerate(columns):
            sheet.write_string(0, index, header, bold)
            sheet.set_column(index, index, min(40, max(12, len(header) + 2)))
            help_sheet.write_string(index, 0, header, bold)
            help_sheet.write_string(index, 1, text, wrap)
