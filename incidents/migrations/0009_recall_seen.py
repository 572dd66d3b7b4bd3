"""A recall is seen when the unit's phone says so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0008_duty_rosters")]

    operations = [
        migrations.AddField("assignment", "recall_seen_at", models.DateTimeField(null=True, verbose_name="撤回已确认")),
        migrations.AddField(
            "assignment", "recall_radio_at", models.DateTimeField(null=True, verbose_name="撤回转电台")
        ),
    ]
