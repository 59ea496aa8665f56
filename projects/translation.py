from modeltranslation.translator import TranslationOptions, register

from .models import (
    AnswerTemplate,
    ConsentText,
    KeyFigure,
    LocationFactor,
    Organisation,
    Place,
    Project,
    ProjectDocument,
    Sector,
)


@register(Sector)
class SectorTranslation(TranslationOptions):
    fields = ("name", "description")


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    fields = ("name", "city", "description")


@register(Place)
class PlaceTranslation(TranslationOptions):
    fields = ("name",)


@register(Project)
class ProjectTranslation(TranslationOptions):
    fields = (
        "title",
        "tagline",
        "summary",
        "description",
        "sought_from_partners",
        "image_alt",
    )


@register(KeyFigure)
class KeyFigureTranslation(TranslationOptions):
    fields = ("label", "value")


@register(ProjectDocument)
class ProjectDocumentTranslation(TranslationOptions):
    fields = ("title",)


@register(LocationFactor)
class LocationFactorTranslation(TranslationOptions):
    fields = ("title", "summary", "description", "image_alt")


@register(ConsentText)
class ConsentTextTranslation(TranslationOptions):
    fields = ("text",)


@register(AnswerTemplate)
class AnswerTemplateTranslation(TranslationOptions):
    fields = ("subject", "body")
