"""A crew's call for help as a card of its own at the desk."""

import core.clock
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0018_casework_kinds")]

    operations = [
        migrations.CreateModel(
            name="BackupRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("organisation_path", models.CharField(editable=False, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[("asked", "待接应"), ("taken", "已接应"), ("answered", "已答复")],
                        default="asked",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("reason", models.CharField(max_length=20, verbose_name="原因")),
                ("text", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("times", models.PositiveSmallIntegerField(default=1, verbose_name="次数")),
                ("asked_at", models.DateTimeField(default=core.clock.now, verbose_name="请求时间")),
                ("asked_by_id", models.BigIntegerField(editable=False, null=True)),
                ("called_at", models.DateTimeField(default=core.clock.now, verbose_name="最后一次请求")),
                ("taken_at", models.DateTimeField(null=True, verbose_name="接应时间")),
                ("taken_by_id", models.BigIntegerField(editable=False, null=True)),
                ("taken_by_name", models.CharField(blank=True, max_length=60, verbose_name="接应人")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("unit", "增援到场"), ("desk", "指挥员答复"), ("over", "求助单元已结束")],
                        max_length=8,
                        verbose_name="结果",
                    ),
                ),
                ("outcome_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("outcome_text", models.CharField(blank=True, max_length=300, verbose_name="答复")),
                (
                    "assignment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backups",
                        to="incidents.assignment",
                        verbose_name="派警",
                    ),
                ),
            ],
            options={"verbose_name": "增援请求", "verbose_name_plural": "增援请求"},
        ),
        migrations.AddConstraint(
            model_name="backuprequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "answered"), _negated=True),
                fields=("assignment",),
                name="backup_one_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="backuprequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "asked"), ("taken_at__isnull", False), _connector="OR"),
                name="backup_taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="backuprequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "answered"), _negated=True),
                    models.Q(("outcome", ""), _negated=True),
                    _connector="OR",
                ),
                name="backup_answered_by_something",
            ),
        ),
        migrations.AddIndex(
            model_name="backuprequest",
            index=models.Index(
                condition=models.Q(("state", "answered"), _negated=True),
                fields=["organisation_path"],
                name="backup_standing",
            ),
        ),
    ]
