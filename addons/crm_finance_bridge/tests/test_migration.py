from odoo.modules.module import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import BridgeCase

SCRIPT = "crm_finance_bridge/migrations/19.0.1.1.0/post-sleeping-crons.py"


@tagged("post_install", "-at_install")
class TestMigration(BridgeCase):
    """A database in which the only lane asked every minute, whether there was a connection or not."""

    def setUp(self):
        super().setUp()
        self.crons = {name.split(".")[1]: self.env.ref(name) for name in self.env["finance.connection"]._cron_names()}
        self.lane = self.crons["cron_deliver"]
        self.lane.write({"interval_number": 1, "interval_type": "minutes"})
        # as the update creates what is new
        for name in ("cron_deliver_2", "cron_deliver_3", "cron_deliver_4"):
            self.crons[name].active = False

    def migrate(self):
        self.env.flush_all()
        load_script(file_path(SCRIPT), "sleeping_crons").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def woken(self):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.lane.id)])

    def test_with_a_connection_they_sleep_until_woken(self):
        before = self.woken()
        self.migrate()
        self.assertEqual((self.lane.interval_number, self.lane.interval_type), (1, "hours"))
        self.assertTrue(all(cron.active for cron in self.crons.values()))
        self.assertEqual(self.woken(), before + 1)

    def test_without_one_none_starts(self):
        self.env["finance.connection"].search([])._through_door("state").write({"state": "off"})
        before = self.woken()
        self.migrate()
        self.assertFalse(any(cron.active for cron in self.crons.values()))
        self.assertEqual(self.woken(), before)

    def test_connections_that_are_on_belong_to_this_database(self):
        self.connection._through_door("home").write({"home": False})
        off = self.connection.copy({"product": "yonyou_u8"})
        self.env.flush_all()
        script = "crm_finance_bridge/migrations/19.0.1.2.0/post-home.py"
        load_script(file_path(script), "home").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual((self.connection.sudo().home, off.sudo().home), (self.env.cr.dbname, False))

    def test_archived_connections_are_off(self):
        self.env.cr.execute("ALTER TABLE finance_connection DROP CONSTRAINT finance_connection_archived_is_off")
        query = "UPDATE finance_connection SET active = false WHERE id = %s"
        self.env.cr.execute(query, [self.connection.id])
        script = "crm_finance_bridge/migrations/19.0.1.2.0/pre-archived.py"
        load_script(file_path(script), "archived").migrate(self.env.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(self.connection.state, "off")

    def test_an_interval_of_ones_own_stays(self):
        self.lane.write({"interval_number": 10, "interval_type": "minutes"})
        self.migrate()
        self.assertEqual((self.lane.interval_number, self.lane.interval_type), (10, "minutes"))
