"""A year on the section with Iran, invented from a seed; ../year.py runs it.

Read in this order: parameters (every number), dice, section (the line), fence, truth (what happens), effort and patrols
(who looks where), sea and desert, reports (what the agencies say about it), rows and truth_files (what is written).
Nothing here may know how any analysis works: what it makes is what analyses are scored against.
"""
