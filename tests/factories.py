"""Sample records for tests. Their names say that they are samples."""

from io import BytesIO
from itertools import islice

import factory
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory

from guizhou_portal.publishing.models import Publication


def in_three(text):
    return {"de": f"{text} (Muster)", "en": f"{text} (sample)", "zh_hans": f"{text}（样本）"}


class Translated(DjangoModelFactory):
    """Fills the model's naming field in all three languages."""

    class Meta:
        abstract = True

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        for field in cls._named:
            text = kwargs.pop(field, None)
            if text is not None:
                for language, words in in_three(text).items():
                    kwargs.setdefault(f"{field}_{language}", words)
        return kwargs

    _named = ("title",)


class SectorFactory(Translated):
    class Meta:
        model = "projects.Sector"

    _named = ("name",)
    name = factory.Sequence(lambda n: f"Sector {n}")


class OrganisationFactory(Translated):
    class Meta:
        model = "projects.Organisation"

    _named = ("name",)
    name = factory.Sequence(lambda n: f"Organisation {n:05}")  # in order by address, too
    kind = "company"
    country = "DE"


class PlaceFactory(Translated):
    class Meta:
        model = "projects.Place"

    _named = ("name",)
    name = factory.Sequence(lambda n: f"Place {n:05}")
    kind = "city"


class ProjectFactory(Translated):
    class Meta:
        model = "projects.Project"

    title = factory.Sequence(lambda n: f"Project {n}")
    sector = factory.SubFactory(SectorFactory)
    publication = Publication.PUBLISHED


class LocationFactorFactory(Translated):
    class Meta:
        model = "projects.LocationFactor"

    title = factory.Sequence(lambda n: f"Factor {n}")
    kind = "data_centre"
    organisation = factory.SubFactory(OrganisationFactory)
    place = factory.SubFactory(PlaceFactory)
    publication = Publication.PUBLISHED


class OfficialFactory(DjangoModelFactory):
    class Meta:
        model = "events.Official"

    name = factory.Sequence(lambda n: f"SAMPLE Person{n}")
    family_name = "SAMPLE"
    organisation = factory.SubFactory(OrganisationFactory)
    publication = Publication.PUBLISHED


class EventFactory(Translated):
    class Meta:
        model = "events.Event"

    title = factory.Sequence(lambda n: f"Event {n}")
    publication = Publication.PUBLISHED


class ProgrammeItemFactory(Translated):
    class Meta:
        model = "events.ProgrammeItem"

    title = factory.Sequence(lambda n: f"Item {n}")
    event = factory.SubFactory(EventFactory)
    kind = "presentation"


class AppearanceFactory(DjangoModelFactory):
    class Meta:
        model = "events.Appearance"

    programme_item = factory.SubFactory(ProgrammeItemFactory)
    official = factory.SubFactory(OfficialFactory)
    role = "speaker"


class ContractFactory(Translated):
    class Meta:
        model = "events.Contract"

    title = factory.Sequence(lambda n: f"Contract {n}")
    event = factory.SubFactory(EventFactory)
    publication = Publication.PUBLISHED


class ContractPartyFactory(DjangoModelFactory):
    class Meta:
        model = "events.ContractParty"

    contract = factory.SubFactory(ContractFactory)
    side = "partner"
    organisation = factory.SubFactory(OrganisationFactory)


class PhotoFactory(Translated):
    class Meta:
        model = "events.Photo"

    _named = ("image_alt",)
    event = factory.SubFactory(EventFactory)
    image_alt = "What the photo shows"
    image = factory.LazyFunction(lambda: picture_upload())


def picture_bytes(size=(64, 48), image_format="JPEG", colour="#2f6a5f", **options):
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", size, colour).save(out, image_format, **options)
    return out.getvalue()


def picture_upload(name="sample.jpg", content=None, content_type="image/jpeg", **options):
    return SimpleUploadedFile(name, content or picture_bytes(**options), content_type)


def full_event(appearances=1):
    """An event with everything a page can show, ``appearances`` of each."""
    event = EventFactory()
    project = ProjectFactory()
    event.organisers.add(OrganisationFactory())
    for _ in range(appearances):
        item = ProgrammeItemFactory(event=event)
        AppearanceFactory(programme_item=item)
        AppearanceFactory(programme_item=item, official=None, organisation=OrganisationFactory())
        contract = ContractFactory(event=event, project=project)
        contract.sectors.add(project.sector)
        ContractPartyFactory(contract=contract, side="guizhou")
        ContractPartyFactory(contract=contract, signatory=OfficialFactory())
        LocationFactorFactory()
        related = ProjectFactory()
        related.related_projects.add(project)
        project.places.add(PlaceFactory())
        project.partners.add(OrganisationFactory())
    return event


def many(factory_class, number, **values):
    """``number`` records stored at once, without signals; a list in ``values`` gives one to each.

    What ``save()`` would have made (a slug) is among ``values``.
    """
    model = factory_class._meta.model
    model = apps.get_model(model) if isinstance(model, str) else model
    lists = {name: value for name, value in values.items() if isinstance(value, list)}
    fixed = {name: value for name, value in values.items() if name not in lists}
    made = (
        factory_class.build(**fixed, **{name: value[n] for name, value in lists.items()})
        for n in range(number)
    )
    stored = []
    while batch := list(islice(made, 2000)):
        stored += model._base_manager.bulk_create(batch)
    return stored
