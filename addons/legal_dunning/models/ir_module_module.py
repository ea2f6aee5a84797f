from odoo import models


class IrModuleModule(models.Model):
    _inherit = "ir.module.module"

    def _load_module_terms(self, modules, langs, overwrite=False):
        """Give the companies' own policies the words of a language just loaded."""
        result = super()._load_module_terms(modules, langs, overwrite=overwrite)
        if "legal_dunning" in modules:
            self.env["legal.dunning.policy"]._complete_translations(langs)
        return result
