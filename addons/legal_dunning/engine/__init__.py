"""Rules of dunning: no ORM, no clock, no input or output.

* :mod:`.sending_days` says on which days and at which hours a message may leave;
* :mod:`.escalation` says which level an invoice has reached, on which day, and why;
* :mod:`.claims` says how much of an invoice may be asked for today;
* :mod:`.messages` gathers what is due into one message a payer;
* :mod:`.disputes` says what may become of a dispute, and what it takes off;
* :mod:`.instalments` divides a sum into instalments and says how far they are kept;
* :mod:`.interest` computes late-payment penalties, rate by rate;
* :mod:`.letters` reads and fills the placeholders of a text;
* :mod:`.risk` says how doubtful a payer is, and why;
* :mod:`.recovery` says which account to work on first;
* :mod:`.promises` says whether a promise to pay was kept;
* :mod:`.prediction` says when an invoice will probably be paid;
* :mod:`.amounts` reads what a client types as an amount;
* :mod:`.sms` writes a text message of one part;
* :mod:`.profiles` says which profile a payer has, and because of what.
"""
