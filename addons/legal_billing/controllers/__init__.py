from . import agreement, ereporting, matter, payment, portal, provision, review, sample
