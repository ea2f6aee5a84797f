from . import matter, payment, portal, provision
