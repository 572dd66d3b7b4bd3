"""Extensions, the clock and its SQL function, events and outbox, audit with its guard, and the rest of the kernel."""

import uuid

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.contrib.postgres.operations import CreateExtension
from django.db import migrations, models

import core.clock
from core.db.append_only import APPEND_ONLY_FUNCTION_SQL, append_only_sql, append_only_undo_sql

CLOCK_SQL = """
INSERT INTO core_clock (id, anchor_wall, anchor_time, rate) VALUES (1, '2000-01-01 00:00+00', '2000-01-01 00:00+00', 1);
CREATE FUNCTION core_now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT COALESCE((
        SELECT CASE WHEN rate = 1 THEN statement_timestamp() + (anchor_time - anchor_wall)
                    ELSE anchor_time + (statement_timestamp() - anchor_wall) * rate END
        FROM core_clock WHERE id = 1
    ), statement_timestamp())
$$;
"""

FEED_SQL = """
INSERT INTO core_feedhead (id, last_seq, oldest_seq) VALUES (1, 0, 1);
ALTER TABLE core_event SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);
ALTER TABLE core_outboxtask SET (autovacuum_vacuum_scale_factor = 0.02, fillfactor = 70);
"""

AUDIT_GUARD_SQL = """
CREATE FUNCTION core_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.row_hash IS NULL AND NEW.row_hash IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['chain_seq', 'previous_hash', 'row_hash']
         = to_jsonb(OLD) - ARRAY['chain_seq', 'previous_hash', 'row_hash'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'LZ001';
END $$;
CREATE TRIGGER core_auditrow_append_only_row BEFORE UPDATE OR DELETE ON core_auditrow
    FOR EACH ROW EXECUTE FUNCTION core_audit_refuse();
CREATE TRIGGER core_auditrow_append_only_all BEFORE TRUNCATE ON core_auditrow
    FOR EACH STATEMENT EXECUTE FUNCTION core_append_only_refuse();
"""

