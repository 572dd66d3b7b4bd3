"""Keys with which messages to other systems are signed; what was given up lies at the desk."""

import core.db.fields
import uuid
from django.db import migrations, models


def name_systems(apps, schema_editor):
    """A ciphertext is bound to its row's own number."""
    for system in apps.get_model("incidents", "TransferSystem").objects.filter(uid__isnull=True):
        system.uid = uuid.uuid4()
        system.save(update_fields=["uid"])


class Migration(migrations.Migration):
    dependencies = [("incidents", "0019_backup_cards")]

    operations = [
        migrations.AddField(model_name="transfersystem", name="uid", field=models.UUIDField(editable=False, null=True)),
        migrations.RunPython(name_systems, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="transfersystem",
            name="uid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="transfersystem",
            name="secret",
            field=core.db.fields.EncryptedTextField(
                blank=True, default="", purpose="incidents.transfer.secret", verbose_name="签名密钥"
            ),
        ),
        migrations.AlterField(
            model_name="statusreturn",
            name="state",
            field=models.CharField(
                choices=[("waiting", "待发送"), ("sent", "已发送"), ("failed", "失败"), ("dismissed", "已另行告知")],
                default="waiting",
                max_length=9,
                verbose_name="发送状态",
            ),
        ),
        migrations.AddField(
            model_name="statusreturn",
            name="version",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="statusreturn",
            name="settled_by_id",
            field=models.BigIntegerField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="statusreturn",
            index=models.Index(condition=models.Q(("state", "failed")), fields=["case"], name="status_return_failed"),
        ),
    ]
