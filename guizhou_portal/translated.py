"""Which fields of a model are texts in several languages."""

from modeltranslation.translator import NotRegistered, translator


def translated_fields(model):
    """The names of the model's translated fields, without those of the single languages."""
    try:
        return list(translator.get_options_for_model(model).fields)
    except NotRegistered:
        return []
