from . import (
    agreement,
    client,
    ereporting,
    matter,
    payment,
    portal,
    provision,
    review,
    sample,
)
