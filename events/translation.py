from modeltranslation.translator import TranslationOptions, register

from .models import (
    Appearance,
    Contract,
    ContractParty,
    Document,
    Event,
    Milestone,
    Official,
    Photo,
    ProgrammeItem,
)


@register(Event)
class EventTranslation(TranslationOptions):
    fields = (
        "title",
        "subtitle",
        "summary",
        "report",
        "venue",
        "city",
        "date_note",
        "audience",
        "hero_image_alt",
    )


@register(ProgrammeItem)
class ProgrammeItemTranslation(TranslationOptions):
    fields = ("title", "description", "language_spoken", "languages_interpreted")


@register(Appearance)
class AppearanceTranslation(TranslationOptions):
    fields = ("office_held", "topic")


@register(Official)
class OfficialTranslation(TranslationOptions):
    fields = ("position", "biography")


@register(Contract)
class ContractTranslation(TranslationOptions):
    fields = ("title", "summary")


@register(ContractParty)
class ContractPartyTranslation(TranslationOptions):
    fields = ("described_as",)


@register(Milestone)
class MilestoneTranslation(TranslationOptions):
    fields = ("note",)


@register(Photo)
class PhotoTranslation(TranslationOptions):
    fields = ("caption", "image_alt")


@register(Document)
class DocumentTranslation(TranslationOptions):
    fields = ("title",)
