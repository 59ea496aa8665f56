from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_entries"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicEntry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("terms", models.TextField(blank=True)),
            ],
        ),
    ]
