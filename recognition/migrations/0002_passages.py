"""Passages (partitioned by day), append-only histories, and the categories that a county starts from."""

from pathlib import Path

from django.db import migrations

from core.db.append_only import append_only_sql, append_only_undo_sql
from recognition.categories import CATEGORIES

SQL = Path(__file__).resolve().parent.parent / "intake" / "sql"
HISTORIES = ("recognition_watchstep", "recognition_alarmstep")


def seed(apps, schema_editor):
    for category in CATEGORIES:
        apps.get_model("recognition", "WatchCategory").objects.get_or_create(
            code=category.code,
            defaults={
                "name": category.name,
                "grade": category.grade,
                "powers": list(category.powers),
                "told": list(category.told),
                "auto": category.auto,
                "look_alikes": category.look_alikes,
                "longest_days": category.longest_days,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("recognition", "0001_initial"), ("core", "0004_approvals")]

    operations = [
        migrations.RunSQL(
            [(SQL / name).read_text(encoding="utf-8") for name in ("passages.sql", "partitions.sql")],
            [
                "DROP FUNCTION IF EXISTS recognition_passage_partition(date)",
                "DROP TABLE IF EXISTS recognition_passage CASCADE",
                "DROP SEQUENCE IF EXISTS recognition_watch_number_seq, recognition_alarm_number_seq",
            ],
        ),
        *(migrations.RunSQL(append_only_sql(table), append_only_undo_sql(table)) for table in HISTORIES),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
