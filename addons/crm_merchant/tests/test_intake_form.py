import io
import re

from PIL import Image

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..controllers.intake_form import INPUTS, TRAP
from ..models.intake.card_photo import BadPhoto, clean_photo
from .channel_common import ChannelCase


def picture(kind="JPEG", size=(60, 40), **options):
    output = io.BytesIO()
    Image.new("RGB", size, "red").save(output, kind, **options)
    return output.getvalue()


@tagged("post_install", "-at_install")
class TestIntakeForm(HttpCase, ChannelCase):
    """The public form as a visitor and as a robot meet it."""

    def setUp(self):
        super().setUp()
        self.form = self.channel("web_form")

    def get(self, path):
        self.env.flush_all()
        return self.opener.get(self.base_url() + path, timeout=60)

    def hidden(self, channel):
        page = self.get(f"/inquiry/{channel.token}").text
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))

    def send(self, channel=None, files=None, hidden=None, **vals):
        channel = channel or self.form
        vals = {
            "company": "无锡启明阀门有限公司",
            "contact": "王伟",
            "phone": "13900001111",
            "need": "两台五轴",
            **vals,
        }
        hidden = hidden if hidden is not None else self.hidden(channel)
        url = f"{self.base_url()}/inquiry/{channel.token}"
        return self.opener.post(url, data={**hidden, **vals}, files=files, timeout=60)

    def test_the_page_has_every_input(self):
        page = self.get(f"/inquiry/{self.channel('qr', with_photo=True, privacy='x').token}").text
        for name in (*INPUTS, TRAP, "photo", "agree", "csrf_token", "form_number"):
            self.assertIn(f'name="{name}"', page)

    def test_industry_and_product_line_find_their_rule(self):
        industry = self.env["res.partner.industry"].create({"name": "Valves", "merchant_synonyms": "阀门，泵阀"})
        category = self.env["product.category"].create({"name": "五轴加工中心", "merchant_synonyms": "五轴"})
        rep = self.users["sales_rep"]
        rule = self.env["crm.assignment.rule"].create(
            {
                "name": "x",
                "industry_ids": [(6, 0, industry.ids)],
                "product_line_ids": [(6, 0, category.ids)],
                "target_ids": [(0, 0, {"user_id": rep.id})],
            }
        )
        self.send(province="江苏省", industry="泵阀行业", product="立式五轴机床")
        lead = self.leads(self.form)
        self.assertEqual((lead.merchant_industry_id, lead.merchant_product_line_id), (industry, category))
        self.assertEqual((lead.assignment_rule_id, lead.user_id), (rule, rep))

    def test_an_inquiry(self):
        response = self.send(province="江苏省", industry="阀门")
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.url.endswith("/thanks"))
        lead = self.leads(self.form)
        self.assertEqual(
            (lead.partner_name, lead.contact_name, lead.phone), ("无锡启明阀门有限公司", "王伟", "13900001111")
        )
        self.assertEqual(
            (lead.source_id, lead.pool_state, lead.state_id), (self.source, "pooled", self.env.ref("base.state_cn_JS"))
        )
        for text in ("两台五轴", "阀门"):
            self.assertIn(text, lead.description)
        for text in ("王伟", "13900001111", "启明"):
            self.assertNotIn(text, response.text)

    def test_a_second_press_is_no_second_inquiry(self):
        hidden = self.hidden(self.form)
        addresses = {self.send(hidden=hidden).url for _press in range(2)}
        self.assertEqual((len(self.leads(self.form)), len(addresses)), (1, 1))

    def test_known_and_new_get_the_same_answer(self):
        def said(response):
            return re.sub(r'csrf_token: "[^"]*"', "", response.text)

        fresh = said(self.send())
        self.known()
        for policy in ("block", "merge"):
            self.form.duplicate_policy = policy
            self.assertEqual(said(self.send(phone="13812008866")), fresh)

    def test_without_the_token_of_the_page(self):
        with mute_logger("odoo.http"):
            self.assertEqual(self.send(hidden={}).status_code, 400)
        self.assertFalse(self.leads(self.form))

    def test_addresses_that_are_none(self):
        for token in (
            "nothing",
            self.channel("endpoint", name="e").token,
            self.channel("qr", name="q", active=False).token,
        ):
            for path in (f"/inquiry/{token}", f"/inquiry/{token}/thanks"):
                self.assertEqual(self.get(path).status_code, 404)

    def test_a_robot_gets_the_same_answer_and_leaves_nothing(self):
        response = self.send(fax_number="1")
        self.assertTrue(response.url.endswith("/thanks"))
        self.assertFalse(self.leads(self.form))
        self.assertEqual(self.form.spam_count, 1)

    def test_one_sender_and_one_minute_have_their_limits(self):
        self.form.sender_limit = 2
        for number in range(2):
            self.send(phone=f"1390000111{number}")
        response = self.send(phone="13900001115")
        self.assertEqual((response.status_code, len(self.leads(self.form))), (429, 2))
        # what he typed is still there
        self.assertIn("13900001115", response.text)
        busy = self.channel("web_form", name="busy", minute_limit=1)
        self.send(busy)
        self.assertEqual(self.send(busy, phone="13900001119").status_code, 429)

    def test_the_network_address_is_not_kept(self):
        self.send()
        receipt = self.env["crm.intake.receipt"].search([("channel_id", "=", self.form.id)])
        self.assertNotIn("127.0.0.1", str(receipt.sudo().sender))

    def test_bad_input_comes_back_in_words(self):
        for vals in (
            {"phone": "138"},
            {"phone": "1" * 300},
            {"company": "x" * 5000},
            {"company": "", "contact": ""},
            {"company": "=HYPERLINK(1)"},
            {"need": "x" * 2001},
            {"email": "nobody"},
        ):
            with self.subTest(vals):
                response = self.send(**vals)
                self.assertEqual(response.status_code, 422)
                self.assertIn("alert-danger", response.text)
        self.assertFalse(self.leads(self.form))

    def test_hostile_text_is_escaped(self):
        evil = '"><svg onload=alert(1)>'
        self.assertNotIn("<svg", self.send(contact=evil, phone="138").text)
        self.send(contact=evil, need=evil, user_id="2", intake_channel_id="1", stage_id="4")
        lead = self.leads(self.form)
        self.assertEqual(lead.contact_name, evil)
        self.assertNotIn("<svg", lead.description)
        self.assertFalse(lead.user_id)

    def test_emoji_for_a_name(self):
        self.send(company="😀😀", contact="王伟")
        lead = self.leads(self.form)
        self.assertEqual((lead.contact_name, lead.company_key), ("王伟", False))

    def test_the_privacy_notice_must_be_agreed_to(self):
        self.form.privacy = "仅用于联系您"
        self.assertEqual(self.send().status_code, 422)
        self.send(agree="1")
        self.assertEqual(len(self.leads(self.form)), 1)

    # -- QR ----------------------------------------------------------------------------------------

    def test_the_card_comes_along(self):
        fair = self.channel("qr", with_photo=True)
        self.assertTrue(fair.qr_image)
        exif = Image.Exif()
        exif[0x010F] = "maker of the phone"
        self.send(fair, files={"photo": ('"><svg onload=alert(1)>.jpg', picture(exif=exif), "image/jpeg")})
        lead = self.leads(fair)
        photo = self.env["ir.attachment"].search([("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)])
        self.assertEqual((photo.name, photo.mimetype, photo.public), ("business-card.jpg", "image/jpeg", False))
        self.assertNotIn(b"maker of the phone", photo.raw)
        # nobody without a login opens it
        self.assertNotEqual(self.get(f"/web/content/{photo.id}").status_code, 200)

    def test_what_is_no_photo_is_refused(self):
        fair = self.channel("qr", with_photo=True)
        for data in (b"<svg onload=alert(1)>", b"GIF89a", b"PK\3\4", picture()[:200], b"x" * (5 * 1024 * 1024 + 1)):
            with self.subTest(data[:10]):
                response = self.send(fair, files={"photo": ("a.jpg", data, "image/jpeg")})
                self.assertEqual(response.status_code, 422)
        self.assertFalse(self.leads(fair))
        with mute_logger("odoo.http"):
            self.assertEqual(
                self.send(fair, files={"photo": ("a.jpg", b"x" * (7 << 20), "image/jpeg")}).status_code, 413
            )
        # a form without a photo takes none
        self.send(files={"photo": ("a.jpg", b"no photo", "image/jpeg")})
        self.assertEqual(len(self.leads(self.form)), 1)

    def test_photos_are_written_anew(self):
        tail = picture() + b"<script>alert(1)</script>"
        self.assertNotIn(b"script", clean_photo(tail))
        self.assertTrue(clean_photo(picture("PNG")).startswith(b"\xff\xd8"))
        self.assertLess(max(Image.open(io.BytesIO(clean_photo(picture(size=(4000, 30))))).size), 2001)
        bomb = picture("PNG", (9000, 9000))
        self.assertLess(len(bomb), 1 << 20)
        with self.assertRaises(BadPhoto):
            clean_photo(bomb)

    def test_the_poster_is_printed(self):
        fair = self.channel("qr")
        html = self.env["ir.actions.report"]._render_qweb_html("crm_merchant.intake_poster", fair.ids)[0].decode()
        self.assertIn(fair.url, html)
        self.assertIn("data:image/png;base64", html)
