from . import agreement, matter, payment, portal, provision
