"""Look-out notices with their receipts; whether one who is alone on scene is well."""

import core.clock
import core.db.fields
import django.contrib.gis.db.models.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0014_chiefs_month"),
        ("patrols", "0005_joint_tours"),
        ("stations", "0003_rejected_fixes"),
    ]

    operations = [
        migrations.AddField(
            model_name="assignment",
            name="welfare_asked_at",
            field=models.DateTimeField(null=True, verbose_name="询问平安"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="welfare_radio_at",
            field=models.DateTimeField(null=True, verbose_name="平安确认转电台"),
        ),
        migrations.AddField(
            model_name="assignment",
            name="welfare_safe_at",
            field=models.DateTimeField(null=True, verbose_name="已报平安"),
        ),
        migrations.CreateModel(
            name="Broadcast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("organisation_path", models.CharField(editable=False, max_length=200)),
                ("text", core.db.fields.EncryptedTextField(purpose="incidents.broadcast.text", verbose_name="内容")),
                ("area", django.contrib.gis.db.models.fields.PolygonField(null=True, srid=4326, verbose_name="范围")),
                ("radius_m", models.PositiveIntegerField(null=True, verbose_name="半径（米）")),
                ("made_at", models.DateTimeField(default=core.clock.now, verbose_name="发布时间")),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("made_by_name", models.CharField(blank=True, max_length=60, verbose_name="发布人")),
                ("valid_until", models.DateTimeField(verbose_name="有效至")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤销时间")),
                ("withdrawn_by_id", models.BigIntegerField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="broadcasts",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "协查通报",
                "verbose_name_plural": "协查通报",
            },
        ),
        migrations.CreateModel(
            name="BroadcastReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField(default=core.clock.now)),
                ("seen_at", models.DateTimeField(null=True)),
                ("seen_by_id", models.BigIntegerField(null=True)),
                (
                    "broadcast",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="receipts", to="incidents.broadcast"
                    ),
                ),
                (
                    "tour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="broadcast_receipts",
                        to="patrols.tour",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="broadcast",
            index=models.Index(
                condition=models.Q(("withdrawn_at__isnull", True)), fields=["valid_until"], name="broadcast_standing"
            ),
        ),
        migrations.AddIndex(
            model_name="broadcast",
            index=models.Index(fields=["organisation_path"], name="broadcast_organisation_path"),
        ),
        migrations.AddConstraint(
            model_name="broadcast",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_until__gt", models.F("made_at"))), name="broadcast_valid_after_made"
            ),
        ),
        migrations.AddConstraint(
            model_name="broadcastreceipt",
            constraint=models.UniqueConstraint(fields=("broadcast", "tour"), name="broadcast_once_per_tour"),
        ),
    ]
