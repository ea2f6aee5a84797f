from . import cii_tree, press, qr, renderer, xmp
