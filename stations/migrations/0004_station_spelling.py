"""Stations are found by pinyin and initials, as roads and places are."""

from django.db import migrations

import core.db.spelling

BATCH = 500


def spell(apps, _editor):
    """Fill what the field itself keeps up from now on."""
    model = apps.get_model("stations", "Station")
    batch = []
    for row in model.objects.only("pk", "name").iterator(BATCH):
        row.spelling = core.db.spelling.spelling(row.name)
        batch.append(row)
    model.objects.bulk_update(batch, ["spelling"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("stations", "0003_rejected_fixes"),
    ]

    operations = [
        migrations.AddField(
            model_name="station",
            name="spelling",
            field=core.db.spelling.SpellingField(blank=True, default="", editable=False, max_length=400, of="name"),
        ),
        migrations.RunPython(spell, migrations.RunPython.noop),
    ]