AUDIT_GUARD_UNDO_SQL = append_only_undo_sql("core_auditrow") + "DROP FUNCTION core_audit_refuse();"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreateExtension("postgis"),
        CreateExtension("btree_gist"),
        CreateExtension("pg_trgm"),
        migrations.RunSQL(APPEND_ONLY_FUNCTION_SQL, "DROP FUNCTION core_append_only_refuse();"),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("purpose", models.CharField(max_length=40)),
                ("kind", models.CharField(default="jpeg", max_length=10)),
                ("path", models.CharField(max_length=200, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("source_sha256", models.CharField(db_index=True, max_length=64)),
                ("size_bytes", models.PositiveIntegerField()),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                ("taken_at", models.DateTimeField(null=True)),
                ("geom", django.contrib.gis.db.models.fields.PointField(null=True, srid=4326)),
                ("datum", models.CharField(default="wgs84", max_length=10)),
                ("organisation_path", models.CharField(db_index=True, max_length=200)),
                ("created_by_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "verbose_name": "附件",
                "verbose_name_plural": "附件",
            },
        ),
        migrations.CreateModel(
            name="ConsoleMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.CharField(max_length=20)),
                ("address", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("key", models.CharField(max_length=120, unique=True)),
                ("at", models.DateTimeField(default=core.clock.now)),
            ],
            options={
                "verbose_name": "模拟短信",
                "verbose_name_plural": "模拟短信",
            },
        ),
        migrations.CreateModel(
            name="FeedHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("last_seq", models.BigIntegerField(default=0)),
                ("oldest_seq", models.BigIntegerField(default=1)),
            ],
            options={
                "verbose_name": "事件序号",
                "verbose_name_plural": "事件序号",
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="种类")),
                ("file_name", models.CharField(max_length=255, verbose_name="文件")),
                ("dry_run", models.BooleanField(default=False, verbose_name="试运行")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "进行中"), ("done", "完成"), ("failed", "失败")],
                        default="running",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="总行数")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已处理")),
                ("accepted", models.PositiveIntegerField(default=0, verbose_name="通过")),
                ("rejected", models.PositiveIntegerField(default=0, verbose_name="拒绝")),
                ("report", models.JSONField(default=dict, verbose_name="报告")),
                ("organisation_path", models.CharField(default="", max_length=200)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("started_at", models.DateTimeField(default=core.clock.now)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "导入",
                "verbose_name_plural": "导入",
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organisation_root", models.CharField(max_length=60)),
                ("day", models.DateField()),
                ("chain_seq", models.BigIntegerField()),
                ("row_hash", models.BinaryField(max_length=32)),
                ("signed_at", models.DateTimeField()),
                ("key_id", models.PositiveSmallIntegerField()),
                ("signature", models.BinaryField(max_length=64)),
                ("tombstone", models.CharField(default="", max_length=200)),
            ],
            options={
                "verbose_name": "审计链头",
                "verbose_name_plural": "审计链头",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation_root", "day", "chain_seq"), name="audit_head_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=core.clock.wall_now)),
                ("day", models.DateField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("action", models.CharField(max_length=60)),
                ("object_type", models.CharField(max_length=60)),
                ("object_id", models.CharField(max_length=60)),
                ("organisation_path", models.CharField(max_length=200)),
                ("organisation_root", models.CharField(max_length=60)),
                ("reason", models.TextField(default="")),
                ("details", models.JSONField(default=dict)),
                ("chain_seq", models.BigIntegerField(null=True)),
                ("previous_hash", models.BinaryField(max_length=32, null=True)),
                ("row_hash", models.BinaryField(max_length=32, null=True)),
            ],
            options={
                "verbose_name": "审计记录",
                "verbose_name_plural": "审计记录",
                "indexes": [
                    models.Index(condition=models.Q(("row_hash__isnull", True)), fields=["id"], name="audit_unsealed"),
                    models.Index(fields=["organisation_root", "day", "chain_seq"], name="audit_chain"),
                    models.Index(fields=["object_type", "object_id"], name="audit_object"),
                    models.Index(fields=["actor_id", "at"], name="audit_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clock",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("anchor_wall", models.DateTimeField()),
                ("anchor_time", models.DateTimeField()),
                ("rate", models.FloatField(default=1.0)),
            ],
            options={
                "verbose_name": "时钟",
                "verbose_name_plural": "时钟",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="clock_single_row"),
                    models.CheckConstraint(condition=models.Q(("rate__gte", 0)), name="clock_rate_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DecisionTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, verbose_name="名称")),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("content", models.JSONField(verbose_name="内容")),
                ("valid_from", models.DateTimeField(default=core.clock.now, verbose_name="生效时间")),
                ("created_by_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField(default=core.clock.wall_now)),
                ("note", models.CharField(blank=True, default="", max_length=200, verbose_name="说明")),
            ],
            options={
                "verbose_name": "决策表",
                "verbose_name_plural": "决策表",
                "indexes": [models.Index(fields=["key", "valid_from"], name="decision_table_valid")],
                "constraints": [
                    models.UniqueConstraint(fields=("key", "version"), name="decision_table_version_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.CharField(max_length=60)),
                ("key", models.CharField(default="", max_length=100)),
                ("organisation_path", models.CharField(max_length=200)),
                ("audience", models.CharField(max_length=40)),
                ("subject", models.JSONField(default=dict)),
                ("payload", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=core.clock.now)),
                ("feed_seq", models.BigIntegerField(null=True, unique=True)),
            ],
            options={
                "verbose_name": "事件",
                "verbose_name_plural": "事件",
                "indexes": [
                    models.Index(
                        condition=models.Q(("feed_seq__isnull", True)), fields=["id"], name="event_unnumbered"
                    ),
                    models.Index(fields=["at"], name="event_at"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("topic", "key"),
                        name="event_topic_key_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scope", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=100)),
                ("request_hash", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(db_index=True, default=core.clock.wall_now)),
            ],
            options={
                "verbose_name": "幂等键",
                "verbose_name_plural": "幂等键",
                "constraints": [models.UniqueConstraint(fields=("scope", "key"), name="idempotency_scope_key_unique")],
            },
        ),
        migrations.CreateModel(
            name="ImportRowError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(verbose_name="行")),
                ("field", models.CharField(default="", max_length=60, verbose_name="字段")),
                ("value", models.CharField(default="", max_length=200, verbose_name="值")),
                ("message", models.TextField(verbose_name="问题")),
                ("cure", models.TextField(default="", verbose_name="办法")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="errors", to="core.importrun"
                    ),
                ),
            ],
            options={
                "verbose_name": "导入错误",
                "verbose_name_plural": "导入错误",
                "ordering": ["line", "id"],
            },
        ),
        migrations.CreateModel(
            name="ProcessBeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("host", models.CharField(max_length=100)),
                ("pid", models.PositiveIntegerField()),
                ("started_at", models.DateTimeField(default=core.clock.wall_now)),
                ("at", models.DateTimeField(default=core.clock.wall_now)),
                ("details", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "进程心跳",
                "verbose_name_plural": "进程心跳",
                "constraints": [models.UniqueConstraint(fields=("name", "host", "pid"), name="process_beat_unique")],
            },
        ),
        migrations.CreateModel(
            name="RateCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=120)),
                ("window_start", models.DateTimeField(db_index=True)),
                ("hits", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "限流计数",
                "verbose_name_plural": "限流计数",
                "constraints": [
                    models.UniqueConstraint(fields=("name", "key", "window_start"), name="rate_counter_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=60)),
                ("due_at", models.DateTimeField()),
                ("retry_at", models.DateTimeField(null=True)),
                ("subject", models.JSONField(default=dict)),
                ("organisation_path", models.CharField(default="", max_length=200)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
                ("stuck", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "定时器",
                "verbose_name_plural": "定时器",
                "indexes": [
                    models.Index(condition=models.Q(("done_at__isnull", True)), fields=["due_at"], name="timer_due")
                ],
            },
        ),
        migrations.CreateModel(
            name="OutboxTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("handler", models.CharField(max_length=120)),
                ("due_at", models.DateTimeField(default=core.clock.wall_now)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(default="")),
                ("stuck", models.BooleanField(default=False)),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="core.event",
                    ),
                ),
            ],
            options={
                "verbose_name": "待办事件",
                "verbose_name_plural": "待办事件",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)), fields=["due_at", "id"], name="outbox_due"
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True), ("stuck", True)),
                        fields=["id"],
                        name="outbox_stuck",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("event", "handler"), name="outbox_task_once")],
            },
        ),
        migrations.RunSQL(CLOCK_SQL, "DROP FUNCTION core_now();"),
        migrations.RunSQL(FEED_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(AUDIT_GUARD_SQL, AUDIT_GUARD_UNDO_SQL),
        migrations.RunSQL(append_only_sql("core_audithead"), append_only_undo_sql("core_audithead")),
        migrations.RunSQL(append_only_sql("core_decisiontable"), append_only_undo_sql("core_decisiontable")),
    ]
