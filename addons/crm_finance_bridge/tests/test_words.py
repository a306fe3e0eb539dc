from pathlib import Path

from odoo.tests import tagged

from .. import clients
from ..clients.errors import InvalidValues
from .common import BridgeCase


@tagged("post_install", "-at_install")
class TestWords(BridgeCase):
    def test_what_a_client_finds_wrong_is_said_in_words(self):
        sources = "".join(path.read_text("utf-8") for path in Path(clients.__file__).parent.glob("*.py"))
        known = self.connection._invalid_words()
        for why in known:
            with self.subTest(why):
                self.assertIn(f'"{why}"', sources)
                sentence = self.connection._error_sentence(InvalidValues("lines", why))
                self.assertIn(known[why], sentence)
                self.assertNotIn("lines:", sentence)

    def test_a_name_that_is_too_long_says_how_long_it_may_be(self):
        sentence = self.connection._error_sentence(InvalidValues("name", "is empty or longer than 98 characters"))
        self.assertIn("98 characters", sentence)

    def test_what_has_no_words_is_said_as_it_is(self):
        self.assertIn("date: is no date", self.connection._error_sentence(InvalidValues("date", "is no date")))
