"""Smaller copies of pictures, made late."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="attachment", name="thumbnail_tries", field=models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField(model_name="attachment", name="thumbnails_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=Q(thumbnails_at__isnull=True), fields=["id"], name="attachment_without_thumbnails"
            ),
        ),
        migrations.CreateModel(
            name="AttachmentThumbnail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("size", models.CharField(max_length=10)),
                ("path", models.CharField(max_length=200, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("size_bytes", models.PositiveIntegerField()),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                (
                    "attachment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="thumbnails", to="core.attachment"
                    ),
                ),
            ],
            options={
                "verbose_name": "附件缩略图",
                "verbose_name_plural": "附件缩略图",
                "constraints": [models.UniqueConstraint(fields=("attachment", "size"), name="thumbnail_once_a_size")],
            },
        ),
    ]
