"""Shift hand-over sheets with two signatures."""

import core.clock
import core.db.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0015_broadcasts"),
        ("stations", "0003_rejected_fixes"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandoverSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("organisation_path", models.CharField(editable=False, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "待交班签字"),
                            ("signed", "待接班签字"),
                            ("accepted", "已交接"),
                            ("cancelled", "已作废"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "content",
                    core.db.fields.EncryptedTextField(purpose="incidents.handover.content", verbose_name="内容"),
                ),
                (
                    "notes",
                    core.db.fields.EncryptedTextField(
                        blank=True, default="", purpose="incidents.handover.notes", verbose_name="交班说明"
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, verbose_name="摘要")),
                ("made_at", models.DateTimeField(default=core.clock.now, verbose_name="生成时间")),
                ("made_by_id", models.BigIntegerField(null=True)),
                ("made_by_name", models.CharField(blank=True, max_length=60, verbose_name="生成人")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="交班签字")),
                ("signed_by_id", models.BigIntegerField(null=True)),
                ("signed_by_name", models.CharField(blank=True, max_length=60, verbose_name="交班人")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="接班签字")),
                ("accepted_by_id", models.BigIntegerField(null=True)),
                ("accepted_by_name", models.CharField(blank=True, max_length=60, verbose_name="接班人")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="接班意见")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("cancelled_by_id", models.BigIntegerField(null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=300, verbose_name="作废原因")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handover_sheets",
                        to="stations.organisation",
                        verbose_name="机构",
                    ),
                ),
            ],
            options={
                "verbose_name": "交接班单",
                "verbose_name_plural": "交接班单",
                "indexes": [models.Index(fields=["organisation_path", "made_at"], name="handover_path_made")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["draft", "signed"])),
                        fields=("organisation",),
                        name="handover_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(("signed_by_id", models.F("accepted_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="handover_by_two_people",
                    ),
                ],
            },
        ),
    ]
