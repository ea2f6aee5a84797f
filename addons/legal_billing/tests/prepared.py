"""The firm of the billing tests, prepared once for all classes.

Each class made the same company, chart, products and people anew, in four seconds.
``make test`` has them made once, in the database that its processes copy
(``docker/local/firm_job.py``), and classes find them there: the same records, which
they may change, as each class takes back what it did. In other databases, and for
classes that prepare themselves in a way of their own, everything is made as ever.
"""

import functools
import json
from unittest.mock import patch

from odoo.models import BaseModel
from odoo.modules import module
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

from odoo.addons.base.tests.common import BaseCommon

PARAMETER = "legal_tests.firm"
PLAIN = (bool, int, float, str, type(None))
#: what decides how a firm is prepared: a class with another idea makes its own
HOOKS = (
    "_create_lawyer",
    "collect_company_accounting_data",
    "default_env_context",
    "get_default_groups",
    "setup_independent_company",
    "setup_independent_user",
)


def _pack(value):
    if isinstance(value, BaseModel):
        return {"model": value._name, "ids": value.ids}
    if isinstance(value, dict):
        return {"items": [[key, _pack(item)] for key, item in value.items()]}
    if isinstance(value, PLAIN):
        return {"value": value}
    raise TypeError(f"{value!r} cannot be kept")


def _unpack(env, packed):
    if "model" in packed:
        return env[packed["model"]].browse(packed["ids"])
    if "items" in packed:
        return {key: _unpack(env, item) for key, item in packed["items"]}
    return packed["value"]


def keep(cls):
    """Prepare the class's firm for good, with the names the class gives its parts."""
    before = set(vars(cls))
    # Outside tests a French company has Odoo look for more addons of its country.
    with patch.object(module, "current_test", True):
        cls.setUpClass()
    try:
        kept = {}
        for name, value in vars(cls).items():
            if name not in before and isinstance(value, (BaseModel, dict, *PLAIN)):
                if not name.startswith(("registry_", "_")):
                    kept[name] = _pack(value)
        packed = json.dumps({"user": cls.env.uid, "kept": kept})
        cls.env["ir.config_parameter"].sudo().set_param(PARAMETER, packed)
        # The instance's is replaced by a refusal: tests never commit.
        type(cls.cr).commit(cls.cr)
    finally:
        cls.doClassCleanups()


@functools.cache
def _read(database):
    with Registry(database).cursor() as cr:
        where = "FROM ir_config_parameter WHERE key = %s"
        cr.execute(f"SELECT value {where}", [PARAMETER])
        found = cr.fetchone()
    return json.loads(found[0]) if found else None


def can_take(cls, common):
    """Tell whether the database holds the firm as this class would prepare it.

    :param common: the class it was kept for
    """
    mro = cls.__mro__
    between = mro[mro.index(common) : mro.index(BaseCommon)]
    theirs = common.__mro__
    own = set(theirs[: theirs.index(BaseCommon)])
    as_ever = all(
        getattr(cls, hook).__func__ is getattr(common, hook).__func__ for hook in HOOKS
    )
    return bool(as_ever and set(between) <= own and _read(get_db_name()))


def take(cls):
    """Give the class the firm of its database, by the names it has there."""
    found = _read(get_db_name())
    context = cls.default_env_context()
    cls.env = cls.env["base"].with_context(**context).with_user(found["user"]).env
    for name, packed in found["kept"].items():
        setattr(cls, name, _unpack(cls.env, packed))


def set_aside(cls):
    """Free the names of the kept firm for a class that makes its own.

    They are taken back with all that the class does.
    """
    if not _read(get_db_name()):
        return
    company = cls.env["res.users"].browse(_read(get_db_name())["user"]).company_id
    cls.env.cr.execute(
        "UPDATE res_company SET name = 'Kept firm' WHERE id = %s", [company.id]
    )
    cls.env.cr.execute(
        "UPDATE res_users SET login = 'kept.' || login WHERE company_id = %s",
        [company.id],
    )
    cls.env.invalidate_all()
