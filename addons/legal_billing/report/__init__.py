from . import cii_tree, qr, renderer, xmp
