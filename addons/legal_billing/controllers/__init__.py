from . import payment, portal, provision
