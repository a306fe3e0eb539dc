from odoo import SUPERUSER_ID, http
from odoo.http import request

from ..models.intake.card_photo import MAX_BYTES, BadPhoto, clean_photo
from ..models.intake.crm_intake_channel import FORM_KINDS

# name of the input -> (target as in crm.import.column, longest text)
INPUTS = {
    "company": ("company", 100),
    "contact": ("contact", 60),
    "phone": ("phone", 60),
    "email": ("email", 120),
    "province": ("state", 20),
    "industry": ("industry", 60),
    "product": ("product", 60),
    "need": ("note", 2000),
}
# an input that people do not see; who fills it is a robot
TRAP = "fax_number"


class IntakeForm(http.Controller):
    """The public form of a channel. Whatever is sent, the visitor learns nothing of what is there already: a new
    inquiry, a known one and a robot's get the same answer."""

    @http.route(
        "/inquiry/<string:token>",
        type="http",
        auth="public",
        methods=["GET", "POST"],
        sitemap=False,
        max_content_length=MAX_BYTES + 1024 * 1024,
    )
    def inquiry(self, token, **post):
        channel = self._channel(token)
        if not channel:
            return request.not_found()
        if request.httprequest.method == "GET":
            return self._page(channel, {})
        texts = {name: str(post.get(name) or "").strip() for name in INPUTS}
        receipts = request.env["crm.intake.receipt"].sudo()
        sender = receipts._sender_mark(request.httprequest.remote_addr)
        if channel._refusal(sender):
            text = request.env._("Too many inquiries at this moment. Please try again later, or call us.")
            return self._page(channel, texts, [text], status=429)
        if post.get(TRAP):
            receipts._open(channel, sender=sender)[0].outcome = "spam"
            return self._thanks(channel)
        return self._take(channel, texts, post, sender)

    @http.route("/inquiry/<string:token>/thanks", type="http", auth="public", methods=["GET"], sitemap=False)
    def thanks(self, token):
        channel = self._channel(token)
        if not channel:
            return request.not_found()
        return request.render("crm_merchant.inquiry_thanks", {"channel": channel, "no_header": True, "no_footer": True})

    # -- parts -----------------------------------------------------------------------------------

    def _channel(self, token):
        return request.env["crm.intake.channel"].sudo()._of_token(token, FORM_KINDS)

    def _take(self, channel, texts, post, sender):
        Lead = request.env["crm.lead"].with_user(SUPERUSER_ID).sudo()
        labels = self._labels()
        vals, problems, hints = Lead._intake_read(
            [(labels[n], INPUTS[n][0], text) for n, text in texts.items() if text]
        )
        photo, errors = self._photo(channel)
        errors += self._errors(channel, texts, post, problems, hints)
        if errors:
            return self._page(channel, texts, errors, status=422)
        # the number of the page as it was opened: a second press on the button is no second inquiry
        number = str(post.get("form_number") or "")[:40]
        row, verdict = (
            request.env["crm.intake.receipt"]
            .sudo()
            ._open(channel, external_id=number and f"form-{number}", sender=sender)
        )
        if not verdict:
            intake = Lead._merchant_intake([vals], channel)[0]
            if photo:
                self._attach(intake.record, photo)
            row.outcome = intake.outcome
        return self._thanks(channel)

    def _thanks(self, channel):
        return request.redirect(f"/inquiry/{channel.token}/thanks", code=303)

    def _labels(self):
        return {
            "company": request.env._("Company Name"),
            "contact": request.env._("Contact"),
            "phone": request.env._("Phone"),
            "email": request.env._("Email"),
            "province": request.env._("Province"),
            "industry": request.env._("Industry"),
            "product": request.env._("Product of Interest"),
            "need": request.env._("What do you need?"),
        }

    def _page(self, channel, texts, errors=(), status=200):
        states = request.env["crm.region"].sudo()._state_of_province_code()
        values = {
            "channel": channel,
            "labels": self._labels(),
            "longest": {name: longest for name, (_target, longest) in INPUTS.items()},
            "texts": texts,
            "errors": errors,
            "trap": TRAP,
            "form_number": request.env["crm.intake.channel"]._form_number(),
            "provinces": request.env["res.country.state"].sudo().browse(states.values()).mapped("name"),
            "no_header": True,
            "no_footer": True,
        }
        response = request.render("crm_merchant.inquiry_form", values)
        response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        return response

    def _errors(self, channel, texts, post, problems, hints):
        """Sentences for the visitor about his own input."""
        labels, errors = self._labels(), []
        for name, (_target, longest) in INPUTS.items():
            if len(texts[name]) > longest:
                errors.append(
                    request.env._("%(field)s: at most %(count)s characters.", field=labels[name], count=longest)
                )
        if channel.privacy and not post.get("agree"):
            errors.append(request.env._("Please agree to the privacy notice."))
        words = request.env["crm.import.line"].sudo()._words
        # a hint about how to reach him matters here: nobody else can ask him
        reach = [hint for hint in hints if hint[1].startswith(("phone_", "email"))]
        return errors + [line for line in words([*problems, *reach], of_form=True).split("\n") if line]

    def _photo(self, channel):
        """(bytes of the photo or None, sentences)."""
        upload = request.httprequest.files.get("photo")
        data = upload.read(MAX_BYTES + 1) if upload and channel.with_photo else b""
        if not data:
            return None, []
        try:
            return clean_photo(data), []
        except BadPhoto as error:
            texts = {
                "large": request.env._("The photo is too large. At most 5 MB, please."),
                "format": request.env._("This is no photo. JPEG and PNG are taken."),
            }
            return None, [texts[error.code]]

    def _attach(self, record, photo):
        request.env["ir.attachment"].with_user(SUPERUSER_ID).create(
            {
                "name": "business-card.jpg",
                "raw": photo,
                "mimetype": "image/jpeg",
                "res_model": record._name,
                "res_id": record.id,
            }
        )
