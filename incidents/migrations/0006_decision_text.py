"""Decisions keep their canonical text as text: the database compresses it, and the plan is read out of it."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def inflate(apps: Any, schema_editor: Any) -> None:
    """Older rows hold deflated bytes."""
    import zlib

    decisions = apps.get_model("incidents", "Decision")
    for row in decisions.objects.only("deflated").iterator(chunk_size=200):
        row.snapshot = zlib.decompress(bytes(row.deflated)).decode()
        row.save(update_fields=["snapshot"])


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_assignment_rounds")]

    operations = [
        migrations.RenameField("decision", "snapshot", "deflated"),
        migrations.AddField("decision", "snapshot", models.TextField(default=""), preserve_default=False),
        migrations.RunSQL("ALTER TABLE incidents_decision DISABLE TRIGGER USER", migrations.RunSQL.noop),
        migrations.RunPython(inflate, migrations.RunPython.noop),
        migrations.RunSQL("ALTER TABLE incidents_decision ENABLE TRIGGER USER", migrations.RunSQL.noop),
        migrations.RemoveField("decision", "deflated"),
        migrations.RemoveField("decision", "plan"),
        # lz4 takes a tenth of the time of the older method; a server built without it keeps that one.
        migrations.RunSQL(
            """DO $$ BEGIN
                 IF 'lz4' = ANY (SELECT unnest(enumvals) FROM pg_settings WHERE name = 'default_toast_compression') THEN
                   ALTER TABLE incidents_decision ALTER COLUMN snapshot SET COMPRESSION lz4;
                 END IF;
               END $$""",
            migrations.RunSQL.noop,
        ),
    ]
