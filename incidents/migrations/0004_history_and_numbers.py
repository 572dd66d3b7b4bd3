"""Append-only histories, the number sequence, and what the house knows before a county changes it."""

import json
from pathlib import Path

from django.db import migrations

from core.db.append_only import append_only_sql, append_only_undo_sql
from incidents.catalogue.kinds import KINDS
from incidents.catalogue.policy import POLICY

HISTORIES = ("incidents_incidentstep", "incidents_assignmentstep", "incidents_decision")
GRADING = Path(__file__).resolve().parent.parent / "catalogue" / "grading.json"


def seed(apps, schema_editor):
    kind_model = apps.get_model("incidents", "IncidentKind")
    for order, kind in enumerate(KINDS):
        kind_model.objects.get_or_create(
            code=kind.code,
            defaults={
                "name": kind.name,
                "order": order,
                "required_powers": list(kind.required_powers),
                "units_needed": kind.units_needed,
                "dedupe_radius_m": kind.dedupe_radius_m,
                "dedupe_window_s": kind.dedupe_window_s,
            },
        )
    apps.get_model("core", "DecisionTable").objects.get_or_create(
        key="incidents.grading",
        version=1,
        defaults={
            "content": json.loads(GRADING.read_text(encoding="utf-8")),
            "valid_from": "2000-01-01T00:00:00+00:00",
            "note": "初始定级表",
        },
    )
    apps.get_model("incidents", "DispatchPolicyVersion").objects.get_or_create(
        version=1,
        defaults={"content": POLICY, "valid_from": "2000-01-01T00:00:00+00:00", "note": "初始派警策略"},
    )


def unseed(apps, schema_editor):
    apps.get_model("core", "DecisionTable").objects.filter(key="incidents.grading", version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_initial"), ("core", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE incidents_number_seq", "DROP SEQUENCE incidents_number_seq"),
        *(migrations.RunSQL(append_only_sql(table), append_only_undo_sql(table)) for table in HISTORIES),
        migrations.RunPython(seed, unseed),
    ]
