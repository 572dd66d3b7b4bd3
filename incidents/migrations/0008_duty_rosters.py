"""Decisions of the same half-second share the units they looked at."""

import core.clock
import django.db.models.deletion
from core.db.append_only import append_only_sql, append_only_undo_sql
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0007_pictures")]

    operations = [
        migrations.CreateModel(
            name="DutyRoster",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("content", models.TextField()),
            ],
            options={"verbose_name": "在勤名册", "verbose_name_plural": "在勤名册"},
        ),
        migrations.AddField(
            "decision",
            "roster",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="incidents.dutyroster",
            ),
        ),
        migrations.RunSQL(append_only_sql("incidents_dutyroster"), append_only_undo_sql("incidents_dutyroster")),
        migrations.RunSQL(
            """DO $$ BEGIN
                 IF 'lz4' = ANY (SELECT unnest(enumvals) FROM pg_settings WHERE name = 'default_toast_compression') THEN
                   ALTER TABLE incidents_dutyroster ALTER COLUMN content SET COMPRESSION lz4;
                 END IF;
               END $$""",
            migrations.RunSQL.noop,
        ),
    ]
