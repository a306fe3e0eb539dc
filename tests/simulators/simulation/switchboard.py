"""Named switches that may be changed while a server runs."""

from dataclasses import fields


class Switchboard:
    """Base of a dataclass of switches."""

    def change(self, values):
        """Set switches by name; raises ValueError for an unknown name or a wrong type."""
        types = {field.name: field.type for field in fields(self)}
        for name, value in values.items():
            if name not in types:
                raise ValueError(f"unknown switch {name!r}")
            if type(value) not in ((int, float) if types[name] is float else (types[name],)):
                raise ValueError(f"{name} takes {types[name].__name__}")
        for name, value in values.items():
            setattr(self, name, value)
