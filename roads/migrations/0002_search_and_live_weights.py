"""Names by pinyin and initials, and indexes for what is asked often: text search, and what is in force now."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import roads.models.spelling

CHUNK = 1000


def spell(apps, schema_editor):
    """Spell the names that are already there."""
    for name in ("RoadAxis", "Segment"):
        model = apps.get_model("roads", name)
        batch = []
        for row in model.objects.only("id", "name").iterator(chunk_size=CHUNK):
            row.spelling = roads.models.spelling.spelling(row.name)
            batch.append(row)
            if len(batch) == CHUNK:
                model.objects.bulk_update(batch, ["spelling"])
                batch = []
        model.objects.bulk_update(batch, ["spelling"])


def _spelling():
    return roads.models.spelling.SpellingField(blank=True, default="", editable=False, max_length=400, of="name")


def _trigrams(field, name):
    index = django.contrib.postgres.indexes
    return index.GinIndex(index.OpClass(models.F(field), name="gin_trgm_ops"), name=name)


def _in_force(name):
    return django.contrib.postgres.indexes.GistIndex(fields=["valid"], name=name)


class Migration(migrations.Migration):
    dependencies = [("roads", "0001_initial"), ("stations", "0002_separated_roles")]

    # Filling a column and indexing it in one transaction is refused while the row triggers are pending.
    atomic = False

    operations = [
        migrations.AddField(model_name="roadaxis", name="spelling", field=_spelling()),
        migrations.AddField(model_name="segment", name="spelling", field=_spelling()),
        migrations.RunPython(spell, migrations.RunPython.noop),
        migrations.AddIndex(model_name="closure", index=_in_force("closure_valid")),
        migrations.AddIndex(model_name="roadspeed", index=_in_force("road_speed_valid")),
        migrations.AddIndex(model_name="roadaxis", index=_trigrams("name", "road_axis_name_trgm")),
        migrations.AddIndex(model_name="roadaxis", index=_trigrams("spelling", "road_axis_spelling_trgm")),
        migrations.AddIndex(model_name="segment", index=_trigrams("name", "segment_name_trgm")),
        migrations.AddIndex(model_name="segment", index=_trigrams("spelling", "segment_spelling_trgm")),
    ]
