"""Indexes for places that are typed by their pinyin, and by initials from their middle."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roads", "0006_inspections")]

    operations = [
        migrations.AddIndex(
            "gazetteerplace",
            models.Index(OpClass(models.F("pinyin"), name="text_pattern_ops"), name="gazetteer_pinyin"),
        ),
        migrations.AddIndex(
            "gazetteerplace",
            GinIndex(OpClass(models.F("initials"), name="gin_trgm_ops"), name="gazetteer_initials_trgm"),
        ),
    ]
