"""Fixes (partitioned by day), last positions, and the function that makes partitions ahead."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).resolve().parent.parent / "intake" / "sql"


class Migration(migrations.Migration):
    dependencies = [("patrols", "0002_initial")]

    operations = [
        migrations.RunSQL(
            [(SQL / name).read_text(encoding="utf-8") for name in ("positions.sql", "partitions.sql")],
            [
                "DROP FUNCTION IF EXISTS patrols_fix_partition(date)",
                "DROP TABLE IF EXISTS patrols_tourposition, patrols_deviceposition, patrols_fix CASCADE",
            ],
        ),
    ]
