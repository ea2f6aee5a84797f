from . import (
    agreement,
    client,
    ereporting,
    matter,
    payment,
    portal,
    provision,
    reading,
    review,
    sample,
)
