"""Business arithmetic of working time: no ORM, no clock, no input or output.

* :mod:`.durations` reads and prints durations the way people write them;
* :mod:`.rounding` turns worked minutes into billable minutes;
* :mod:`.rates` says which dated rate wins for an entry, and why;
* :mod:`.revision` makes new prices out of old ones;
* :mod:`.conflicts` finds parties who stand on both sides;
* :mod:`.quick_entry` reads one line of text as a time entry;
* :mod:`.timers` counts, and says when a timer has to ask what to keep;
* :mod:`.routing` says which matter a piece of work belongs to, and why;
* :mod:`.pieces` says which traces of a day are one piece of work;
* :mod:`.time_table` reads a file of time from another program;
* :mod:`.statements` writes what a client approves as text to be hashed;
* :mod:`.weeks` says where a week stands, and what is missing from it.
"""
