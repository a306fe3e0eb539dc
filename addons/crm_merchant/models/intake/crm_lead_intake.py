from collections import namedtuple

from markupsafe import Markup

from odoo import api, fields, models

from ...lib.company_name import company_key
from ...lib.phone import phone_key

STRONG = ("certain", "very_likely")
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_auto_subscribe_no_notify": True,
}

# what became of one inquiry: ``created``, ``merged`` into or ``held`` back because of ``record``, a lead or a customer
Intake = namedtuple("Intake", "outcome record")


class CrmLead(models.Model):
    """The one way in: duplicates by the channel's policy, origin, intent, assignment, clock."""

    _inherit = "crm.lead"

    intake_channel_id = fields.Many2one(
        "crm.intake.channel",
        "Came In By",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )
    referrer_id = fields.Many2one("res.partner", index="btree_not_null", groups="base.group_user")

    def _guarded_fields(self):
        return super()._guarded_fields() | {"intake_channel_id"}

    def _watched_fields(self):
        # the handler of the medium runs for each new lead, whoever makes it
        return {**super()._watched_fields(), "medium_id": "_intake_created_elsewhere"}

    # -- by our own channels ---------------------------------------------------------------------

    @api.model
    def _merchant_intake(self, vals_list, channel):
        """Takes inquiries in; every channel of ours ends here.

        Runs as superuser and answers for nobody's rights: the caller has checked who may send.

        :param vals_list: values of leads, without owner, company and origin; any number
        :param channel: one ``crm.intake.channel``
        :return: list of :data:`Intake` in the same order
        """
        leads = self.sudo().with_company(channel.company_id).with_context(**QUIET)
        results = [None] * len(vals_list)
        # the first stage once, or Odoo looks for it lead by lead
        stage = {"stage_id": leads._stage_find(domain=[("fold", "=", False)]).id}
        waiting = [(number, stage | channel._prepare_lead_vals(vals)) for number, vals in enumerate(vals_list)]
        while waiting:
            # two of one firm in one call: the second one meets the first
            now, waiting = leads._intake_first_of_each(waiting, channel)
            matches = leads._intake_matches([vals for _number, vals in now], channel)
            fresh = []
            for (number, vals), match in zip(now, matches, strict=True):
                results[number] = match and leads._intake_known(vals, match, channel)
                if not results[number]:
                    fresh.append((number, vals))
            door = leads._through_door("intake_channel_id")
            created = door.create([vals for _number, vals in fresh]).with_env(leads.env)
            created._intake_settle(channel)
            for (number, _vals), lead in zip(fresh, created, strict=True):
                results[number] = Intake("created", lead)
        return results

    def _intake_first_of_each(self, waiting, channel):
        if channel.duplicate_policy == "warn":
            return waiting, []
        finder, seen, first, later = self.env["crm.duplicate.finder"], set(), [], []
        for number, vals in waiting:
            keys = set(finder._lookup_keys(self._intake_keys(vals)))
            (first if seen.isdisjoint(keys) else later).append((number, vals))
            seen |= keys
        return first, later

    @api.model
    def _intake_keys(self, vals):
        return self.env["crm.duplicate.finder"]._row_keys(
            vals.get("credit_code"), phone_key(vals.get("phone") or ""), company_key(vals.get("partner_name") or "")
        )

    def _intake_matches(self, vals_list, channel):
        """For each of these values the best strong match that holds a second lead back, or None."""
        if channel.duplicate_policy == "warn":
            return [None] * len(vals_list)
        found = self.env["crm.duplicate.finder"]._find_duplicates(
            {number: self._intake_keys(vals) for number, vals in enumerate(vals_list)}, channel.company_id
        )
        strong = {number: [m for m in matches if m.level in STRONG] for number, matches in found.items()}
        ids = [m.res_id for matches in strong.values() for m in matches if m.model == "crm.lead"]
        # who asks again after a lost or a won one is a new chance
        open_ids = set(self.browse(ids).exists().filtered(lambda lead: lead._intake_is_open()).ids)
        models_of_policy = ("crm.lead", "res.partner") if channel.duplicate_policy == "block" else ("crm.lead",)
        return [
            next(
                (
                    match
                    for match in strong.get(number, ())
                    if match.model in models_of_policy and (match.model != "crm.lead" or match.res_id in open_ids)
                ),
                None,
            )
            for number in range(len(vals_list))
        ]

    def _intake_is_open(self):
        return self.active and self.won_status == "pending"

    def _intake_known(self, vals, match, channel):
        """What happens instead of a second lead: the inquiry goes into the history of the first one, its owner gets a
        to-do; with the policy ``merge`` its empty fields are filled too."""
        record = self.env[match.model].browse(match.res_id)
        merge = channel.duplicate_policy == "merge"
        if merge:
            record._import_fill(self.env["crm.merge.suggestion"]._prepare_fill_vals(vals))
        record._message_log(body=self._intake_note(vals, channel))
        if record._name == self._name:
            record._merchant_assign()
            record._intake_asked_again(channel)
        self._intake_tell_owner(record, self.env._("Asks again: %(channel)s", channel=channel.name))
        return Intake("merged" if merge else "held", record)

    def _intake_note(self, vals, channel):
        """An inquiry in words, for the history of the record that it belongs to."""
        pairs = [
            (self._fields[name]._description_string(self.env), vals.get(name))
            for name in ("name", "partner_name", "contact_name", "phone", "email_from", "city")
        ]
        lines = [Markup("%s: %s") % (label, text) for label, text in pairs if text]
        head = Markup("<b>%s</b>") % self.env._("Came in again by %(channel)s", channel=channel.name)
        return Markup("<br/>").join([head, *lines, vals.get("description") or ""])

    @api.model
    def _intake_tell_owner(self, record, summary, note=""):
        """Puts a quiet to-do for today on a lead or customer for its owner, in a pool for the pool's first
        administrator; the same one only once.

        :return: the person, nobody if nobody is in charge or the to-do is there already
        """
        user = record.user_id
        if not user and record.pool_state == "pooled":
            user = record.pool_id.admin_ids[:1]
        if not user.active or user.share:
            return user.browse()
        Activity = self.env["mail.activity"].sudo()
        vals = {
            "res_model_id": self.env["ir.model"]._get_id(record._name),
            "res_id": record.id,
            "user_id": user.id,
            "summary": summary,
        }
        if Activity.search_count([(name, "=", value) for name, value in vals.items()], limit=1):
            return user.browse()
        extra = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "date_deadline": (record.company_id or self.env.company)._merchant_today(),
            "note": note,
        }
        Activity._merchant_schedule_quietly([{**vals, **extra}], summary)
        return user

    # -- by others -------------------------------------------------------------------------------

    def _intake_created_elsewhere(self, before):
        """Leads that the website or another app made by ``create`` take the same way, if a channel catches them.

        They exist already and their maker goes on with them, so they are never held back: a duplicate becomes a
        suggestion and a to-do for who holds the first one.
        """
        if before or not self.env["crm.intake.channel"]._catching_rows():
            return
        for lead in self.sudo():
            if not lead.intake_channel_id and not lead.import_line_id and lead.medium_id:
                lead._intake_take(self.env["crm.intake.channel"]._of_created(lead))

    def _intake_take(self, channel):
        """Brings one lead that is there already by a channel's way (superuser)."""
        self.ensure_one()
        if not channel or self.intake_channel_id:
            return
        lead = self.sudo().with_company(channel.company_id).with_context(**QUIET)
        origin = {name: value for name, value in channel._prepare_origin_vals().items() if value and not lead[name]}
        # the origin first: the medium must find the channel set
        lead._through_door("intake_channel_id").write({"intake_channel_id": channel.id})
        lead.write({**origin, **({} if lead.company_id else {"company_id": channel.company_id.id})})
        lead._intake_settle(channel)
        self.env["crm.intake.receipt"].sudo().create({"channel_id": channel.id, "outcome": "created"})

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        """Mails to a team's alias come in by that team's channel, if it has one."""
        lead = super().message_new(msg_dict, custom_values)
        channel = self.env["crm.intake.channel"]._of_team_alias((custom_values or {}).get("team_id"))
        lead.sudo()._intake_take(channel)
        return lead

    # -- the way ---------------------------------------------------------------------------------

    def _intake_settle(self, channel):
        """Intent, duplicates, assignment and clock of new leads."""
        if not self:
            return
        self.env["crm.intake.rule"]._grade(self)
        self._intake_report_duplicates(channel)
        self._intake_to_account_owner(channel)
        self._merchant_assign()
        self._intake_started(channel)

    def _intake_grade(self, grade, why):
        self._grade_set(grade, why)
        return super()._intake_grade(grade, why)

    def _intake_report_duplicates(self, channel):
        """Suggests merges, and says on the lead that there is something to look at; never what or whose."""
        suggestions = self.env["crm.merge.suggestion"].sudo()._suggest_pairs(self, channel.company_id)
        concerned = suggestions.lead_id | self.browse(suggestions.mapped("survivor_res_id"))
        text = self.env._("There may be another lead or customer like this one. Open the duplicate check.")
        known = self.filtered(lambda lead: lead in concerned)
        known._message_log_batch(bodies={lead.id: text for lead in known})
        others = concerned - self
        for lead in others.filtered(lambda lead: lead._intake_is_open()):
            self._intake_tell_owner(lead, self.env._("May be asking again: %(channel)s", channel=channel.name))

    def _intake_to_account_owner(self, channel):
        """A customer who asks again belongs to the person who looks after him."""
        finder = self.env["crm.duplicate.finder"]
        unowned = self.filtered(lambda lead: not lead.user_id)
        found = finder._find_duplicates(
            {lead.id: finder._candidate_of(lead) for lead in unowned}, channel.company_id, exclude=self.ids
        )
        best = {
            lead_id: next((m.res_id for m in matches if m.model == "res.partner" and m.level in STRONG), None)
            for lead_id, matches in found.items()
        }
        holders = {}
        for lead in unowned:
            user = self.env["res.partner"].browse(best.get(lead.id) or ()).user_id
            if user.active and not user.share:
                holders[user] = holders.get(user, self.browse()) | lead
        if holders:
            self._pool_move("assign", holders, self.env._("His customer asks again"))
