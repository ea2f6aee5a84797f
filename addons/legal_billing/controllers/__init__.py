from . import (
    agreement,
    client,
    client_payment,
    ereporting,
    matter,
    payment,
    portal,
    provision,
    reading,
    review,
    sample,
)
