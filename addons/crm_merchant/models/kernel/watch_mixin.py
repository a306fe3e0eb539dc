"""Watched and guarded fields of shared models.

A shared model such as ``crm.lead`` gets exactly one ``create`` and one ``write`` override from an addon. The override
stands in that addon's kernel and leaves at once when nothing named here is touched, so that an unrelated write costs
no query. Folders and later addons add their fields by inheritance:

* *watched* fields name a handler that runs after the write, whoever wrote (a form, an import, another addon, RPC);
* *guarded* fields can be written only through a door, a private method of the field's owner. A door writes with
  ``_through_door(...)``, which puts a Python object into the context. JSON cannot carry such an object, so neither a
  caller's context nor superuser rights open the guard.

A mixin that adds fields inherits ``crm.watch.mixin`` and is named *before* the shared model
(``_inherit = ["crm.pool.mixin", "crm.lead"]``): named after it, its methods would stand behind the watch mixin's own in
the order of resolution and never be asked.
"""

from functools import lru_cache

from odoo import models
from odoo.exceptions import AccessError

_CONTEXT_KEY = "merchant_door"


class _Door:
    """Leave to write the named fields of one model. Instances never leave the process."""

    __slots__ = ("fields", "model")

    def __init__(self, model, fields):
        self.model = model
        self.fields = fields

    def opens(self, model, fields):
        return self.model == model and fields <= self.fields


@lru_cache(maxsize=256)
def _door(model, fields):
    # one object per set of fields: every other context would make the ORM keep one more environment
    return _Door(model, fields)


class WatchMixin(models.AbstractModel):
    _name = "crm.watch.mixin"
    _description = "Watched and Guarded Fields"

    # -- what is watched ------------------------------------------------------------------

    def _watched_fields(self):
        """Field name -> name of the method that runs after it was written.

        Handler signature: ``handler(before)`` on the written records. ``before`` maps record id to a dict of the
        watched fields' old values; it is empty for new records, and every handler runs for those.
        """
        return {}

    def _guarded_fields(self):
        """Names of the fields that only their door writes."""
        return frozenset()

    def _is_watched(self, vals):
        # any iterable of names: what core refuses for want of rights must get as far as core
        keys = set(vals)
        return not keys.isdisjoint(self._watched_fields()) or not keys.isdisjoint(self._guarded_fields())

    # -- doors ----------------------------------------------------------------------------

    def _through_door(self, *fields):
        """These records with leave to write the named guarded fields; only doors call it."""
        return self.with_context(**{_CONTEXT_KEY: _door(self._name, frozenset(fields))})

    def _door_is_open(self, fields):
        door = self.env.context.get(_CONTEXT_KEY)
        return isinstance(door, _Door) and door.opens(self._name, frozenset(fields))

    def _guard_check(self, fields):
        """Refuses ``fields`` outside their door.

        :raises AccessError: naming the fields by their labels
        """
        if fields and not self._door_is_open(fields):
            labels = ", ".join(sorted(self._fields[name]._description_string(self.env) for name in fields))
            raise AccessError(
                self.env._(
                    "%(fields)s of %(model)s cannot be written directly. Use the buttons of the form; they check the "
                    "rules and keep the record of who did what.",
                    fields=labels,
                    model=self._description,
                )
            )

    # -- the bodies of the one create and the one write --------------------------------------

    def _watched_create(self, create, vals_list):
        """Body of ``create`` of a shared model; ``create`` is its ``super().create``."""
        guarded = self._guarded_fields()
        for vals in vals_list:
            # an untouched form sends empty values along; those say nothing
            self._guard_check({name for name in guarded & vals.keys() if vals[name]})
        records = create(vals_list).with_env(self.env)
        for handler in dict.fromkeys(self._watched_fields().values()):
            getattr(records, handler)({})
        return records

    def _guard_defaults(self):
        """Self without the caller's ``default_…`` keys of guarded fields: they would slip past the check of values."""
        context = self.env.context
        forbidden = {f"default_{name}" for name in self._guarded_fields()} & context.keys()
        if not forbidden:
            return self
        # pylint: disable=context-overridden
        return self.with_context({key: value for key, value in context.items() if key not in forbidden})

    def _watched_write(self, write, vals):
        """Body of ``write`` of a shared model; ``write`` is its ``super().write``."""
        self._guard_check(self._guarded_fields() & vals.keys())
        watched = self._watched_fields()
        touched = [name for name in watched if name in vals]
        before = {record.id: {name: record[name] for name in touched} for record in self} if touched else {}
        result = write(vals)
        for handler in dict.fromkeys(watched[name] for name in touched):
            getattr(self, handler)(before)
        return result
