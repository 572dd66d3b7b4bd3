"""Deadlines by zone: what an incident keeps of it, and the two tables that say it."""

import json
from pathlib import Path

from django.db import migrations, models

CATALOGUE = Path(__file__).resolve().parent.parent / "catalogue"
TABLES = (("incidents.zones", "zones.json", "初始地带表"), ("incidents.deadlines", "deadlines.json", "初始时限表"))


def seed(apps, schema_editor):
    for key, name, note in TABLES:
        apps.get_model("core", "DecisionTable").objects.get_or_create(
            key=key,
            version=1,
            defaults={
                "content": json.loads((CATALOGUE / name).read_text(encoding="utf-8")),
                "valid_from": "2000-01-01T00:00:00+00:00",
                "note": note,
            },
        )


def unseed(apps, schema_editor):
    apps.get_model("core", "DecisionTable").objects.filter(key__in=[key for key, _name, _note in TABLES]).delete()


class Migration(migrations.Migration):
    # What was taken in before had the norm of towns.
    dependencies = [("incidents", "0010_incident_days"), ("core", "0001_initial")]

    operations = [
        migrations.AddField("incident", "zone", models.CharField("地带", default="town", max_length=10)),
        migrations.AddField("incident", "deadline_reasons", models.JSONField("时限依据", default=list)),
        migrations.RunPython(seed, unseed),
    ]
