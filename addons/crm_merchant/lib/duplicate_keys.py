"""How sure two sets of keys say that two records are the same body or person.

A credit code proves a body (certain); a phone number nearly does (very likely); the same name in the same place is
worth asking (likely); the same name with no place on one side is weak. Two different credit codes are two bodies,
whatever else is equal: a branch has a code of its own. Nothing is ever merged on any of these without a person.
"""

LEVELS = ("certain", "very_likely", "likely", "weak")


def judge(one, other):
    """Compare two dicts of keys and give (level, kind) or None.

    Keys: ``credit_code`` (valid or ""), ``phone_keys`` (a collection), ``company_key``.
    """
    code, other_code = one.get("credit_code"), other.get("credit_code")
    if code and code == other_code:
        return "certain", "credit_code"
    same_phone = not set(one.get("phone_keys") or ()).isdisjoint(other.get("phone_keys") or ())
    if code and other_code:
        # two bodies for sure; one telephone for both is worth a word
        return ("weak", "phone") if same_phone else None
    if same_phone:
        return "very_likely", "phone"
    name, other_name = one.get("company_key"), other.get("company_key")
    if name and name == other_name:
        return "likely", "company"
    if name and other_name and "@" in name and "@" in other_name:
        core, place = name.rsplit("@", 1)
        other_core, other_place = other_name.rsplit("@", 1)
        if core == other_core and not (place and other_place):
            return "weak", "core"
    return None
