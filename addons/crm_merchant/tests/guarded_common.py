from unittest.mock import patch

from odoo.exceptions import UserError


class GuardedModels:
    """For a test case: the guard of every model of its addon that has it from ``crm.guarded.mixin``, whatever else that
    asks."""

    # Odoo runs only the tests that a class defines itself
    allow_inherited_tests_method = True

    def models(self):
        registry = self.env.registry
        guarded = [name for name, model in registry.items() if issubclass(model, registry["crm.guarded.mixin"])]
        models = [self.env[name].sudo() for name in sorted(guarded)]
        # other addons bring what their models need, such as a key, in their own test
        return [model for model in models if not model._abstract and model._original_module == self.test_module]

    def test_the_guard_stands_first(self):
        """Before ``mail.thread`` and what is kept in memory, like a method of the model itself."""
        registry = self.env.registry
        later = [registry[name] for name in ("mail.thread", "crm.remembered.mixin", "crm.watch.mixin")]
        for model in self.models():
            order = type(model).__mro__
            place = order.index(registry["crm.guarded.mixin"])
            with self.subTest(model._name):
                self.assertFalse([base for base in later if base in order and order.index(base) < place])

    def test_each_guarded_field_is_refused(self):
        for model in self.models():
            for name in model._guarded_fields():
                with self.subTest(model._name, field=name):
                    with self.assertRaises(UserError):
                        model.write({name: False})
                    with self.assertRaises(UserError):
                        model.create([{name: "x"}])

    def test_no_default_of_a_guarded_field_gets_in(self):
        for model in self.models():
            seen = []

            def create(records, _super, vals_list, seen=seen):
                seen.append([key for key in records.env.context if key.startswith("default_")])
                return records

            names = model._guarded_fields()
            defaults = {"default_other": 1} | {f"default_{name}": "x" for name in names}
            with self.subTest(model._name), patch.object(type(model), "_watched_create", create):
                model._through_door(*names).with_context(**defaults).create([{}])
                self.assertEqual(seen, [["default_other"]])
