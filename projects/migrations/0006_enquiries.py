import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import projects.enquiries.models


def give_references(apps, schema_editor):
    Enquiry = apps.get_model("projects", "Enquiry")
    for enquiry in Enquiry.objects.using(schema_editor.connection.alias).filter(reference=None):
        enquiry.reference = projects.enquiries.models.new_reference()
        enquiry.save(update_fields=["reference"])


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0005_focal_points_and_licences"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                ("text", models.TextField(verbose_name="text")),
                ("text_de", models.TextField(null=True, verbose_name="text")),
                ("text_en", models.TextField(null=True, verbose_name="text")),
                ("text_zh_hans", models.TextField(null=True, verbose_name="text")),
            ],
            options={
                "verbose_name": "consent text",
                "verbose_name_plural": "consent texts",
                "ordering": ["-pk"],
            },
        ),
        migrations.AddField(
            model_name="enquiry",
            name="about",
            field=models.CharField(
                blank=True,
                help_text="The title of the page it came from, if that is no project.",
                max_length=300,
                verbose_name="about",
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="anonymised_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="anonymised"
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="answered_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="first answered"
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="assigned_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="assigned to",
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="fingerprint",
            field=models.CharField(blank=True, db_index=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="form_key",
            field=models.CharField(editable=False, max_length=32, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="interest",
            field=models.CharField(
                choices=[
                    ("invest", "Invest"),
                    ("supply", "Supply goods or services"),
                    ("partner", "Become a partner"),
                    ("press", "Press"),
                    ("other", "Something else"),
                ],
                default="other",
                max_length=16,
                verbose_name="interest",
            ),
        ),
        # One default for all rows would be the same for each: given one by one, then unique.
        migrations.AddField(
            model_name="enquiry",
            name="reference",
            field=models.CharField(
                editable=False, max_length=16, null=True, verbose_name="reference number"
            ),
        ),
        migrations.RunPython(give_references, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="enquiry",
            name="reference",
            field=models.CharField(
                default=projects.enquiries.models.new_reference,
                editable=False,
                max_length=16,
                unique=True,
                verbose_name="reference number",
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="shortlist",
            field=models.ManyToManyField(
                blank=True,
                help_text="The projects of a shortlist, where the enquiry came from one.",
                related_name="shortlisted_in",
                to="projects.project",
                verbose_name="shortlist",
            ),
        ),
        migrations.AddField(
            model_name="enquiry",
            name="suspicions",
            field=models.JSONField(
                blank=True,
                default=list,
                editable=False,
                help_text="Why it was taken for spam when it came.",
                verbose_name="suspicions",
            ),
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "file",
                    models.FileField(
                        storage=projects.enquiries.models.private_files,
                        upload_to=projects.enquiries.models.attachment_path,
                        verbose_name="file",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("kind", models.CharField(max_length=8, verbose_name="kind")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="projects.enquiry",
                        verbose_name="enquiry",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="enquiry",
            name="consent_text",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="projects.consenttext",
                verbose_name="consent text",
            ),
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("confirmation", "confirmation"),
                            ("notification", "notification"),
                            ("answer", "answer"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("recipient", models.EmailField(max_length=254, verbose_name="to")),
                (
                    "reply_to",
                    models.EmailField(blank=True, max_length=254, verbose_name="answers to"),
                ),
                ("subject", models.CharField(max_length=300, verbose_name="subject")),
                ("body", models.TextField(verbose_name="text")),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("uncertain", "perhaps sent"),
                            ("refused", "refused"),
                        ],
                        default="waiting",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                (
                    "due",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="next attempt"
                    ),
                ),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="last error")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "enquiry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="projects.enquiry",
                        verbose_name="enquiry",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "verbose_name_plural": "mails",
                "ordering": ["created", "pk"],
                "indexes": [models.Index(fields=["state", "due"], name="mail_to_be_sent")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "answer"), _negated=True),
                        fields=("enquiry", "kind"),
                        name="mail_told_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail")),
                (
                    "sector",
                    models.OneToOneField(
                        blank=True,
                        help_text="Leave empty for enquiries about all other sectors, or none.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="projects.sector",
                        verbose_name="sector",
                    ),
                ),
            ],
            options={
                "verbose_name": "mailbox",
                "verbose_name_plural": "mailboxes",
                "ordering": ["sector__order", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("sector", None)),
                        name="mailbox_one_for_all_others",
                        violation_error_message="There is a mailbox for all other sectors already.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="How handlers know it; senders never see it.",
                        max_length=100,
                        verbose_name="name",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("subject_de", models.CharField(max_length=200, null=True, verbose_name="subject")),
                ("subject_en", models.CharField(max_length=200, null=True, verbose_name="subject")),
                (
                    "subject_zh_hans",
                    models.CharField(max_length=200, null=True, verbose_name="subject"),
                ),
                ("body", models.TextField(verbose_name="text")),
                ("body_de", models.TextField(null=True, verbose_name="text")),
                ("body_en", models.TextField(null=True, verbose_name="text")),
                ("body_zh_hans", models.TextField(null=True, verbose_name="text")),
                ("order", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
            ],
            options={
                "verbose_name": "answer template",
                "verbose_name_plural": "answer templates",
                "ordering": ["order", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="time")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("request", "a person asked for it"),
                            ("retention", "the time of keeping was over"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("enquiries", models.PositiveIntegerField(verbose_name="enquiries")),
                ("files", models.PositiveIntegerField(verbose_name="files")),
                (
                    "by",
                    models.CharField(
                        blank=True,
                        help_text="Empty: by the timer or a command.",
                        max_length=150,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "erasure",
                "verbose_name_plural": "erasures",
                "ordering": ["-at"],
            },
        ),
    ]
