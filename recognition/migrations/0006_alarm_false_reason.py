"""Why somebody said that an alarm is not the vehicle."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recognition", "0005_climbing_and_rules")]

    operations = [
        migrations.AddField(
            model_name="alarm",
            name="false_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("misread", "识别错误"),
                    ("differs", "车与布控不符"),
                    ("list_wrong", "布控信息有误"),
                    ("handled", "已处置或重复"),
                    ("test", "测试、调试"),
                    ("other", "其他"),
                ],
                default="",
                max_length=12,
                verbose_name="误报原因",
            ),
            preserve_default=False,
        ),
    ]
