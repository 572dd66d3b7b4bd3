"""What one person asks for and another decides."""

import core.clock
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(max_length=60, verbose_name="事项")),
                ("object_id", models.CharField(max_length=60)),
                ("organisation_path", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待审核"),
                            ("checked", "待审批"),
                            ("approved", "已批准"),
                            ("refused", "未批准"),
                            ("dropped", "已撤回"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("terms", models.JSONField(default=dict, verbose_name="内容")),
                ("reason", models.CharField(max_length=300, verbose_name="理由")),
                ("asked_by_id", models.BigIntegerField(verbose_name="申请人")),
                ("asked_at", models.DateTimeField(default=core.clock.now, verbose_name="申请时间")),
                ("due_at", models.DateTimeField(null=True, verbose_name="时限")),
                ("checked_by_id", models.BigIntegerField(null=True, verbose_name="审核人")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="审核时间")),
                ("decided_by_id", models.BigIntegerField(null=True, verbose_name="审批人")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审批时间")),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="意见")),
            ],
            options={
                "verbose_name": "审批",
                "verbose_name_plural": "审批",
                "indexes": [models.Index(fields=["organisation_path", "state"], name="approval_path_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("asked", "checked"))),
                        fields=("kind", "object_id"),
                        name="approval_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("checked_by_id", None),
                            models.Q(("checked_by_id", models.F("asked_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_checked_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_id", None),
                            models.Q(("decided_by_id", models.F("asked_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="approval_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("approved", "refused")), _negated=True),
                            models.Q(("decided_at__isnull", False), ("decided_by_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="approval_decided_by_somebody",
                    ),
                ],
            },
        ),
    ]
