from odoo import models


class IntakeMixin(models.AbstractModel):
    """Neutral hooks of the way in. They stand in a mixin so that any folder of this addon can extend them, whatever the
    order in which the folders are loaded."""

    _name = "crm.intake.mixin"
    _description = "Hooks of the Way In"

    def _intake_grade(self, grade, why):
        """Runs on new records that an intent rule fits (superuser), before they are assigned; by default nothing.

        :param grade: ``A``, ``B`` or ``C``
        :param why: the rule in words for people
        """

    def _intake_started(self, channel):
        """Runs on records that came in, after they were assigned (superuser): the place of the first response clock.

        :param channel: ``crm.intake.channel``
        """

    def _intake_asked_again(self, channel):
        """Runs on records (superuser) into which an inquiry went instead of becoming a second lead: somebody waits for an
        answer.

        :param channel: ``crm.intake.channel``
        """

    def _intake_worked_on(self):
        """Which of these records somebody has worked on since they came in; an import of those is not undone.

        :return: a subset of ``self``
        """
        return self.browse()
