def settings_left_out(env, modules):
    """What addons put on the company or into Odoo's settings page that the suite's settings do not hold.

    :param modules: names of addons
    :return: set of field names
    """
    settings = env["crm.suite.settings"]
    own = {
        name
        for model in ("res.company", "res.config.settings")
        for name, field in env[model]._fields.items()
        if set(field._modules) <= set(modules)
        and field._modules
        # lists of the company's records are no settings
        and field.type not in ("one2many", "many2many")
    }
    return own - settings._fields.keys()
