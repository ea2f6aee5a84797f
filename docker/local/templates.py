"""Template databases: built once for their inputs, then copied in a second.

``legal_stock_<hash>``   the stock addons ours build on, in French, no demo data
``legal_addons_<hash>``  our addons on top, web assets compiled
``legal_glue_<hash>``    our glue addons on top of these, with what they join
``legal_firm_<hash>``    a firm for the billing tests, on top of our addons
``legal_gluefirm_<hash>``  the same, on top of our glue addons

The hash covers the framework, the Python packages, the list of addons and their
content, so a template is never stale: it exists, or it is built.
"""

from pathlib import Path

from local import addons, databases, odoo_run, paths, pins, progress, venv
from local.digest import file_sha256, text_digest
from local.errors import Stop

WARM_SCRIPT = Path(__file__).with_name("warm_job.py")
FIRM_SCRIPT = Path(__file__).with_name("firm_job.py")
# what a firm for the tests is made by, beside what its base is made of
FIRM_SOURCES = ("common.py", "prepared.py")
LAYOUT = "1"  # raise it when the way templates are built changes


class Templates:
    """The templates of one server for one framework."""

    def __init__(self, store, odoo, source):
        self.store, self.odoo, self.source = store, odoo, source

    def _stock_name(self):
        packages = venv.requirement_lines("odoo")
        key = (LAYOUT, self.source.key, *packages, *pins.STOCK_ADDONS, pins.LANGUAGE)
        return f"legal_stock_{text_digest(*key)}"

    def stock(self):
        """Return the template that holds the stock addons."""
        name = self._stock_name()
        if not self.store.exists(name):
            self.store.drop_others("legal_stock_", name)
            part = name + databases.PART
            self.store.create(part)
            self._install(part, pins.STOCK_ADDONS, "stock", "Installing Odoo's addons")
            self.store.seal(part, name)
        return name

    @staticmethod
    def _chosen(glue):
        found = addons.read_all().values()
        return [addon for addon in found if glue or not addon.is_glue]

    def addons_key(self, glue=False):
        """Return a hash of all that a database with our addons depends on."""
        chosen = self._chosen(glue)
        joined = any(addon.is_glue for addon in chosen)
        community = venv.requirement_lines("addons") if joined else ()
        content = (*community, addons.digest(chosen), file_sha256(WARM_SCRIPT))
        return text_digest(self._stock_name(), *content)

    def addons(self, glue=False):
        """Return the template that holds our addons, glue addons too if asked."""
        glue = glue and any(addon.is_glue for addon in self._chosen(True))
        family = "legal_glue_" if glue else "legal_addons_"
        name = family + self.addons_key(glue)
        if not self.store.exists(name):
            base = self.addons() if glue else self.stock()
            self.store.drop_others(family, name)
            part = name + databases.PART
            self.store.create(part, base)
            chosen = [a.name for a in self._chosen(glue) if a.is_glue == glue]
            if chosen:
                title = f"Installing {', '.join(chosen)}"
                log = self._install(part, chosen, "addons", title)
                self._refuse_errors(log)
            title = "Compiling the web client"
            self.odoo.script(part, WARM_SCRIPT, title, log="warm")
            self.store.seal(part, name)
        return name

    def firm(self, glue=False):
        """Return the template that holds a firm for the tests, too."""
        base = self.addons(glue)
        family = "legal_gluefirm_" if glue else "legal_firm_"
        tests = paths.ADDONS / "legal_billing" / "tests"
        sources = (FIRM_SCRIPT, *(tests / name for name in FIRM_SOURCES))
        name = family + text_digest(base, *map(file_sha256, sources))
        if not self.store.exists(name):
            self.store.drop_others(family, name)
            part = name + databases.PART
            self.store.create(part, base)
            title = "Preparing the firm of the tests"
            self.odoo.script(part, FIRM_SCRIPT, title, log="firm")
            self.store.seal(part, name)
        return name

    def _install(self, database, names, log, title):
        words = (
            "-d",
            database,
            "-i",
            ",".join(names),
            "--no-http",
            "--stop-after-init",
        )
        language = f"--load-language={pins.LANGUAGE}"
        return self.odoo.run(*words, language, "--log-level=warn", title=title, log=log)

    @staticmethod
    def _refuse_errors(log):
        errors = odoo_run.logged_errors(log)
        for line in errors[:10]:
            progress.say(f"  {line}")
        if errors:
            raise Stop(
                f"Installing the addons logged {len(errors)} error(s), see {log}."
            )
