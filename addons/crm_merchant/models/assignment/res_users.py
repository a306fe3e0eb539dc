from collections import defaultdict

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain


class ResUsers(models.Model):
    """Who leaves: his records go on to somebody who can log in."""

    _name = "res.users"
    _inherit = ["res.users"]

    def _watched_fields(self):
        return {**super()._watched_fields(), "active": "_merchant_active_written"}

    def _merchant_active_written(self, before):
        left = self.filtered(lambda user: before.get(user.id, {}).get("active") and not user.active)
        left._merchant_pass_on()

    @api.model
    def _merchant_leaver_models(self):
        """Names of the pool models whose records are passed on when their holder leaves."""
        return ["crm.lead"]

    @api.model
    def _merchant_leaver_domain(self, model):
        """Which records of ``model`` are passed on."""
        return Domain("won_status", "=", "pending")

    def _merchant_leaver_records(self, model):
        """Open records of ``model`` (superuser) that these users hold, in companies that have a rule for leavers.

        What is won or lost stays in his name: that is history.
        """
        return self._merchant_held_records(model).filtered(
            lambda record: (record.company_id or record.user_id.company_id).merchant_leaver_mode
        )

    def _merchant_held_records(self, model):
        """Open records of ``model`` (superuser) that these users hold."""
        domain = Domain("user_id", "in", self.ids) & self._merchant_leaver_domain(model)
        return self.env[model].sudo().search(domain)

    def _merchant_pass_on(self):
        """Passes on what these users hold, by the rule of the company.

        Where the chosen way is closed (no superior who can log in, no pool for the region) the next one is taken:
        superior, pool. What nobody can take stays and is told by the nightly check.

        :return: what stayed, a dict of model -> records (superuser)
        """
        stayed = {}
        for model in self._merchant_leaver_models():
            for user in self.sudo():
                held = user._merchant_leaver_records(model)
                for company, records in held.grouped(lambda r: r.company_id or r.user_id.company_id).items():
                    rest = user._merchant_pass_on_records(company, records)
                    stayed[model] = stayed.get(model, rest.browse()) | rest
        return stayed

    def _merchant_pass_on_records(self, company, records):
        """Passes records of one leaver on; gives back those that nobody takes."""
        self.ensure_one()
        # whoever archives him, the reason is the same; the ledger names him as the one who did it
        reason = self.env._("%(name)s has left", name=self.name)
        for way in dict.fromkeys((company.merchant_leaver_mode, "superior", "pool")):
            if not records:
                break
            if way == "pool":
                homes = records._pool_homes(None)
                taken = records.filtered(lambda record, homes=homes: homes[record.id])
                taken._pool_move("release", {self.browse(): taken}, reason, pool=homes)
                records -= taken
                continue
            heir = self._merchant_heir(company, way)
            if heir:
                # what no pool ever took stays out of the pools
                records._pool_move("transfer", {heir: records}, reason, pool=self.env["crm.pool"])
                records._merchant_tell_holders({heir: records})
                records = records.browse()
        return records

    def _merchant_heir(self, company, way):
        """Who takes over: the named successor or the nearest superior who can log in and works in the company."""
        self.ensure_one()
        candidates = company.merchant_leaver_successor_id if way == "successor" else self._merchant_superiors()
        return candidates.sudo().filtered(
            lambda user: user.active and not user.share and user != self and company in user.company_ids
        )[:1]

    # -- every night ------------------------------------------------------------------------------

    @api.model
    def _cron_merchant_stragglers(self):
        """Passes on what is still held by people who cannot log in, and names to the sales administrators what
        nobody takes."""
        gone = self.sudo().with_context(active_test=False)
        lines = defaultdict(int)
        for model in self._merchant_leaver_models():
            groups = (
                self.env[model]
                .sudo()
                ._read_group(Domain("user_id.active", "=", False) & self._merchant_leaver_domain(model), ["user_id"])
            )
            users = gone.browse([user.id for (user,) in groups])
            for records in users._merchant_pass_on().values():
                for record in records:
                    lines[record.user_id.name, record.company_id or record.user_id.company_id] += 1
        if lines:
            self._merchant_tell_stragglers(lines)
        return dict(lines)

    @api.model
    def _merchant_tell_stragglers(self, lines):
        """One message a night to the sales administrators of each company."""
        managers = self.env.ref("sales_team.group_sale_manager").sudo().all_user_ids
        by_company = defaultdict(list)
        for (name, company), count in lines.items():
            by_company[company].append(self.env._("%(name)s: %(count)s leads", name=name, count=count))
        for company, texts in by_company.items():
            people = managers.filtered(lambda user, company=company: user.active and company in user.company_ids)
            if people:
                items = Markup().join(Markup("<li>%s</li>") % text for text in texts)
                self.env["mail.thread"].sudo().message_notify(
                    partner_ids=people.partner_id.ids,
                    subject=self.env._("Leads held by people who have left"),
                    body=Markup("<ul>%s</ul>") % items,
                )
